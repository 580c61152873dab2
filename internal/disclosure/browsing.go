package disclosure

import (
	"context"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// mostBrowses is how many spells the town lead is told of at once.
const mostBrowses = 50

// A Browses store reads who opened the figures of many families, and writes the read down.
type Browses interface {
	// Browses returns those of the reader's pilot that went on after an instant of the
	// database's clock, the newest first, at most limit of them.
	Browses(ctx context.Context, a consent.Access, after time.Time, limit int) ([]household.Browse, error)
}

// Browses returns who of the staff of the audience's pilot opened the figures of many
// families within an hour after an instant, the newest 50 of them first, to the town lead.
// It returns [ErrWithheld] to everybody else.
func (g *Gate) Browses(ctx context.Context, aud Audience, after time.Time) ([]household.Browse, error) {
	if !aud.May("GET /console/households") {
		return nil, g.metrics.count(viewBrowses, ErrWithheld)
	}
	all, err := g.store.Browses(ctx, aud.desk(viewBrowses), after, mostBrowses)
	return all, g.metrics.count(viewBrowses, err)
}
