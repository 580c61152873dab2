package simulators

import (
	"context"
	"crypto/tls"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Fleet publishes emissions as their gateways would: one MQTT 3.1.1 connection for
// each, QoS 1, and every message again until the broker acknowledged it. PUBACKs are
// read off the wire, so an acknowledgement recorded is one that was received.
type Fleet struct {
	Broker    string                          // "mqtt://127.0.0.1:1883", or "mqtts://…"
	Passwords map[string]string               // by gateway, which is client id and user name too
	Until     func(time.Time) time.Duration   // how long to wait for an instant to come; nil sends at once
	Hello     func(gateway string) []Emission // what a gateway says when it connects; nil says nothing
	Acked     func(Emission) error            // told each acknowledged emission, one at a time; an error ends the run
	Logger    *slog.Logger                    // required
	Now       func() time.Time                // the wall clock; required
	TLS       *tls.Config                     // for mqtts; nil trusts the machine's authorities
	Window    int                             // messages in flight on a connection; 20 by default
	Patience  time.Duration                   // how long a message may stay unacknowledged before the gateway connects again; 30 s by default
	Backoff   time.Duration                   // first pause before connecting again, later ones are up to 50 times as long; 100 ms by default
	counts    struct{ sent, resent, acked, connects atomic.Int64 }
	telling   sync.Mutex
}

// Counts says what a fleet has done so far.
type Counts struct {
	Sent     int64 `json:"sent"`     // messages handed to a connection for the first time
	Resent   int64 `json:"resent"`   // and again after a connection was lost
	Acked    int64 `json:"acked"`    // messages acknowledged
	Connects int64 `json:"connects"` // connections accepted by the broker
}

// Counts returns what the fleet has done; it may be called while Run runs.
func (f *Fleet) Counts() Counts {
	c := &f.counts
	return Counts{c.sent.Load(), c.resent.Load(), c.acked.Load(), c.connects.Load()}
}

// A RefusedError says that the broker refused a gateway that it never accepted before.
type RefusedError struct {
	Gateway string
	Err     error
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the broker refused gateway %s: %v. Is its password right?", e.Gateway, e.Err)
}

// Unwrap returns the broker's reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// Run publishes emissions in their order and returns when each one is acknowledged,
// or nil as soon as ctx ends. A broker that is away is waited for; one that refuses a
// gateway from the first is a [RefusedError].
func (f *Fleet) Run(ctx context.Context, emissions iter.Seq[Emission]) error {
	fill(&f.Window, 20)
	fill(&f.Patience, 30*time.Second)
	fill(&f.Backoff, 100*time.Millisecond)
	dial, err := f.dialer()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		links := map[string]*link{}
		defer func() {
			for _, l := range links {
				close(l.queue)
			}
		}()
		for e := range emissions {
			if !f.wait(ctx, e.Sent) {
				return nil
			}
			l, ok := links[e.Device.Gateway]
			if !ok {
				l = &link{fleet: f, gateway: e.Device.Gateway, dial: dial, queue: make(chan Emission, 256)}
				links[e.Device.Gateway] = l
				group.Go(func() error { return l.run(ctx) })
			}
			select {
			case l.queue <- e:
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// wait waits for an instant to come; false when ctx ended first.
func (f *Fleet) wait(ctx context.Context, at time.Time) bool {
	if f.Until == nil {
		return ctx.Err() == nil
	}
	return pause(ctx, f.Until(at))
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tell reports an acknowledged emission.
func (f *Fleet) tell(e Emission) error {
	f.counts.acked.Add(1)
	if f.Acked == nil {
		return nil
	}
	f.telling.Lock()
	defer f.telling.Unlock()
	return f.Acked(e)
}

// dialer returns how to reach the broker.
func (f *Fleet) dialer() (func(context.Context) (net.Conn, error), error) {
	u, err := url.Parse(f.Broker)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	host, port := u.Hostname(), u.Port()
	plain := net.Dialer{Timeout: 5 * time.Second}
	switch u.Scheme {
	case "mqtt", "tcp":
		fill(&port, "1883")
		return func(ctx context.Context) (net.Conn, error) {
			return plain.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
		}, nil
	case "mqtts", "ssl":
		fill(&port, "8883")
		secure := tls.Dialer{NetDialer: &plain, Config: f.TLS}
		return func(ctx context.Context) (net.Conn, error) {
			return secure.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
		}, nil
	}
	return nil, fmt.Errorf("broker %q: want mqtt://host:port or mqtts://host:port", f.Broker)
}

// Pace returns how long to wait for instants when the time of the town begins at
// start now and runs speed times as fast as now. With speed 0 nothing waits.
func Pace(start time.Time, speed float64, now func() time.Time) func(time.Time) time.Duration {
	if speed <= 0 {
		return nil
	}
	anchor := now()
	return func(at time.Time) time.Duration {
		due := time.Duration(float64(at.Sub(start)) / speed)
		return due - now().Sub(anchor)
	}
}
