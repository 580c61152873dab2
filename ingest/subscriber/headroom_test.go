package subscriber

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

var headroomNoon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// A watch plays minutes of a subscriber.
type watch struct {
	*headroom
	t   *testing.T
	now time.Time
	log bytes.Buffer
}

func newWatch(t *testing.T, queue int) *watch {
	w := &watch{t: t, now: headroomNoon}
	w.headroom = &headroom{queue: float64(queue), log: slog.New(slog.NewTextHandler(&w.log, nil)), metrics: newMetrics(prometheus.NewRegistry())}
	return w
}

// play lets time pass with so many messages a second.
func (w *watch) play(d time.Duration, rate int, connected bool) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(beatEach)
		for range rate * int(beatEach.Seconds()) {
			w.take()
		}
		w.look(context.Background(), w.now, connected)
	}
}

func (w *watch) said(level string) int { return strings.Count(w.log.String(), "level="+level) }

func TestTheAlarmComesBeforeTheBrokerDropsMessages(t *testing.T) {
	w := newWatch(t, 3600)
	if left := w.left(w.now); !math.IsInf(left, 1) {
		t.Errorf("%v seconds left though nothing ever came", left)
	}
	w.play(time.Hour, 10, true) // the queue is full after 6 minutes
	if left := testutil.ToFloat64(w.metrics.left); math.Abs(left-360) > 1 {
		t.Errorf("%v seconds left", left)
	}
	w.play(4*time.Minute, 0, false)
	if w.said("WARN") != 0 {
		t.Errorf("too early: %s", w.log.String())
	}
	w.play(5*time.Minute, 0, false)
	if w.said("WARN") != 1 {
		t.Errorf("want one warning: %s", w.log.String())
	}
	if left := testutil.ToFloat64(w.metrics.left); math.Abs(left+180) > 1 {
		t.Errorf("%v seconds left", left)
	}
	w.resume(t.Context(), w.now)
	if !strings.Contains(w.log.String(), "messages may be lost") || !strings.Contains(w.log.String(), "percent_of_queue=150") {
		t.Errorf("nobody is told: %s", w.log.String())
	}
	if share := testutil.ToFloat64(w.metrics.awayShare); math.Abs(share-1.5) > 0.01 {
		t.Errorf("%v of the queue", share)
	}
	// What was queued comes a hundred times as fast as it was published.
	w.play(30*time.Second, 1000, true)
	w.play(time.Minute, 10, true)
	if math.Abs(w.last.Rate-10) > 0.5 {
		t.Errorf("%v messages a second", w.last.Rate)
	}
	// More meters for good.
	w.play(time.Hour, 30, true)
	if math.Abs(w.last.Rate-30) > 1 {
		t.Errorf("%v messages a second", w.last.Rate)
	}
}

func TestARestartSaysHowMuchOfTheQueueFilled(t *testing.T) {
	for _, c := range []struct {
		away         time.Duration
		warns, infos int
	}{{20 * time.Second, 0, 0}, {2 * time.Minute, 0, 1}, {5 * time.Minute, 1, 0}, {10 * time.Minute, 1, 0}} {
		w := newWatch(t, 3600)
		w.last = Heartbeat{At: headroomNoon, Rate: 10}
		w.resume(t.Context(), headroomNoon.Add(c.away))
		if w.said("WARN") != c.warns || w.said("INFO") != c.infos {
			t.Errorf("after %s: %s", c.away, w.log.String())
		}
	}
	w := newWatch(t, 3600)
	w.resume(t.Context(), headroomNoon)
	if w.log.Len() != 0 {
		t.Errorf("a first start: %s", w.log.String())
	}
}
