package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/internal/app"
)

// A link is a gateway's connection: MQTT 3.1.1, QoS 1, a window of messages in
// flight. It writes packets by itself: a load generator shares the processors with
// what it measures.
type link struct {
	conn    net.Conn
	out     *bufio.Writer
	in      *bufio.Reader
	free    chan uint16    // packet ids that are not in flight
	sent    []atomic.Int64 // when, by packet id; 0 for what is not in flight
	latency histogram
}

// patience is how long a broker may acknowledge nothing.
const patience = 60 * time.Second

func dial(ctx context.Context, address, gateway, secret string, window int) (*link, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn, out: bufio.NewWriterSize(conn, 32<<10), in: bufio.NewReader(conn), free: make(chan uint16, window), sent: make([]atomic.Int64, window+1)}
	for id := range window {
		l.free <- uint16(id + 1)
	}
	if err := l.connect(gateway, secret); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *link) connect(gateway, secret string) error {
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion, c.CleanSession, c.Keepalive = "MQTT", 4, true, 600
	c.ClientIdentifier, c.Username, c.UsernameFlag = gateway, gateway, true
	c.Password, c.PasswordFlag = []byte(secret), true
	if err := c.Write(l.out); err != nil {
		return err
	}
	if err := l.out.Flush(); err != nil {
		return err
	}
	if err := l.conn.SetReadDeadline(app.Wall().Add(patience)); err != nil {
		return err
	}
	p, err := packets.ReadPacket(l.in)
	if err != nil {
		return fmt.Errorf("wait for the broker's answer: %w", err)
	}
	answer, ok := p.(*packets.ConnackPacket)
	if !ok || answer.ReturnCode != packets.Accepted {
		return errors.New("the broker refuses the gateway")
	}
	return nil
}

func (l *link) close() { _ = l.conn.Close() }

// publish sends a message once the window has room. It may stay in the buffer
// until the next one has to wait.
func (l *link) publish(ctx context.Context, topic, payload []byte) error {
	var id uint16
	select {
	case id = <-l.free:
	default:
		if err := l.flush(); err != nil {
			return err
		}
		select {
		case id = <-l.free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.sent[id].Store(app.Wall().UnixNano())
	var head [16]byte
	b := append(head[:0], packets.Publish<<4|1<<1) // QoS 1
	b = binary.AppendUvarint(b, uint64(2+len(topic)+2+len(payload)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(topic))) //nolint:gosec // a short one
	for _, part := range [][]byte{b, topic, binary.BigEndian.AppendUint16(nil, id), payload} {
		if _, err := l.out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// rest waits, after it has sent what is in the buffer.
func (l *link) rest(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := l.flush(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *link) flush() error {
	if l.out.Buffered() == 0 {
		return nil
	}
	return l.out.Flush()
}

// listen reads n acknowledgements off the wire.
func (l *link) listen(ctx context.Context, n int) error {
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	var ack [4]byte
	for i := range n {
		if l.in.Buffered() < len(ack) && i%16 == 0 {
			if err := l.conn.SetReadDeadline(app.Wall().Add(patience)); err != nil {
				return err
			}
		}
		if _, err := io.ReadFull(l.in, ack[:]); err != nil {
			return fmt.Errorf("acknowledgement %d of %d: %w", i+1, n, err)
		}
		if ack[0] != packets.Puback<<4 || ack[1] != 2 {
			return fmt.Errorf("the broker sends a packet of type %d, want acknowledgements", ack[0]>>4)
		}
		id := binary.BigEndian.Uint16(ack[2:])
		var sent int64
		if int(id) < len(l.sent) {
			sent = l.sent[id].Swap(0)
		}
		if sent == 0 {
			return fmt.Errorf("the broker acknowledges packet %d, which is not in flight", id)
		}
		l.latency.record(time.Duration(app.Wall().UnixNano() - sent))
		l.free <- id
	}
	return nil
}
