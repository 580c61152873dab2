package disclosure

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"

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
	limit := min(q.Limit, 200)
	if limit <= 0 {
		limit = 50
	}
	before, err := parseRunCursor(q.Cursor)
	if err != nil {
		return RunPage{}, err
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
	return RunPage{Runs: all, Next: runCursor(all[limit-1].ID)}, nil
}

// runCursor names the run after which a page begins.
func runCursor(id int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "r%d", id))
}

// parseRunCursor returns the id of [runCursor], 0 for "".
func parseRunCursor(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) < 2 || raw[0] != 'r' {
		return 0, ErrCursor
	}
	id, err := strconv.ParseInt(string(raw[1:]), 10, 64)
	if err != nil || id < 1 {
		return 0, ErrCursor
	}
	return id, nil
}
