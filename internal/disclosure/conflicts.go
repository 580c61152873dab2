package disclosure

import (
	"context"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// conflictsAtOnce is how many conflicts one call returns.
const conflictsAtOnce = 200

// A Conflicts store reads where meters contradicted themselves, without values, and
// writes the access down, in one transaction.
type Conflicts interface {
	MeterConflicts(ctx context.Context, a consent.Access, limit int) ([]household.MeterConflict, error)
}

// Conflicts returns where meters of an operator's pilot contradicted themselves,
// the newest 200 first. It returns [ErrWithheld] to everybody else: no figure of a
// family is in it, and which meter is whose is for the operator alone.
func (g *Gate) Conflicts(ctx context.Context, aud Audience) ([]household.MeterConflict, error) {
	all, err := g.conflicts(ctx, aud)
	return all, g.metrics.count(viewConflicts, err)
}

func (g *Gate) conflicts(ctx context.Context, aud Audience) ([]household.MeterConflict, error) {
	if !aud.May("GET /api/v1/conflicts") {
		return nil, ErrWithheld
	}
	return g.store.MeterConflicts(ctx, consent.Access{Reader: aud.reader, View: viewConflicts}, conflictsAtOnce)
}
