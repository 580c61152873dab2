package subscriber

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
)

const (
	retryMin = 500 * time.Millisecond
	retryMax = 30 * time.Second
	steady   = time.Minute // a session that lasted longer was a good one

	// Paho pings every 30 s, because it does not see our acknowledgements, and the answer
	// waits behind messages that wait for those at hand.
	pingFor = handleFor
)

// A Handler takes messages in: [ingest.Handler].
type Handler interface {
	// HandleAll calls done for each of ms, without an error only when that is safe.
	HandleAll(ctx context.Context, ms []ingest.Message, done func(i int, err error))
}

// Parts are what a [Subscriber] works with.
type Parts struct {
	Handler Handler
	Mounts  ingest.Mounts
	Pulse   Pulse            // nil to know nothing of the time before a restart
	World   func() time.Time // of arrivals
	Wall    func() time.Time // of connections
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// A Subscriber reads from a broker.
type Subscriber struct {
	Parts
	cfg     Config
	options *mqtt.ClientOptions
	address string      // host:port
	tls     *tls.Config // nil for plain TCP
	log     *slog.Logger
	metrics *metrics
	room    headroom
	current atomic.Pointer[session]
}

// New returns a subscriber. Its error names a fault of the configuration.
func New(cfg Config, p Parts) (*Subscriber, error) {
	address, secure, err := cfg.server()
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	var security *tls.Config
	if secure {
		if security, err = cfg.tls(); err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
	}
	// Every session has a client of its own, and Run connects again: paho's own
	// reconnection has neither jitter nor a way to ask for what was not kept.
	o := mqtt.NewClientOptions().AddBroker("tcp://" + address). // a name alone: sessions dial themselves
									SetClientID(cfg.ClientID).SetUsername(cfg.Username).SetPassword(cfg.Password.Reveal()).
									SetProtocolVersion(4).SetCleanSession(false).SetAutoAckDisabled(true).
									SetAutoReconnect(false).SetConnectRetry(false).SetStore(nothing{}).
									SetConnectTimeout(dialFor).
									SetKeepAlive(30 * time.Second).SetPingTimeout(pingFor)
	s := &Subscriber{
		Parts: p, cfg: cfg, options: o, address: address, tls: security,
		log: p.Log.With("component", "subscriber"), metrics: newMetrics(p.Metrics),
	}
	s.room = headroom{queue: float64(cfg.Queue), log: s.log, metrics: s.metrics}
	return s, nil
}

// Connected reports whether messages can come at the moment.
func (s *Subscriber) Connected() bool {
	n := s.current.Load()
	return n != nil && n.ready.Load() && n.client.IsConnectionOpen()
}

// Run reads messages until ctx ends, then finishes those at hand. It connects again
// whenever the connection is lost or a message could not be kept, after at most 30 s.
func (s *Subscriber) Run(ctx context.Context) error {
	if s.Pulse != nil {
		at, rate, err := s.Pulse.Heartbeat(ctx)
		if err != nil {
			return err
		}
		s.room.last = Heartbeat{at, rate}
	}
	var beating sync.WaitGroup
	beating.Go(func() { s.beat(ctx) })
	defer func() {
		beating.Wait()
		s.keepPulse(context.WithoutCancel(ctx))
	}()
	var retry time.Duration
	for ctx.Err() == nil {
		began := s.Wall()
		why := s.serve(ctx)
		if s.Wall().Sub(began) > steady {
			retry = 0
		}
		retry = min(max(2*retry, retryMin), retryMax)
		s.rest(ctx, retry/2+rand.N(retry/2), why) //nolint:gosec // spreads reconnections, keeps no secret
	}
	return nil
}

// rest says why a session ended and waits, unless ctx ended.
func (s *Subscriber) rest(ctx context.Context, d time.Duration, why error) {
	if ctx.Err() != nil {
		return
	}
	s.metrics.reconnections.Inc()
	s.log.WarnContext(ctx, "no messages from the broker, connecting again", "err", why, "after", d.Round(time.Millisecond))
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// serve runs one session and says why it ended, nil when ctx did.
func (s *Subscriber) serve(ctx context.Context) error {
	n := s.newSession(ctx)
	s.current.Store(n)
	defer s.metrics.connected.Set(0)
	err := n.open(ctx)
	if err == nil {
		s.metrics.connected.Set(1)
		s.log.InfoContext(ctx, "reading from the broker")
		s.room.resume(ctx, s.Wall())
		err = n.last(ctx)
	}
	n.close(err == nil)
	return err
}

// filters returns what to subscribe to.
func (s *Subscriber) filters() map[string]byte {
	all := map[string]byte{}
	for _, f := range s.Mounts.Filters() {
		if s.cfg.Group != "" {
			f = "$share/" + s.cfg.Group + "/" + f
		}
		all[f] = 1
	}
	return all
}

// until waits for a token, and no longer than the broker may take.
func until(ctx context.Context, t mqtt.Token) error {
	timer := time.NewTimer(20 * time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errors.New("no answer within 20 s")
	case <-t.Done():
		return t.Error()
	}
}
