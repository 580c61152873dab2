package simulators

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// A link is one gateway's end of the line. It outlives its connections.
type link struct {
	fleet   *Fleet
	gateway string
	dial    func(context.Context) (net.Conn, error)
	queue   chan Emission

	flying   []flight // sent and not acknowledged, oldest first
	next     uint16   // last packet id
	accepted bool     // the broker has accepted this gateway before
	landed   int64    // messages acknowledged
}

// A flight is a message on its way.
type flight struct {
	id uint16
	at time.Time // last sent, wall clock
	Emission
}

const keepAlive = 60 * time.Second

var (
	errSilent = errors.New("the broker acknowledges nothing")
	errAnswer = errors.New("the broker's answer is not MQTT 3.1.1")
)

// run publishes what comes through the queue until it is closed and everything is
// acknowledged, or until ctx ends.
func (l *link) run(ctx context.Context) error {
	rest, level := l.fleet.Backoff, slog.LevelWarn
	for {
		before := l.landed
		err := l.session(ctx)
		if err == nil || errors.As(err, new(*RefusedError)) || errors.As(err, new(*ledgerError)) {
			return err
		}
		if l.landed > before {
			rest, level = l.fleet.Backoff, slog.LevelWarn
		}
		if ctx.Err() == nil {
			l.fleet.Logger.Log(ctx, level, "broker connection lost", "err", err, "in_flight", len(l.flying))
			level = slog.LevelDebug // once is enough until it works again
		}
		// gateways that fell together do not come back together
		spread := dice(0).below(int64(rest), int64(len(l.gateway)), int64(l.next), int64(l.gateway[len(l.gateway)-1]))
		if !pause(ctx, rest+time.Duration(spread)/2) {
			return nil
		}
		rest = min(2*rest, 50*l.fleet.Backoff)
	}
}

// A ledgerError is a failure to record an acknowledgement.
type ledgerError struct{ error }

func (e *ledgerError) Unwrap() error { return e.error }

// session connects once and publishes until the connection is lost.
func (l *link) session(ctx context.Context) error {
	conn, err := l.dial(ctx)
	if err != nil {
		return fmt.Errorf("reach the broker: %w", err)
	}
	defer func() { _ = conn.Close() }()
	out := bufio.NewWriterSize(conn, 1<<15)
	in := bufio.NewReader(conn)
	if err := l.connect(conn, in, out); err != nil {
		return err
	}
	if err := l.again(conn, out); err != nil {
		return err
	}
	acks, lost := make(chan uint16, l.fleet.Window), make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); lost <- l.listen(ctx, conn, in, acks) }()
	defer func() {
		stop()
		_ = conn.Close() // wakes the reader
		<-done
	}()
	return l.talk(ctx, conn, out, acks, lost)
}

// talk sends what comes and notes what is acknowledged.
func (l *link) talk(ctx context.Context, conn net.Conn, out *bufio.Writer, acks <-chan uint16, lost <-chan error) error {
	tick := time.NewTicker(min(keepAlive/4, l.fleet.Patience/4))
	defer tick.Stop()
	queue := l.queue
	for {
		open := queue
		if len(l.flying) >= l.fleet.Window {
			open = nil
		}
		if len(open) == 0 {
			if err := l.flush(conn, out); err != nil {
				return err
			}
		}
		if queue == nil && len(l.flying) == 0 {
			return l.leave(conn, out)
		}
		select {
		case e, more := <-open:
			if !more {
				queue = nil
				continue
			}
			l.fleet.counts.sent.Add(1)
			l.flying = append(l.flying, flight{l.id(), l.fleet.Now(), e})
			if err := l.publish(out, &l.flying[len(l.flying)-1], false); err != nil {
				return err
			}
		case id := <-acks:
			if err := l.land(id); err != nil {
				return err
			}
		case err := <-lost:
			return err
		case <-tick.C:
			if len(l.flying) > 0 && l.fleet.Now().Sub(l.flying[0].at) > l.fleet.Patience {
				return errSilent
			}
			if err := packets.NewControlPacket(packets.Pingreq).Write(out); err != nil {
				return fmt.Errorf("ping the broker: %w", err)
			}
			if err := l.flush(conn, out); err != nil {
				return err
			}
		case <-ctx.Done():
			return l.leave(conn, out)
		}
	}
}

// connect introduces the gateway and says hello.
func (l *link) connect(conn net.Conn, in *bufio.Reader, out *bufio.Writer) error {
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion = "MQTT", 4
	c.CleanSession, c.Keepalive = true, uint16(keepAlive/time.Second)
	c.ClientIdentifier, c.Username, c.UsernameFlag = l.gateway, l.gateway, true
	if p, ok := l.fleet.Passwords[l.gateway]; ok {
		c.Password, c.PasswordFlag = []byte(p), true
	}
	if err := c.Write(out); err != nil {
		return fmt.Errorf("introduce a gateway: %w", err)
	}
	if err := l.flush(conn, out); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(l.fleet.Now().Add(10 * time.Second)); err != nil {
		return fmt.Errorf("wait for the broker: %w", err)
	}
	p, err := packets.ReadPacket(in)
	if err != nil {
		return fmt.Errorf("wait for the broker: %w", err)
	}
	answer, ok := p.(*packets.ConnackPacket)
	if !ok {
		return errAnswer
	}
	if err := packets.ConnErrors[answer.ReturnCode]; err != nil || answer.ReturnCode != packets.Accepted {
		if l.accepted || answer.ReturnCode == packets.ErrRefusedServerUnavailable {
			return fmt.Errorf("the broker refused: %w", err)
		}
		return &RefusedError{l.gateway, err}
	}
	l.accepted = true
	l.fleet.counts.connects.Add(1)
	if l.fleet.Hello == nil {
		return nil
	}
	for _, e := range l.fleet.Hello(l.gateway) {
		if err := l.publish(out, &flight{Emission: e}, false); err != nil {
			return err
		}
	}
	return nil
}

// again sends what an earlier connection did not see acknowledged.
func (l *link) again(conn net.Conn, out *bufio.Writer) error {
	for i := range l.flying {
		l.fleet.counts.resent.Add(1)
		l.flying[i].at = l.fleet.Now()
		if err := l.publish(out, &l.flying[i], true); err != nil {
			return err
		}
	}
	return l.flush(conn, out)
}

// publish writes one message; without an id it is not to be acknowledged.
func (l *link) publish(out *bufio.Writer, f *flight, dup bool) error {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload, p.Retain = f.Topic, f.Payload, f.Retained
	if f.id != 0 {
		p.Qos, p.MessageID, p.Dup = 1, f.id, dup || f.Again
	}
	if err := p.Write(out); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// land notes that a message was acknowledged. One that is not in flight was sent
// twice and acknowledged twice.
func (l *link) land(id uint16) error {
	for i := range l.flying {
		if l.flying[i].id == id {
			e := l.flying[i].Emission
			l.landed++
			l.flying = append(l.flying[:i], l.flying[i+1:]...)
			if err := l.fleet.tell(e); err != nil {
				return &ledgerError{fmt.Errorf("record an acknowledgement: %w", err)}
			}
			return nil
		}
	}
	return nil
}

// listen reads what the broker says until the connection is lost.
func (l *link) listen(ctx context.Context, conn net.Conn, in *bufio.Reader, acks chan<- uint16) error {
	for {
		if err := conn.SetReadDeadline(l.fleet.Now().Add(keepAlive)); err != nil {
			return fmt.Errorf("listen to the broker: %w", err)
		}
		p, err := packets.ReadPacket(in)
		if err != nil {
			return fmt.Errorf("listen to the broker: %w", err)
		}
		if ack, ok := p.(*packets.PubackPacket); ok {
			select {
			case acks <- ack.MessageID:
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// id returns a packet id that is not in flight.
func (l *link) id() uint16 {
	for {
		l.next++
		taken := l.next == 0
		for i := range l.flying {
			taken = taken || l.flying[i].id == l.next
		}
		if !taken {
			return l.next
		}
	}
}

func (l *link) flush(conn net.Conn, out *bufio.Writer) error {
	if out.Buffered() == 0 {
		return nil
	}
	if err := conn.SetWriteDeadline(l.fleet.Now().Add(10 * time.Second)); err != nil {
		return fmt.Errorf("send to the broker: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("send to the broker: %w", err)
	}
	return nil
}

// leave says goodbye; that nobody hears it changes nothing.
func (l *link) leave(conn net.Conn, out *bufio.Writer) error {
	if err := packets.NewControlPacket(packets.Disconnect).Write(out); err == nil {
		_ = l.flush(conn, out)
	}
	return nil
}
