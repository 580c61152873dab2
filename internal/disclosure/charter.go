package disclosure

import (
	"context"

	"foyer/internal/charter"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Charters store reads what the town promises. It is public.
type Charters interface {
	Charter(ctx context.Context) (charter.Book, error)
	Borders(ctx context.Context) ([]household.Borders, error)
}

// Charter returns every change of the charter. Anybody may see it.
func (g *Gate) Charter(ctx context.Context) (charter.Book, error) { return g.store.Charter(ctx) }

// Kept returns the first days of which things are kept, of the pilot that has the
// earliest, and when that of each was done; zero before it was. Anybody may see it.
func (g *Gate) Kept(ctx context.Context) (household.Borders, error) {
	all, err := g.store.Borders(ctx)
	if err != nil || len(all) == 0 {
		return household.Borders{}, err
	}
	kept := all[0]
	for _, b := range all[1:] {
		kept.HalfHours, kept.Days = earliest(kept.HalfHours, b.HalfHours), earliest(kept.Days, b.Days)
		kept.Alerts, kept.Proofs = earliest(kept.Alerts, b.Alerts), earliest(kept.Proofs, b.Proofs)
		if b.At.Before(kept.At) {
			kept.Done, kept.At = b.Done, b.At
		}
	}
	return kept, nil
}

func earliest(a, b energy.Day) energy.Day {
	if b.Before(a) {
		return b
	}
	return a
}
