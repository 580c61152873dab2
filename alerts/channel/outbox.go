package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// A Queue keeps what is to be sent.
type Queue interface {
	// ClaimDeliveries returns at most limit deliveries of a channel that are due,
	// and keeps them from everybody else for the lease.
	ClaimDeliveries(ctx context.Context, channel string, now time.Time, lease time.Duration, limit int) ([]household.Delivery, error)
	// FinishDelivery closes a delivery with what came of it.
	FinishDelivery(ctx context.Context, id, outcome string, now time.Time) error
	// RetryDelivery makes a claimed delivery due again at an instant.
	RetryDelivery(ctx context.Context, id string, attempt int, at time.Time) error
}

// A Gate says what a recipient may see of an alert at this moment, and writes
// down that it was told. It returns [disclosure.ErrWithheld] for nothing.
type Gate interface {
	Send(ctx context.Context, alert string, to consent.Recipient) (disclosure.Alert, error)
}

const (
	parallel = 8                // deliveries of one channel at a time
	lease    = time.Minute      // after that another process may try
	attempt  = 25 * time.Second // for one delivery, well inside the lease
	poll     = time.Second      // between looks at an empty queue
	patience = 24 * time.Hour   // then a delivery is given up
)

// An Outbox sends what is queued, at least once and under one id. Several may
// work on one queue. When a receiver is down it sends one delivery at a time to
// it, until one arrives.
type Outbox struct {
	queue    Queue
	gate     Gate
	channels []Open
	now      func() time.Time // wall clock
	log      *slog.Logger
	metrics  *metrics
}

// NewOutbox returns an outbox that sends to the channels by the wall clock.
func NewOutbox(queue Queue, gate Gate, channels []Open, now func() time.Time, logger *slog.Logger, reg prometheus.Registerer) *Outbox {
	return &Outbox{
		queue: queue, gate: gate, channels: channels, now: now,
		log: logger.With("component", "outbox"), metrics: newMetrics(reg),
	}
}

// Run sends until ctx ends, then returns nil. What was under way is due again.
func (o *Outbox) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for _, c := range o.channels {
		group.Go(func() { o.serve(ctx, c) })
	}
	group.Wait()
	return nil
}

// serve sends what is queued for one channel.
func (o *Outbox) serve(ctx context.Context, c Open) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	strikes := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		limit := parallel
		if strikes > 0 {
			limit = 1
		}
		done, err := o.batch(ctx, c, limit)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			strikes++
			o.log.WarnContext(ctx, "queue failed", "err", err)
		case done.failed > 0 && done.answered == 0:
			strikes++
		case done.answered > 0:
			strikes = 0
		}
		switch {
		case strikes > 0:
			timer.Reset(pause(strikes))
		case done.answered > 0:
			timer.Reset(0)
		default:
			timer.Reset(poll)
		}
	}
}

// pause is how long to leave a receiver alone that does not answer: 1 s, then
// twice as long each time, at most 16 s.
func pause(strikes int) time.Duration { return time.Second << min(strikes-1, 4) }

// A tally counts what became of a batch.
type tally struct {
	answered int // sent, withheld, refused: the channel works
	failed   int
}

// batch sends what is due now, at most limit at a time.
func (o *Outbox) batch(ctx context.Context, c Open, limit int) (tally, error) {
	due, err := o.queue.ClaimDeliveries(ctx, c.Name, o.now(), lease, limit)
	if err != nil {
		return tally{}, err
	}
	var t tally
	var mu sync.Mutex
	var group sync.WaitGroup
	errs := make([]error, len(due))
	for i, d := range due {
		group.Go(func() {
			answered, err := o.deliver(ctx, c, d)
			mu.Lock()
			defer mu.Unlock()
			errs[i] = err
			if answered {
				t.answered++
			} else {
				t.failed++
			}
		})
	}
	group.Wait()
	return t, errors.Join(errs...)
}

// deliver makes one attempt and writes down what came of it. It reports whether
// the channel answered at all.
func (o *Outbox) deliver(ctx context.Context, c Open, d household.Delivery) (answered bool, err error) {
	cause := o.attempt(ctx, c, d)
	// What came of it is written even while the process stops: a delivery that
	// arrived need not be sent again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	count := func(result string) { o.metrics.notifications.WithLabelValues(c.Kind, result).Inc() }
	now := o.now()
	switch {
	case cause == nil:
		count(sent)
		return true, o.queue.FinishDelivery(ctx, d.ID, sent, now)
	case errors.Is(cause, disclosure.ErrWithheld):
		count(withheld)
		return true, o.queue.FinishDelivery(ctx, d.ID, withheld, now)
	case errors.Is(cause, ErrGone) || now.Sub(d.Queued) >= patience:
		count(givenUp)
		o.log.ErrorContext(ctx, "delivery given up", "channel", c.Kind, "step", string(d.Step), "attempt", d.Attempt, "err", cause)
		return errors.Is(cause, ErrGone), o.queue.FinishDelivery(ctx, d.ID, givenUp, now)
	default:
		count(failed)
		o.log.WarnContext(ctx, "delivery failed", "channel", c.Kind, "step", string(d.Step), "attempt", d.Attempt, "err", cause)
		return errors.Is(cause, ErrRefused), o.queue.RetryDelivery(ctx, d.ID, d.Attempt, now.Add(delay(d.Attempt, cause)))
	}
}

// attempt asks the Gate and sends what it gives. A panic is a failed attempt.
func (o *Outbox) attempt(ctx context.Context, c Open, d household.Delivery) (err error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	defer func() {
		if recover() != nil { // what it says may hold data
			err = errors.New("channel panicked")
		}
	}()
	alert, err := o.gate.Send(ctx, d.Alert, consent.Recipient(d.Recipient))
	if err != nil {
		return fmt.Errorf("ask the gate: %w", err)
	}
	return c.Channel.Send(ctx, Message{ID: d.ID, Step: d.Step, At: d.At, Alert: alert})
}

// delay is how long a delivery waits after an attempt: 1 s, twice as long each
// time, at most 30 s, or 15 min when the receiver is there and refuses it. A
// fifth of it is chance, so that what failed together does not return together.
func delay(attempt int, cause error) time.Duration {
	most := 30 * time.Second
	if errors.Is(cause, ErrRefused) {
		most = 15 * time.Minute
	}
	wait := min(time.Second<<min(attempt-1, 20), most)
	return wait - rand.N(wait/5) //nolint:gosec // chance keeps attempts apart, it guards nothing
}
