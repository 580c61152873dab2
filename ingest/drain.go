package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/energy"
)

const (
	batchSize = 30_000                 // readings worked on at once: about 10,000 points of a plug
	linger    = 500 * time.Millisecond // between small batches, so that they grow: each costs its registers a mark
	idle      = time.Second            // another process may append without a signal
	sweepEach = 2 * time.Second        // between two looks at what waits for a claim
	heldFor   = 24 * time.Hour         // readings of an unclaimed meter wait this long
	retryMin  = 100 * time.Millisecond
	retryMax  = time.Second // an attempt costs little, and what waits grows
)

// DrainParts are what a [Drain] works with.
type DrainParts struct {
	Backlog Backlog
	Waiting Waiting
	Meters  Meters
	Marks   Marks
	Turn    Turn
	Series  Series
	Step    func(energy.MeterID, energy.Register) int64 // as [Handler.Step]
	Now     func() time.Time                            // world clock
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// A Drain moves readings from the spool to the series store and notes what has to
// be computed again. It lets go of a reading only when the series store has it.
type Drain struct {
	DrainParts
	log      *slog.Logger
	metrics  *drainMetrics
	stuck    bool // the last pass failed
	unswept  bool // the last sweep failed
	complain bool // one of them, told
	full     alarm
}

// NewDrain returns a drain. One drain works on a spool.
func NewDrain(p DrainParts) *Drain {
	log := p.Log.With("component", "drain")
	return &Drain{DrainParts: p, log: log, metrics: newDrainMetrics(p.Metrics), full: alarm{log: log}}
}

// Run drains until ctx ends. While a store does not answer it tries again, ever
// less often, at least each second; nothing is lost meanwhile.
func (d *Drain) Run(ctx context.Context) error {
	var retry time.Duration
	sweep := time.NewTicker(sweepEach)
	defer sweep.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-sweep.C:
			d.report(ctx, d.sweep(ctx), &d.unswept)
			continue
		case <-timer.C:
		}
		n, err := d.pass(ctx)
		d.report(ctx, err, &d.stuck)
		switch {
		case err != nil:
			retry = min(max(2*retry, retryMin), retryMax)
			timer.Reset(retry/2 + rand.N(retry/2+1)) //nolint:gosec // spreads retries, keeps no secret
			continue
		case n >= batchSize:
			timer.Reset(0)
		default:
			d.wait(ctx, timer)
		}
		retry = 0
	}
}

// wait sets timer for the next batch: soon after something was appended.
func (d *Drain) wait(ctx context.Context, timer *time.Timer) {
	pause := time.NewTimer(idle)
	defer pause.Stop()
	select {
	case <-ctx.Done():
	case <-pause.C:
	case <-d.Backlog.More():
		timer.Reset(linger)
		return
	}
	timer.Reset(0)
}

// report says once that something fails, and once that everything works again: a sweep
// that goes well frees no reading that a pass could not.
func (d *Drain) report(ctx context.Context, err error, fails *bool) {
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		d.metrics.failures.Inc()
	}
	*fails = err != nil
	if failing := d.stuck || d.unswept; failing != d.complain {
		d.complain = failing
		if failing {
			d.metrics.failing.Set(1)
			d.log.WarnContext(ctx, "readings wait in the spool, trying again", "err", err)
		} else {
			d.metrics.failing.Set(0)
			d.log.InfoContext(ctx, "readings leave the spool again")
		}
	}
}

// pass works on one batch and returns how many readings it held.
func (d *Drain) pass(ctx context.Context) (int, error) {
	b, err := d.Backlog.Take(ctx, batchSize)
	if err != nil {
		return 0, fmt.Errorf("take from the spool: %w", err)
	}
	if b.Through == 0 {
		return 0, nil
	}
	w, err := d.sort(ctx, b)
	if err != nil {
		return 0, err
	}
	if len(w.keep) > 0 {
		if err := d.Turn.Exclusive(ctx, func(ctx context.Context, broken bool) error { return d.write(ctx, w, broken) }); err != nil {
			return 0, err
		}
	}
	now := d.Now()
	for i := range w.cases {
		w.cases[i].At = now
	}
	if err := d.Backlog.Settle(ctx, Settlement{
		Through: b.Through, Held: w.held, Cases: w.cases, Counts: w.counts.List(), At: now,
	}); err != nil {
		return 0, fmt.Errorf("let go of a batch: %w", err)
	}
	d.metrics.add(w.sunk)
	return len(b.Readings), nil
}

// sweep admits, drops and expires what waits for a claim or for a person.
func (d *Drain) sweep(ctx context.Context) error {
	d.full.look(ctx, d.Backlog.Used())
	if _, err := d.Waiting.ExpireCases(ctx, d.Now()); err != nil {
		return fmt.Errorf("expire messages in quarantine: %w", err)
	}
	expired, err := d.Waiting.Expire(ctx, d.Now().Add(-heldFor))
	if err != nil {
		return fmt.Errorf("expire held readings: %w", err)
	}
	d.metrics.sunk[energy.FateExpired].Add(float64(expired))
	meters, err := d.Waiting.HeldMeters(ctx)
	if err != nil {
		return fmt.Errorf("list held readings: %w", err)
	}
	for _, m := range meters {
		state, _, err := d.Meters.State(ctx, m)
		if err != nil {
			return fmt.Errorf("state of a held meter: %w", err)
		}
		switch state {
		case Unclaimed:
		case Claimed:
			if _, err := d.Waiting.Admit(ctx, m); err != nil {
				return fmt.Errorf("admit held readings: %w", err)
			}
		case Ignored, Stopped:
			n, err := d.Waiting.Dismiss(ctx, m, state.fate())
			if err != nil {
				return fmt.Errorf("dismiss held readings: %w", err)
			}
			d.metrics.sunk[state.fate()].Add(float64(n))
		}
	}
	return nil
}
