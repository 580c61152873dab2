package subscriber

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"
)

const (
	beatEach  = 10 * time.Second // between two looks at the rate
	rateOver  = 10 * time.Minute // the rate is a mean over about so long
	nearShare = 0.8              // of what the broker can queue: near the loss
	keepEach  = time.Minute
)

// A Heartbeat says until when somebody read from the broker, and how much came.
type Heartbeat struct {
	At   time.Time // wall clock; zero for never
	Rate float64   // messages a second
}

// A Pulse keeps the last heartbeat over a restart.
type Pulse interface {
	Heartbeat(ctx context.Context) (at time.Time, rate float64, err error)
	Beat(ctx context.Context, at time.Time, rate float64) error
}

// A headroom knows how long nobody may read before the broker drops messages: what
// it can queue, divided by what comes.
type headroom struct {
	queue   float64 // messages
	log     *slog.Logger
	metrics *metrics

	mu    sync.Mutex
	last  Heartbeat
	taken float64 // messages since the last look
	alarm bool    // raised in this absence

	// After an absence what was queued comes faster than it was published: until
	// then, or until the rate settles, the rate before counts.
	catchUp time.Time
}

// take notes a message.
func (h *headroom) take() {
	h.mu.Lock()
	h.taken++
	h.mu.Unlock()
}

// look takes the wall clock and whether messages can come at the moment.
func (h *headroom) look(ctx context.Context, now time.Time, connected bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if connected {
		h.measure(now)
		h.last.At, h.taken, h.alarm = now, 0, false
	}
	h.metrics.left.Set(h.left(now))
	if connected || h.last.At.IsZero() || h.alarm || h.share(now) < nearShare {
		return
	}
	h.alarm = true
	h.log.WarnContext(ctx, "nobody reads from the broker; soon it drops messages",
		"seconds_left", int(max(0, h.left(now))), "messages_a_second", math.Round(h.last.Rate))
}

// measure takes what came since the last look into the rate.
func (h *headroom) measure(now time.Time) {
	passed := now.Sub(h.last.At).Seconds()
	switch {
	case h.last.At.IsZero():
		h.last.Rate = h.taken / beatEach.Seconds()
	case passed <= 0, h.catchUp.After(now) && h.taken/passed > 2*h.last.Rate:
	default:
		h.catchUp = time.Time{}
		weight := 1 - math.Exp(-passed/rateOver.Seconds())
		h.last.Rate += weight * (h.taken/passed - h.last.Rate)
	}
}

// resume notes that messages come again, and says whether any may be lost.
func (h *headroom) resume(ctx context.Context, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last.At.IsZero() {
		return
	}
	away, share := max(0, now.Sub(h.last.At)), h.share(now)
	h.metrics.away.Set(away.Seconds())
	h.metrics.awayShare.Set(share)
	h.taken, h.last.At, h.alarm = 0, now, false
	if away > beatEach {
		h.catchUp = now.Add(rateOver)
	}
	switch {
	case share >= 1:
		h.log.WarnContext(ctx, "the broker has queued for longer than it can, messages may be lost; foyer ledger show --gaps lists them",
			"away", away.Round(time.Second), "percent_of_queue", int(100*share))
	case share >= nearShare:
		h.log.WarnContext(ctx, "the broker's queue was nearly full; raise its bound and broker.queue",
			"away", away.Round(time.Second), "percent_of_queue", int(100*share))
	case away > keepEach:
		h.log.InfoContext(ctx, "the broker has queued meanwhile", "away", away.Round(time.Second), "percent_of_queue", int(100*share))
	}
}

// left returns for how many seconds more the broker can queue, +Inf when nothing comes.
func (h *headroom) left(now time.Time) float64 {
	if h.last.Rate <= 0 {
		return math.Inf(1)
	}
	return h.queue/h.last.Rate - max(0, now.Sub(h.last.At).Seconds())
}

// share returns which part of the queue has filled since the last heartbeat.
func (h *headroom) share(now time.Time) float64 {
	return max(0, now.Sub(h.last.At).Seconds()) * h.last.Rate / h.queue
}

// beat looks at the rate and keeps the heartbeat until ctx ends.
func (s *Subscriber) beat(ctx context.Context) {
	tick := time.NewTicker(beatEach)
	defer tick.Stop()
	kept := s.Wall()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.Wall()
		s.room.look(ctx, now, s.Connected())
		if now.Sub(kept) >= keepEach {
			kept = now
			s.keepPulse(ctx)
		}
	}
}

// keepPulse keeps the last heartbeat. What cannot be kept makes the next absence
// look longer, which is the safe side.
func (s *Subscriber) keepPulse(ctx context.Context) {
	s.room.mu.Lock()
	last := s.room.last
	s.room.mu.Unlock()
	if s.Pulse == nil || last.At.IsZero() {
		return
	}
	if err := s.Pulse.Beat(ctx, last.At, last.Rate); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "the heartbeat was not kept", "err", err)
	}
}
