package registry

import (
	"context"
	"slices"
	"sync"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// askFor bounds one question to the store, whoever has asked it for the others.
const askFor = 10 * time.Second

// Turns read meters for all who ask at a time: what is asked while the store
// answers is the next question. At full speed that is one question for hundreds of
// meters instead of one for each. Its zero value is not usable, see newTurns.
type turns struct {
	asking chan struct{} // holds one while the store is asked

	mu   sync.Mutex
	next *turn // nil while nobody waits
}

// A turn is one question.
type turn struct {
	ids  []energy.MeterID
	done chan struct{} // closed once the rest is known
	got  map[energy.MeterID]Meter
	err  error
}

func newTurns() turns { return turns{asking: make(chan struct{}, 1)} }

// join adds a meter to the next question.
func (t *turns) join(id energy.MeterID) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = &turn{done: make(chan struct{})}
	}
	t.next.ids = append(t.next.ids, id)
	return t.next
}

// take returns the next question, nil when somebody else has asked it.
func (t *turns) take() *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.next
	t.next = nil
	return next
}

// reread asks the store for a meter, together with all others that are asked for.
func (r *Registry) reread(ctx context.Context, id energy.MeterID) (Meter, bool, error) {
	mine := r.turns.join(id)
	select {
	case <-mine.done:
	case <-ctx.Done():
		return Meter{}, false, ctx.Err()
	case r.turns.asking <- struct{}{}:
		if next := r.turns.take(); next != nil {
			next.got, next.err = r.ask(ctx, next.ids)
			close(next.done)
		}
		<-r.turns.asking
		<-mine.done // it was next, or was asked before
	}
	m, ok := mine.got[id]
	return m, ok, mine.err
}

// ask reads meters, and those whose answers from memory are about to be too old.
func (r *Registry) ask(ctx context.Context, ids []energy.MeterID) (map[energy.MeterID]Meter, error) {
	// Others wait for the answer who may live longer than who asks.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askFor)
	defer cancel()
	generation, now := r.known.begin(), r.wall()
	ids = append(ids, r.known.due(now)...)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	stored, err := r.store.MetersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	got := make(map[energy.MeterID]Meter, len(stored))
	for _, s := range stored {
		m, err := meterOf(s)
		if err != nil {
			return nil, err
		}
		if i, ok := slices.BinarySearch(ids, m.ID); ok {
			m.ID = ids[i] // the one in memory already, of which all copies share the text
		}
		got[m.ID] = m
		r.known.keep(generation, m, now)
	}
	return got, nil
}

// meterOf returns what ingest may know of a meter.
func meterOf(s household.Meter) (Meter, error) {
	zone, err := loadZone(s.Zone)
	if err != nil {
		return Meter{}, err
	}
	m := Meter{ID: s.ID, State: s.State, Zone: zone, MaxPower: s.MaxPower, Kept: s.Kept}
	if s.Role != household.Outdoor {
		// Of the first family it was: what it held back of the time before it went to
		// another home is still that family's.
		m.Since = s.Enrolled.Add(-early)
	}
	return m, nil
}
