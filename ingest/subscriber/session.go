package subscriber

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/ingest"
)

const (
	handleFor = 30 * time.Second // a message that is not kept by then comes again
	dropped   = "$SYS/broker/publish/messages/dropped"
)

// A session is one connection and what came over it. What it does not acknowledge
// comes again in the next one.
type session struct {
	s      *Subscriber
	client mqtt.Client
	link   atomic.Pointer[link] // nil before there is a connection
	ready  atomic.Bool          // subscribed
	lost   chan error           // takes why the session cannot go on

	taken   atomic.Int64 // messages that came
	settled atomic.Int64 // of them, kept and acknowledged

	lanes   *lanes
	intake  chan struct{}   // closed when no more messages are taken in
	handle  context.Context //nolint:containedctx // of the lanes; outlives Run's by what is at hand
	abandon context.CancelFunc
}

func (s *Subscriber) newSession(ctx context.Context, change ...func(*mqtt.ClientOptions)) *session {
	n := &session{s: s, lost: make(chan error, 1), intake: make(chan struct{})}
	n.handle, n.abandon = context.WithCancel(context.WithoutCancel(ctx))
	n.lanes = newLanes(n.work)
	o := *s.options
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		l, err := dial(ctx, s.address, s.tls, s.Wall)
		if err != nil {
			return nil, err
		}
		n.link.Store(l)
		return l, nil
	})
	// Before Connect: with a persistent session messages come at once.
	o.SetDefaultPublishHandler(n.take)
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) { n.end(fmt.Errorf("the connection is lost: %w", err)) })
	for _, c := range change {
		c(&o)
	}
	n.client = mqtt.NewClient(&o)
	return n
}

// open connects and subscribes.
func (n *session) open(ctx context.Context) error {
	if err := until(ctx, n.client.Connect()); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	token := n.client.SubscribeMultiple(n.s.filters(), nil)
	if err := until(ctx, token); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	for _, code := range token.(*mqtt.SubscribeToken).Result() {
		if code == 0x80 {
			return errors.New("subscribe: the broker refuses. May this user read all topics?")
		}
	}
	n.ready.Store(true)
	// What the broker dropped for want of room. Not every broker tells.
	n.client.Subscribe(dropped, 0, nil)
	return nil
}

// last returns nil when ctx ended, else why the session ended.
func (n *session) last(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-n.lost:
		return err
	}
}

// end lets the session end for a reason. The first one counts.
func (n *session) end(why error) {
	select {
	case n.lost <- why:
	default:
	}
}

// close takes nothing in any more and disconnects: after what is at hand has been
// kept and acknowledged when finish is set, else at once.
func (n *session) close(finish bool) {
	n.ready.Store(false)
	close(n.intake)
	if !finish {
		n.abandon()
	}
	n.lanes.close()
	n.abandon()
	n.client.Disconnect(quiesce)
	if l := n.link.Load(); l != nil {
		_ = l.Close() // paho may still be waiting for an answer to CONNECT
		<-l.down
	}
}

// take puts a message into the lane of its topic, and does nothing else.
func (n *session) take(_ mqtt.Client, m mqtt.Message) {
	if m.Topic() == dropped {
		if count, err := strconv.ParseFloat(strings.TrimSpace(string(m.Payload())), 64); err == nil {
			n.s.metrics.dropped.Set(count)
		}
		return
	}
	if n.lanes.put(m, n.intake) {
		n.taken.Add(1)
		n.s.metrics.waiting.Inc()
	}
}

// work handles messages. After a failure of any the rest is left for the next
// session.
func (n *session) work(ms []mqtt.Message) {
	n.s.metrics.waiting.Sub(float64(len(ms)))
	if n.handle.Err() != nil {
		n.s.metrics.messages[left].Add(float64(len(ms)))
		return
	}
	ctx, cancel := context.WithTimeout(n.handle, handleFor)
	defer cancel()
	all := make([]ingest.Message, len(ms))
	for i, m := range ms {
		all[i] = ingest.Message{Topic: m.Topic(), Payload: m.Payload(), Retained: m.Retained(), At: n.s.World()}
	}
	n.s.Handler.HandleAll(ctx, all, func(i int, err error) { n.settle(ms[i], err) })
}

// settle acknowledges a message that is safe.
func (n *session) settle(m mqtt.Message, err error) {
	if err != nil {
		n.s.metrics.messages[failed].Inc()
		n.end(fmt.Errorf("a message could not be kept: %w", err))
		n.abandon()
		return
	}
	n.acknowledge(m)
	n.s.room.take()
	n.settled.Add(1)
	n.s.metrics.messages[kept].Inc()
}

// acknowledge writes the PUBACK of a message, unless it came without a promise. Paho's
// own way there is three goroutines and a table long, and costs as much as reading the
// message.
func (n *session) acknowledge(m mqtt.Message) {
	if m.Qos() == 0 {
		return
	}
	id := m.MessageID()
	// What is not acknowledged, because the connection is lost, comes again.
	_, _ = n.link.Load().Write([]byte{packets.Puback << 4, 2, byte(id >> 8), byte(id)}) //nolint:gosec // its two halves
}
