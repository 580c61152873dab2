package main

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"foyer/simulators"
)

// A Crowd is the gateways of a pilot, publishing as fast as they are acknowledged:
// at most 20 messages in flight each, and again what was not acknowledged.
type Crowd struct {
	*Ledger
	t         *Trial
	passwords map[string]string
	index     map[string]int // by gateway and device
	fleets    []*simulators.Fleet
	rate      atomic.Int64        // messages a second of all meters; 0 for as many as are acknowledged
	prompt    func(time.Duration) // told how long each acknowledgement took, of messages that wait for none; nil for nobody
	stop      atomic.Bool
	ended     chan error // takes how each fleet ended

	mu   sync.Mutex
	last time.Time  // of the last acknowledgement
	next *time.Time // takes the instant of the next one
	got  chan struct{}
}

// Gather lets the meters of a pilot, and others behind its gateways, publish to a
// broker from now on.
func (t *Trial) Gather(p *Pilot, broker string, others ...*Meter) *Crowd {
	c := t.crowd(p, slices.Concat(p.meters, others))
	c.publish(broker, c.emissions())
	return c
}

// crowd returns a crowd of meters behind the gateways of a pilot, silent yet.
func (t *Trial) crowd(p *Pilot, all []*Meter) *Crowd {
	c := &Crowd{t: t, passwords: p.passwords, index: map[string]int{}, ended: make(chan error, 8)}
	meters := make([]*Meter, len(all))
	for i, m := range all {
		own := *m
		own.Seed = t.Seed
		meters[i] = &own
		c.index[m.Gateway+"/"+m.Device] = i
	}
	c.Ledger = newLedger(meters)
	return c
}

// publish lets the gateways publish emissions to a broker from now on.
func (c *Crowd) publish(broker string, emissions iter.Seq[simulators.Emission]) {
	fleet := &simulators.Fleet{
		Broker: broker, Passwords: c.passwords, Logger: slog.New(slog.DiscardHandler), Now: c.t.now, Backoff: time.Millisecond,
		Acked: func(e simulators.Emission) error {
			i := c.index[e.Device.Gateway+"/"+e.Device.ID]
			c.acknowledge(i, c.meters[i].number(e.At))
			if c.prompt != nil {
				c.prompt(c.t.now().Sub(e.Sent))
			}
			c.tick()
			return nil
		},
	}
	c.fleets = append(c.fleets, fleet)
	ctx, cancel := context.WithCancel(c.t.Context)
	c.t.Cleanup(cancel)
	go func() { c.ended <- fleet.Run(ctx, emissions) }()
}

// embedded returns the address of the pilot's own broker.
func (p *Pilot) embedded() string { return fmt.Sprintf("mqtt://127.0.0.1:%d", p.broker) }

// emissions yields the messages of all meters in turn until the crowd is to stop.
func (c *Crowd) emissions() iter.Seq[simulators.Emission] {
	return func(yield func(simulators.Emission) bool) {
		for round := 0; !c.stop.Load(); round++ {
			for i, m := range c.meters {
				if m.Stranger && round%rarely != 0 {
					continue
				}
				c.rest()
				e := m.emission(c.send(i))
				if c.prompt != nil {
					e.Sent = c.t.now()
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}

// rest waits until it is time for the next message.
func (c *Crowd) rest() {
	rate := c.rate.Load()
	if rate == 0 {
		return
	}
	timer := time.NewTimer(time.Second / time.Duration(rate))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.t.Context.Done():
	}
}

// tick notes when an acknowledgement came.
func (c *Crowd) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = c.t.now()
	if c.next != nil {
		*c.next, c.next = c.last, nil
		close(c.got)
	}
}

// first waits for the next acknowledgement and returns when it came. Each poll
// meanwhile runs, and may end the trial.
func (c *Crowd) first(meanwhile func()) time.Time {
	var came time.Time
	got := make(chan struct{})
	c.mu.Lock()
	c.next, c.got = &came, got
	c.mu.Unlock()
	const patience = 60 * time.Second
	if !c.t.within(patience, 5*time.Millisecond, func() bool {
		select {
		case <-got:
			return true
		default:
			meanwhile()
			return false
		}
	}) {
		c.t.Fatalf("waited %v for an acknowledgement", patience)
	}
	return came
}

// hush holds that nothing is acknowledged because of a fault, once what was safe
// before it is, and reports whether something was.
func (c *Crowd) hush(because string) (spoke bool) {
	const quiet, patience = 100 * time.Millisecond, 10 * time.Second
	before := int64(-1)
	settled := c.t.within(patience, quiet, func() bool {
		was := before
		before = c.acknowledged()
		return was == before
	})
	c.t.pause(3 * quiet)
	if n := c.acknowledged() - before; n > 0 || !settled {
		c.t.Errorf("%d messages were acknowledged though %s", n, because)
		return true
	}
	return false
}

// finish lets the gateways send no more than they have begun, and waits until all of
// it is acknowledged: 60 s after the last fault at most.
func (c *Crowd) finish() {
	c.stop.Store(true)
	const patience = 60 * time.Second
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for range c.fleets {
		select {
		case err := <-c.ended:
			c.t.must(err, "publish")
		case <-timer.C:
			c.t.Fatalf("%v after the last fault %d messages are acknowledged and not all: %+v", patience, c.acknowledged(), c.counts())
		case <-c.t.Context.Done():
			c.t.Fatal("interrupted")
		}
	}
}

// counts adds up what the fleets have done.
func (c *Crowd) counts() (all simulators.Counts) {
	for _, f := range c.fleets {
		n := f.Counts()
		all.Sent += n.Sent
		all.Resent += n.Resent
		all.Acked += n.Acked
		all.Connects += n.Connects
	}
	return all
}
