package disclosure

import "context"

// changesAtOnce is how many steps one call returns.
const changesAtOnce = 100

// Changes returns at most 100 steps of alerts after a sequence number, oldest
// first, each as it may be seen now. Steps of alerts that may not be seen any
// more are left out. It writes nothing down when there is nothing new.
func (g *Gate) Changes(ctx context.Context, aud Audience, after int64) ([]Change, error) {
	changes, err := g.changes(ctx, aud, after)
	if err == nil && len(changes) == 0 {
		return nil, nil
	}
	return changes, g.metrics.count(viewChanges, err)
}

func (g *Gate) changes(ctx context.Context, aud Audience, after int64) ([]Change, error) {
	if !aud.called() {
		return nil, ErrWithheld
	}
	steps, cases, err := g.store.CaseSteps(ctx, aud.alerted(viewChanges), after, changesAtOnce)
	if err != nil {
		return nil, err
	}
	alerts := map[string]Alert{}
	for _, c := range cases {
		alerts[c.Alert.ID] = alertOf(c, aud)
	}
	var all []Change
	for _, s := range steps {
		if a, ok := alerts[s.Alert]; ok {
			all = append(all, Change{Seq: s.Seq, Step: s.Step, State: s.State, At: s.At, Alert: a})
		}
	}
	return all, nil
}

// A Position is how far the steps of alerts have come, and how often something ended
// that the audience could see.
type Position struct {
	Step  int64 // of the last step there is, to follow [Gate.Changes] from
	Ended int64 // another one than before: forget what was shown and read again
}

// Position returns where things stand. It names no family.
func (g *Gate) Position(ctx context.Context, aud Audience) (Position, error) {
	if !aud.called() {
		return Position{}, ErrWithheld
	}
	step, ended, err := g.store.LastStep(ctx, aud.alerted(viewChanges))
	return Position{step, ended}, err
}
