package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	outagePace   = 6000 // messages a second
	outageFor    = 40   // seconds of publishing
	outageBefore = 10 * time.Second
	outageAway   = 20 * time.Second
)

// outage takes InfluxDB away in the middle of a load and gives it back.
func outage(ctx context.Context, b *room) error {
	t := newTable(fmt.Sprintf("InfluxDB away for %s at %d messages a second", outageAway, outagePace),
		fmt.Sprintf("%d messages of %d meters; mosquitto before both", outagePace*outageFor/b.meters*b.meters, b.meters))
	ways := []struct {
		name string
		way  way
	}{{"Foyer", foyerInflux}}
	if b.telegraf != "" {
		ways = append(ways, struct {
			name string
			way  way
		}{"Telegraf", telegrafInflux})
	}
	for _, w := range ways {
		err := b.on(ctx, w.way, func(s *stage) error {
			f, err := b.interrupt(ctx, s)
			t.row(w.name, f)
			return err
		})
		if err != nil {
			return err
		}
	}
	return t.print(os.Stdout)
}

// interrupt runs one load during which InfluxDB is away.
func (b *room) interrupt(ctx context.Context, s *stage) (figures, error) {
	l := b.load(s, outagePace*outageFor/b.meters*b.meters, outagePace)
	var d delivery
	var late time.Duration
	before, err := s.processes[0].usage()
	if err != nil {
		return nil, err
	}
	began := now()
	group, running := errgroup.WithContext(ctx)
	group.Go(func() (err error) { d, err = l.run(running); return err })
	group.Go(func() error {
		if err := wait(running, outageBefore); err != nil {
			return err
		}
		s.influx.stop()
		if err := wait(running, outageAway); err != nil {
			return err
		}
		if err := s.influx.begin(running); err != nil {
			return err
		}
		back := now()
		err := s.catchUp(running, l, began)
		late = now().Sub(back)
		return err
	})
	err = group.Wait()
	s.adopt(s.influx.process)
	if err != nil {
		return nil, err
	}
	if _, err := b.await(ctx, s, l); err != nil {
		return nil, err
	}
	after, err := s.processes[0].usage()
	if err != nil {
		return nil, err
	}
	return figures{
		"p50 ms": milliseconds(d.latency.quantile(0.5)), "p99 ms": milliseconds(d.latency.quantile(0.99)),
		"longest wait for an acknowledgement ms": milliseconds(d.latency.quantile(1)),
		"caught up after s":                      late.Seconds(),
		"idle MiB":                               mebibytes(before.memory), "peak MiB": mebibytes(after.peak),
		"lost": 0, // else check has failed
	}, s.store.check(ctx, l)
}

// catchUp waits until all that was to be published up to a second ago can be read,
// while the load goes on.
func (s *stage) catchUp(ctx context.Context, l *load, began time.Time) error {
	return poll(ctx, 100*time.Millisecond, func() (bool, error) {
		due := *l
		published := (now().Sub(began) - time.Second).Seconds() * float64(l.pace)
		due.each = min(l.each, int(published)/len(l.devices))
		return s.store.holds(ctx, &due)
	})
}

// adopt puts the successor of a process on the stage.
func (s *stage) adopt(p *process) {
	for i, old := range s.processes {
		if old.name == p.name {
			s.processes[i] = p
		}
	}
}

// wait waits, unless ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
