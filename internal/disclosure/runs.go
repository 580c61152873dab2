package disclosure

import (
	"context"

	"foyer/internal/household"
)

// A Runs store reads what passes of jobs came to. Nothing of it is about a family,
// so no access is written down.
type Runs interface {
	Runs(ctx context.Context, q household.RunQuery) ([]household.Run, error)
}

// A RunQuery asks for a page of passes of jobs, the one begun last first.
type RunQuery struct {
	Job    string // "" for every job
	Limit  int    // 1 to 200; 50 for 0
	Cursor string // RunPage.Next of the page before
}

// A RunPage is a page of passes of jobs.
type RunPage struct {
	Runs []household.Run
	Next string // "" at the end
}

// Runs returns what passes of jobs came to, of every pilot this Foyer computes for,
// to who may see them. It returns [ErrWithheld] to everybody else, and [ErrCursor] for a
// cursor nobody gave out.
func (g *Gate) Runs(ctx context.Context, aud Audience, q RunQuery) (RunPage, error) {
	page, err := g.runs(ctx, aud, q)
	return page, g.metrics.count(viewRuns, err)
}

func (g *Gate) runs(ctx context.Context, aud Audience, q RunQuery) (RunPage, error) {
	if !aud.May("GET /api/v1/runs") {
		return RunPage{}, ErrWithheld
	}
	limit, before := pageOf(q.Limit), int64(0)
	if q.Cursor != "" {
		var err error
		if before, err = numberAt("runs", q.Cursor); err != nil {
			return RunPage{}, err
		}
	}
	// One more than asked for says whether there is another page.
	all, err := g.store.Runs(ctx, household.RunQuery{Job: q.Job, Before: before, Limit: limit + 1})
	if err != nil {
		return RunPage{}, err
	}
	if len(all) <= limit {
		return RunPage{Runs: all}, nil
	}
	all = all[:limit]
	return RunPage{Runs: all, Next: cursorAt("runs", decimalOf(all[limit-1].ID))}, nil
}
