package subscriber

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

var users = map[string]string{"foyer": "foyer-secret", "foyer2": "foyer-secret", "g1": "secret1", "g2": "secret2"}

const acl = `pattern write foyer/%u/#
user foyer
topic read foyer/#
topic read shellies/#
topic read $SYS/#
user foyer2
topic read foyer/#
user g2
topic write shellies/#
`

func mosquitto(t testing.TB) *testserver.Server {
	t.Helper()
	return testserver.Mosquitto(t, testserver.Options{Users: users, ACL: acl})
}

// A sink counts what it was given and keeps it, unless refuse says otherwise.
type sink struct {
	mu     sync.Mutex
	kept   map[string]int // payload -> times
	last   map[string]ingest.Message
	refuse func(ingest.Message) error
}

func newSink() *sink { return &sink{kept: map[string]int{}, last: map[string]ingest.Message{}} }

func (s *sink) HandleAll(_ context.Context, ms []ingest.Message, done func(int, error)) {
	for i, m := range ms {
		done(i, s.handle(m))
	}
}

func (s *sink) handle(m ingest.Message) error {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		if err := refuse(m); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[string(m.Payload)]++
	s.last[string(m.Payload)] = m
	return nil
}

func (s *sink) setRefuse(fn func(ingest.Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = fn
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

func (s *sink) times(payload string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[payload]
}

func (s *sink) message(payload string) ingest.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[payload]
}

// A running subscriber and how to stop it.
type running struct {
	*Subscriber
	stop func()
}

func subscribe(t testing.TB, server *testserver.Server, h Handler, change ...func(*Config)) *running {
	t.Helper()
	cfg := Defaults()
	cfg.URL, cfg.Password = server.URL(), secret.New("foyer-secret")
	for _, c := range change {
		c(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := New(cfg, Parts{
		Handler: h, Mounts: ingest.Mounts{}, World: time.Now, Wall: time.Now,
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return &running{s, stop}
}

func (r *running) connected(t testing.TB) *running {
	t.Helper()
	testserver.Wait(t, "the subscriber to connect", r.Connected)
	return r
}

// A publisher speaks raw MQTT, so that a PUBACK is a PUBACK.
type publisher struct {
	net.Conn
	t    testing.TB
	in   *bufio.Reader
	next uint16
}

func publish(t testing.TB, server *testserver.Server, user string) *publisher {
	t.Helper()
	conn, err := net.Dial("tcp", server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return greet(t, conn, user)
}

// greet lets a user in over a connection.
func greet(t testing.TB, conn net.Conn, user string) *publisher {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion, c.CleanSession, c.Keepalive = "MQTT", 4, true, 60
	c.ClientIdentifier, c.Username, c.Password, c.UsernameFlag, c.PasswordFlag = user, user, []byte(users[user]), true, true
	if err := c.Write(conn); err != nil {
		t.Fatal(err)
	}
	p := &publisher{Conn: conn, t: t, in: bufio.NewReader(conn)}
	if ack, ok := p.read().(*packets.ConnackPacket); !ok || ack.ReturnCode != 0 {
		t.Fatalf("CONNACK %v", ack)
	}
	return p
}

func (p *publisher) read() packets.ControlPacket {
	p.t.Helper()
	_ = p.SetReadDeadline(time.Now().Add(30 * time.Second))
	got, err := packets.ReadPacket(p.in)
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// send publishes with QoS 1 and waits for every PUBACK.
func (p *publisher) send(retain bool, topic string, payloads ...string) {
	p.t.Helper()
	for len(payloads) > 0 {
		window := payloads[:min(100, len(payloads))]
		payloads = payloads[len(window):]
		for _, text := range window {
			m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
			p.next = p.next%60000 + 1
			m.TopicName, m.Qos, m.MessageID, m.Payload, m.Retain = topic, 1, p.next, []byte(text), retain
			if err := m.Write(p.Conn); err != nil {
				p.t.Fatal(err)
			}
		}
		for range window {
			if ack, ok := p.read().(*packets.PubackPacket); !ok {
				p.t.Fatalf("%v instead of a PUBACK", ack)
			}
		}
	}
}

func numbers(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint("message ", i))
	}
	return all
}
