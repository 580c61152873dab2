package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Figures are the numbers of one run, by name.
type figures map[string]float64

// durable is how long a load may take to be readable after it was acknowledged.
const durable = 5 * time.Minute

// load returns a load of the plan's size for a stage.
func (b *room) load(s *stage, messages, pace int) *load {
	l := &load{
		broker: s.broker, town: b.town, devices: b.town.some(b.meters),
		gateways: b.connections, window: b.window, each: messages / b.meters, pace: pace,
	}
	// The last message was an instant ago.
	l.from = now().Add(-time.Duration(l.each) * every).Truncate(every).UTC()
	return l
}

func (l *load) total() int { return l.each * len(l.devices) }

// measure runs a load on a stage and returns what it cost, until everything can be
// read back.
func (b *room) measure(ctx context.Context, s *stage, l *load) (figures, error) {
	f := figures{}
	before := make([]usage, len(s.processes))
	for i, p := range s.processes {
		var err error
		if before[i], err = p.usage(); err != nil {
			return nil, err
		}
	}
	f["idle MiB"] = mebibytes(before[0].memory)
	d, err := l.run(ctx)
	if err != nil {
		return nil, err
	}
	readable, err := b.await(ctx, s, l)
	if err != nil {
		return nil, err
	}
	for i, p := range s.processes {
		after, err := p.usage()
		if err != nil {
			return nil, err
		}
		f["CPU "+role(i, p)] = (after.cpu - before[i].cpu).Seconds() * 100_000 / float64(l.total())
		if i == 0 {
			f["peak MiB"] = mebibytes(after.peak)
		}
	}
	f["acked/s"] = float64(l.total()) / d.acked.Sub(d.began).Seconds()
	f["durable/s"] = float64(l.total()) / readable.Sub(d.began).Seconds()
	f["p50 ms"], f["p99 ms"] = milliseconds(d.latency.quantile(0.5)), milliseconds(d.latency.quantile(0.99))
	return f, s.store.check(ctx, l)
}

// role is what a process is in the table: the one in question, or its own name.
func role(i int, p *process) string {
	if i == 0 {
		return "itself"
	}
	return p.name
}

// await returns when everything of a load could be read back.
func (b *room) await(ctx context.Context, s *stage, l *load) (at time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	err = poll(ctx, 50*time.Millisecond, func() (bool, error) {
		at = now()
		return s.store.holds(ctx, l)
	})
	if err != nil && ctx.Err() != nil {
		return at, fmt.Errorf("not everything can be read back: %w", errors.Join(err, s.store.check(context.WithoutCancel(ctx), l)))
	}
	return at, err
}

func mebibytes(n int64) float64            { return float64(n) / (1 << 20) }
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
