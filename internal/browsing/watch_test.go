package browsing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// A diary gives its answers one after the other, and notes how far it is asked back.
type diary struct {
	answers []func() (int, error)
	back    []time.Duration
}

func (d *diary) WatchBrowsing(_ context.Context, back time.Duration) (int, error) {
	d.back = append(d.back, back)
	next := d.answers[0]
	d.answers = d.answers[1:]
	return next()
}

func TestTheOperatorLearnsThatAndNotWho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		store := &diary{answers: []func() (int, error){
			func() (int, error) { return 2, nil },
			func() (int, error) { return 0, errors.New("no disk") },
			func() (int, error) { return 1, nil },
			func() (int, error) { return 0, nil },
		}}
		w := New(store, slog.New(slog.NewTextHandler(&log, nil)), prometheus.NewRegistry())
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute+time.Second)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
		if got := testutil.ToFloat64(w.metrics.warnings); got != 3 {
			t.Errorf("%v warnings", got)
		}
		if got := testutil.ToFloat64(w.metrics.failures); got != 1 {
			t.Errorf("%v failures", got)
		}
		if want := []time.Duration{far, shortly, far, shortly}; !slices.Equal(store.back, want) {
			t.Errorf("looked back %v, want %v", store.back, want)
		}
		if text := log.String(); strings.Count(text, "opened many families") != 3 || strings.Count(text, "no disk") != 1 {
			t.Error(text)
		}
	})
}
