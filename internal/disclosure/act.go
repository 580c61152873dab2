package disclosure

import (
	"context"
	"slices"

	"foyer/internal/household"
)

// Acknowledge takes an alert: the caller has seen it at version and deals with
// it. It returns [ErrStale] when the alert moved on since or is taken already,
// [ErrWithheld] when it cannot be seen.
func (g *Gate) Acknowledge(ctx context.Context, aud Audience, id string, version int64) (Alert, error) {
	return g.move(ctx, aud, household.Move{
		Alert: id, Version: version, Step: household.StepAcknowledged, To: household.Acknowledged,
	}, household.Open)
}

// Resolve closes an open or acknowledged alert with one of [Outcomes] and a
// note. Errors are those of [Gate.Acknowledge], [ErrOutcome] and [ErrNote].
func (g *Gate) Resolve(ctx context.Context, aud Audience, id string, version int64, outcome, note string) (Alert, error) {
	if !slices.Contains(Outcomes, outcome) {
		return Alert{}, ErrOutcome
	}
	if len(note) > MaxNote {
		return Alert{}, ErrNote
	}
	return g.move(ctx, aud, household.Move{
		Alert: id, Version: version, Step: household.StepResolved, To: household.Resolved, Outcome: outcome, Note: note,
	}, household.Open, household.Acknowledged)
}

func (g *Gate) move(ctx context.Context, aud Audience, m household.Move, from ...household.AlertState) (Alert, error) {
	a, err := g.tryMove(ctx, aud, m, from)
	return a, g.metrics.count(viewAct, err)
}

func (g *Gate) tryMove(ctx context.Context, aud Audience, m household.Move, from []household.AlertState) (Alert, error) {
	if !aud.called() {
		return Alert{}, ErrWithheld
	}
	m.At = g.now()
	c, moved, err := g.store.MoveCase(ctx, aud.alerted(viewAct), m, from)
	switch {
	case err != nil:
		return Alert{}, err
	case c == nil:
		return Alert{}, ErrWithheld
	case !moved:
		return Alert{}, ErrStale{By: c.ByName, State: c.Alert.State, Version: c.Alert.Version}
	}
	return alertOf(*c, aud), nil
}
