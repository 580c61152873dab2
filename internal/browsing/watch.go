package browsing

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	every = time.Minute // between two looks
	// A look goes back by the hour in which families are counted for each opening of the
	// hour before, and a little for what was written down late.
	shortly = 2*Within + 5*time.Minute
	// The first look, and one after a look that failed, go back by the time in which
	// nobody may have looked.
	far = 24 * time.Hour
)

// A Store knows who opened whose figures, and keeps the spells.
type Store interface {
	// WatchBrowsing joins what was opened within back into the spells that are kept,
	// all or nothing, and returns how many are new. Nobody is warned twice of one,
	// whoever calls this and how often.
	WatchBrowsing(ctx context.Context, back time.Duration) (warnings int, err error)
}

// A Watch has the store look for spells.
type Watch struct {
	store   Store
	log     *slog.Logger
	metrics metrics
	back    time.Duration // of the next look
}

// New returns a watch; reg may be nil.
func New(store Store, logger *slog.Logger, reg prometheus.Registerer) *Watch {
	return &Watch{store: store, log: logger.With("component", "browsing"), metrics: newMetrics(reg), back: far}
}

// Run looks each minute until ctx ends, and returns nil then. What fails is tried again a
// minute later.
func (w *Watch) Run(ctx context.Context) error {
	next := time.NewTicker(every)
	defer next.Stop()
	w.back = far
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
	}
}

func (w *Watch) look(ctx context.Context) {
	warnings, err := w.store.WatchBrowsing(ctx, w.back)
	if err != nil {
		w.back = far
		if ctx.Err() == nil {
			w.metrics.failures.Inc()
			w.log.Error("not looked who opened many families", "err", err)
		}
		return
	}
	w.back = shortly
	if warnings > 0 {
		w.metrics.warnings.Add(float64(warnings))
		w.log.Warn("a member of staff opened many families", "warnings", warnings)
	}
}
