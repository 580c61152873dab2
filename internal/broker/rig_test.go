package broker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/testserver"
)

// A rig is a running broker, what it kept, and whom it lets in.
type rig struct {
	*Broker
	t    testing.TB
	stop func() error

	mu     sync.Mutex
	kept   []ingest.Message
	handle func(context.Context, ingest.Message) error // instead of keeping, when set

	secrets sync.Map // gateway -> secret
	broken  atomic.Bool
	unwell  atomic.Bool  // panics about the gateway "boom"
	ahead   atomic.Int64 // how far the wall clock of the rig is ahead
	log     testserver.Log
}

func (r *rig) Handle(ctx context.Context, m ingest.Message) error {
	r.mu.Lock()
	handle := r.handle
	r.mu.Unlock()
	if handle != nil {
		if err := handle(ctx, m); err != nil {
			return err
		}
	}
	m.Payload = bytes.Clone(m.Payload)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, m)
	return nil
}

func (r *rig) Verify(_ context.Context, gateway, secret string) (bool, error) {
	if r.unwell.Load() && gateway == "boom" {
		panic("a hole")
	}
	if r.broken.Load() {
		return false, errors.New("no records")
	}
	want, ok := r.secrets.Load(gateway)
	return ok && want == secret, nil
}

func (r *rig) setHandle(fn func(context.Context, ingest.Message) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handle = fn
}

func (r *rig) messages() []ingest.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.kept)
}

func start(t testing.TB, change ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t}
	for i := range 3 {
		r.secrets.Store(fmt.Sprint("g", i+1), fmt.Sprint("secret", i+1))
	}
	cfg := Defaults()
	cfg.Listen = "127.0.0.1:0"
	for _, c := range change {
		c(&cfg)
	}
	b, err := Listen(t.Context(), cfg, Parts{
		Handler: r, Gateways: r, Mounts: ingest.Mounts{{Topic: "shellies/#", Gateway: "g2"}},
		World: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Wall:  func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) },
		Log:   slog.New(slog.NewTextHandler(&r.log, nil)), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Broker = b
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// A client speaks raw MQTT 3.1.1.
type client struct {
	net.Conn
	t    testing.TB
	in   *bufio.Reader
	name string // "" before it signed in
}

func (r *rig) dial() *client {
	r.t.Helper()
	conn, err := net.DialTimeout("tcp", r.Addr(), 5*time.Second)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &client{Conn: conn, t: r.t, in: bufio.NewReader(conn)}
}

func connectPacket(id, user, password string) *packets.ConnectPacket {
	p := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	p.ProtocolName, p.ProtocolVersion, p.CleanSession, p.Keepalive = "MQTT", 4, true, 30
	p.ClientIdentifier, p.Username, p.Password = id, user, []byte(password)
	p.UsernameFlag, p.PasswordFlag = user != "", password != ""
	return p
}

func (c *client) write(p packets.ControlPacket) {
	c.t.Helper()
	if err := p.Write(c.Conn); err != nil {
		c.t.Fatal(err)
	}
}

// read returns the next packet, or the error that ended the connection.
func (c *client) read() (packets.ControlPacket, error) {
	c.t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	return packets.ReadPacket(c.in)
}

// ends fails unless the broker closes the connection without another packet than
// the kinds given.
func (c *client) ends(allowed ...byte) {
	c.t.Helper()
	for {
		p, err := c.read()
		var late net.Error
		switch {
		case errors.As(err, &late) && late.Timeout():
			c.t.Fatal("the connection stays open")
		case err != nil:
			return
		case !allows(p, allowed):
			c.t.Fatalf("the broker answers %v", p)
		}
	}
}

func allows(p packets.ControlPacket, kinds []byte) bool {
	for _, k := range kinds {
		if strings.HasPrefix(p.String(), packets.PacketNames[k]) {
			return true
		}
	}
	return false
}

func (c *client) connect(p *packets.ConnectPacket) byte {
	c.t.Helper()
	c.write(p)
	got, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	ack, ok := got.(*packets.ConnackPacket)
	if !ok {
		c.t.Fatalf("%v instead of a CONNACK", got)
	}
	return ack.ReturnCode
}

func (r *rig) signIn(gateway string) *client {
	r.t.Helper()
	c := r.dial()
	secret, _ := r.secrets.Load(gateway)
	if code := c.connect(connectPacket(gateway, gateway, secret.(string))); code != 0 {
		r.t.Fatalf("CONNACK %d", code)
	}
	c.name = gateway
	return c
}

func publishPacket(topic string, qos byte, id uint16, payload string) *packets.PublishPacket {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Qos, p.MessageID, p.Payload = topic, qos, id, []byte(payload)
	return p
}

// acked reads one PUBACK.
func (c *client) acked(id uint16) {
	c.t.Helper()
	p, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	if ack, ok := p.(*packets.PubackPacket); !ok || ack.MessageID != id {
		c.t.Fatalf("%v instead of PUBACK %d", p, id)
	}
}
