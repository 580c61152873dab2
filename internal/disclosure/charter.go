package disclosure

import (
	"context"

	"foyer/internal/charter"
)

// A Charters store reads what the town promises. It is public.
type Charters interface {
	Charter(ctx context.Context) (charter.Book, error)
}

// Charter returns every change of the charter. Anybody may see it.
func (g *Gate) Charter(ctx context.Context) (charter.Book, error) { return g.store.Charter(ctx) }
