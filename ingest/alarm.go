package ingest

import (
	"context"
	"log/slog"
)

const (
	raiseAt = 0.8 // share of the spool's bound
	clearAt = 0.7
)

// An alarm says once that the spool fills up, and once that it empties again.
type alarm struct {
	log    *slog.Logger
	raised bool
}

// look takes the share of the spool's bound that is in use.
func (a *alarm) look(ctx context.Context, used float64) {
	switch {
	case !a.raised && used >= raiseAt:
		a.raised = true
		a.log.WarnContext(ctx, "the spool fills up; when it is full nothing is acknowledged. Is the series store running?",
			"used_percent", int(100*used))
	case a.raised && used <= clearAt:
		a.raised = false
		a.log.InfoContext(ctx, "the spool has room again", "used_percent", int(100*used))
	}
}
