package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Works store keeps what was done to homes. It is only ever added to.
type Works interface {
	AddWorks(ctx context.Context, w household.Works) error
	// Works returns what was said of a family's home, in the order it was said.
	Works(ctx context.Context, family household.FamilyID) ([]household.Works, error)
}

// Bounds of what is said of works.
const (
	mostWorkDays = 365     // of their length
	mostAhead    = 2 * 365 // how far in the future they may begin, in days
	mostCost     = 100_000_000
)

// AddWorks writes down that something was done to a family's home, or with Undone
// that it was not. Said is now. Works that were said for the same kind and first day
// already are replaced, which stays written down.
func (r *Registry) AddWorks(ctx context.Context, w household.Works) error {
	w.Said = r.world()
	if err := errors.Join(Word{w.By, w.Why}.check(), r.checkWorks(w), r.exists(ctx, w.Family)); err != nil {
		return fmt.Errorf("write down works: %w", err)
	}
	if w.Undone {
		said, err := r.store.Works(ctx, w.Family)
		if err != nil {
			return err
		}
		last := slices.IndexFunc(said, func(x household.Works) bool { return standing(said, x) && x.Kind == w.Kind && x.From == w.From })
		if last < 0 {
			return fmt.Errorf("take back works: %s from %s: %w; `foyer household works HOUSEHOLD` lists them", w.Kind, w.From, ErrUnknown)
		}
		w.To, w.Cost = said[last].To, said[last].Cost
	}
	return r.store.AddWorks(ctx, w)
}

// standing reports whether x is what was said last of its kind and first day, and was
// not taken back.
func standing(said []household.Works, x household.Works) bool {
	for _, y := range slices.Backward(said) {
		if y.Kind == x.Kind && y.From == x.From {
			return y == x && !y.Undone
		}
	}
	return false
}

// Works returns what was said of a family's home, in the order it was said.
func (r *Registry) Works(ctx context.Context, family household.FamilyID) ([]household.Works, error) {
	return r.store.Works(ctx, family)
}

func (r *Registry) checkWorks(w household.Works) error {
	latest := energy.DayOf(w.Said.AddDate(0, 0, mostAhead), w.Said.Location())
	switch {
	case !slices.Contains(household.WorkKinds, w.Kind):
		return fmt.Errorf("kind %q: want one of %v", w.Kind, household.WorkKinds)
	case w.From.Year < earliest || latest.Before(w.From):
		return fmt.Errorf("first day %s: want a day from %d to %s", w.From, earliest, latest)
	case !w.Undone && (!w.From.Before(w.To) || w.To.Sub(w.From) > mostWorkDays):
		return fmt.Errorf("last day %s: want one from %s to %s", w.To.Add(-1), w.From, w.From.Add(mostWorkDays-1))
	case w.Cost != nil && (*w.Cost < 0 || *w.Cost > mostCost):
		return fmt.Errorf("cost of %d cents: want 0 to %d", *w.Cost, mostCost)
	}
	return nil
}
