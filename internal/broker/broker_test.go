package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/testserver"
)

func TestAcknowledgedAfterItIsKept(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	entered, release := make(chan struct{}), make(chan struct{})
	r.setHandle(func(context.Context, ingest.Message) error { close(entered); <-release; return nil })
	c.write(publishPacket("foyer/g1/tele/x/SENSOR", 1, 7, "reading"))
	<-entered
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := c.in.Peek(1); err == nil {
		t.Fatal("acknowledged before it was kept")
	}
	close(release)
	c.acked(7)
	want := ingest.Message{
		Topic: "foyer/g1/tele/x/SENSOR", Payload: []byte("reading"), Gateway: "g1",
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	if got := r.messages(); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Fatalf("%+v", got)
	}
}

func TestWhatCannotBeKeptIsNotAcknowledgedAndComesAgain(t *testing.T) {
	r := start(t)
	for _, cause := range []func(context.Context, ingest.Message) error{
		func(context.Context, ingest.Message) error { return errors.New("disk full") },
		func(context.Context, ingest.Message) error { panic("a hole") },
	} {
		r.setHandle(cause)
		c := r.signIn("g1")
		c.write(publishPacket("foyer/g1/x", 1, 7, "reading"))
		c.ends()
	}
	r.setHandle(nil)
	c := r.signIn("g1")
	again := publishPacket("foyer/g1/x", 1, 7, "reading")
	again.Dup = true
	c.write(again)
	c.acked(7)
}

func TestWhatCannotBeKeptIsToldOnceUntilItCanBe(t *testing.T) {
	r := start(t)
	for range 2 {
		r.setHandle(func(context.Context, ingest.Message) error { return errors.New("disk full") })
		for range 3 {
			c := r.signIn("g1")
			c.write(publishPacket("foyer/g1/x", 1, 7, "reading"))
			c.ends()
		}
		r.setHandle(nil)
		c := r.signIn("g1")
		for id := range uint16(3) {
			c.write(publishPacket("foyer/g1/x", 1, id+1, "reading"))
			c.acked(id + 1)
		}
	}
	said := r.log.String()
	if fails, again := strings.Count(said, "disk full"), strings.Count(said, "kept again"); fails != 2 || again != 2 {
		t.Errorf("told %d times that it fails and %d times that it works again, want 2 and 2", fails, again)
	}
}

func TestMessagesOfQoS0And2AreKeptToo(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	c.write(publishPacket("foyer/g1/zero", 0, 0, "x"))
	c.write(publishPacket("foyer/g1/two", 2, 9, "x"))
	if p, err := c.read(); err != nil || p.(*packets.PubrecPacket).MessageID != 9 {
		t.Fatal(p, err)
	}
	rel := packets.NewControlPacket(packets.Pubrel).(*packets.PubrelPacket)
	rel.MessageID = 9
	c.write(rel)
	if p, err := c.read(); err != nil || p.(*packets.PubcompPacket).MessageID != 9 {
		t.Fatal(p, err)
	}
	if got := r.messages(); len(got) != 2 {
		t.Fatal(got)
	}
}

func TestAGatewayPublishesUnderItsOwnNameAlone(t *testing.T) {
	r := start(t)
	gateways := []string{"g1", "g2", "g3"}
	for _, user := range gateways {
		for _, target := range gateways {
			c := r.signIn(user)
			c.write(publishPacket("foyer/"+target+"/x", 1, 3, user))
			if user == target {
				c.acked(3)
				continue
			}
			c.ends(packets.Disconnect)
		}
	}
	for _, topic := range []string{"foyer/g1", "foyer", "x", "foyer/g1x/y", "/foyer/g1/x", "Foyer/g1/x", "$SYS/x", "shellies/x", "foyer/g1/", "foyer/g1/+/x", "foyer/g1/#", "#"} {
		c := r.signIn("g1")
		c.write(publishPacket(topic, 1, 3, "forged"))
		c.ends(packets.Disconnect)
	}
	c := r.signIn("g1")
	c.write(publishPacket("foyer/g2/x", 0, 0, "forged, without an acknowledgement"))
	c.write(publishPacket("foyer/g1/x", 1, 5, "g1"))
	c.acked(5)
	c = r.signIn("g2")
	c.write(publishPacket("shellies/plug/power", 1, 6, "g2"))
	c.acked(6)
	if got := r.messages(); len(got) != 5 {
		t.Fatal(got)
	}
	for _, m := range r.messages() {
		if m.Gateway != string(m.Payload) {
			t.Errorf("%+v", m)
		}
	}
}

func TestStrangersStayOutside(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		name               string
		id, user, password string
		version, code      byte
	}{
		{"a wrong secret", "g1", "g1", "wrong", 4, packets.ErrRefusedNotAuthorised},
		{"another one's secret", "g1", "g1", "secret2", 4, packets.ErrRefusedNotAuthorised},
		{"no secret", "g1", "g1", "", 4, packets.ErrRefusedNotAuthorised},
		{"nobody", "g1", "", "", 4, packets.ErrRefusedIDRejected},
		{"an unknown gateway", "g9", "g9", "secret1", 4, packets.ErrRefusedNotAuthorised},
		{"under another one's client id", "g2", "g1", "secret1", 4, packets.ErrRefusedIDRejected},
		{"without a client id", "", "g1", "secret1", 4, packets.ErrRefusedIDRejected},
	} {
		conn := r.dial()
		p := connectPacket(c.id, c.user, c.password)
		p.ProtocolVersion = c.version
		if code := conn.connect(p); code != c.code {
			t.Errorf("%s: CONNACK %d, want %d", c.name, code, c.code)
		}
		conn.ends()
	}
	r.broken.Store(true)
	if code := r.dial().connect(connectPacket("g1", "g1", "secret1")); code != packets.ErrRefusedServerUnavailable {
		t.Errorf("CONNACK %d while nobody can verify", code)
	}
}

func TestVersion5IsRefusedAndItsShortSubscribeEndsNothing(t *testing.T) {
	r := start(t)
	c := r.dial()
	// CONNECT of version 5, then the SUBSCRIBE of 7 bytes that ends an open mochi.
	connect := []byte("\x10\x1b\x00\x04MQTT\x05\xc2\x00\x1e\x00\x00\x02g1\x00\x02g1\x00\x07secret1")
	connect[1] = byte(len(connect) - 2)
	if _, err := c.Write(connect); err != nil {
		t.Fatal(err)
	}
	var head [4]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil || head[0] != 0x20 || head[3] != 0x84 {
		t.Fatalf("% x: %v", head, err)
	}
	_, _ = c.Write([]byte{0x82, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00})
	if _, err := io.Copy(io.Discard, c.in); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Log(err)
	}
	old := r.signIn("g1")
	_, _ = old.Write([]byte{0x82, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00}) // in version 3.1.1 an empty filter
	if p, err := old.read(); err != nil || !allows(p, []byte{packets.Suback}) {
		t.Fatal(p, err)
	}
	next := r.signIn("g1")
	next.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	next.acked(1)
}

func TestASubscriptionIsAnsweredAndGetsNothing(t *testing.T) {
	r := start(t)
	listener, sender := r.signIn("g1"), r.signIn("g2")
	sub := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	sub.MessageID, sub.Topics, sub.Qoss = 5, []string{"#", "$SYS/#", "foyer/g2/#", "cmnd/x"}, []byte{1, 1, 1, 1}
	listener.write(sub)
	p, err := listener.read()
	if ack, ok := p.(*packets.SubackPacket); err != nil || !ok || ack.MessageID != 5 || !bytes.Equal(ack.ReturnCodes, []byte{0, 0, 0, 0}) {
		t.Fatal(p, err)
	}
	m := publishPacket("foyer/g2/x", 1, 1, "x")
	m.Retain = true
	sender.write(m)
	sender.acked(1)
	listener.write(sub)
	if p, err := listener.read(); err != nil || p.(*packets.SubackPacket).MessageID != 5 {
		t.Fatal(p, err)
	}
	listener.write(packets.NewControlPacket(packets.Pingreq))
	if p, err := listener.read(); err != nil || !allows(p, []byte{packets.Pingresp}) {
		t.Fatal("something was served:", p, err)
	}
	if got := r.messages(); len(got) != 1 || got[0].Retained {
		t.Fatal("a flag of the sender makes no message old:", got)
	}
}

func TestARetainedLastWillIsAcceptedAndNeverSaid(t *testing.T) {
	r := start(t)
	c := r.dial()
	p := connectPacket("g1", "g1", "secret1")
	p.WillFlag, p.WillRetain, p.WillQos, p.WillTopic, p.WillMessage = true, true, 1, "foyer/g2/forged", []byte("Offline")
	if code := c.connect(p); code != 0 {
		t.Fatalf("CONNACK %d", code)
	}
	c.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	c.acked(1)
	c.Close()
	next := r.signIn("g1")
	next.write(publishPacket("foyer/g1/x", 1, 2, "y"))
	next.acked(2)
	if got := r.messages(); len(got) != 2 {
		t.Fatal(got)
	}
}

func TestARevokedGatewayIsShownOutAndKeepsNothing(t *testing.T) {
	r := start(t)
	c, idle := r.signIn("g1"), r.signIn("g2")
	c.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	c.acked(1)
	r.secrets.Store("g1", "another secret")
	r.secrets.Delete("g2")
	c.ends()
	idle.ends()
	for _, gateway := range []string{"g1", "g2"} {
		if code := r.dial().connect(connectPacket(gateway, gateway, "secret"+gateway[1:])); code != packets.ErrRefusedNotAuthorised {
			t.Errorf("%s: CONNACK %d with a revoked secret", gateway, code)
		}
	}
	if got := r.messages(); len(got) != 1 {
		t.Fatal(got)
	}
}

// TestARevokedGatewaysMessagesEndBeforeAnybodyLooks: a message finds out by itself.
func TestARevokedGatewaysMessagesEndBeforeAnybodyLooks(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	r.secrets.Store("g1", "another secret")
	r.ahead.Store(int64(3 * time.Second))
	_ = publishPacket("foyer/g1/x", 1, 2, "y").Write(c.Conn)
	c.ends()
	if got := r.messages(); len(got) != 0 {
		t.Fatal(got)
	}
}

func TestAGatewayStaysWhileNobodyCanVerifyIt(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	r.broken.Store(true)
	r.ahead.Store(int64(time.Minute))
	c.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	c.acked(1)
	r.ahead.Store(int64(10 * time.Minute))
	c.ends()
}

func TestMalformedPacketsEndTheirConnectionAlone(t *testing.T) {
	r := start(t)
	steady := r.signIn("g3")
	for _, raw := range []string{
		"\x10\xff\xff\xff\x7f",     // a CONNECT of 256 MB
		"\x10\xff\xff\xff\xff\xff", // a length without end
		"\x30\x05\x00\x03a/bx",     // a PUBLISH before CONNECT
		"\x00\x00", "\xf0\x00", "\x36\x00", "GET / HTTP/1.1\r\n\r\n",
		"\x10\x0c\x00\x04MQTT\x04\xff\x00\x00\x00\x00", // every flag
		"\x10\x02\x00\x04",
	} {
		c := r.dial()
		if _, err := c.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		c.ends(packets.Connack, packets.Disconnect)
	}
	for _, raw := range []string{
		"\x32\xff\xff\x03" + strings.Repeat("x", 100), // larger than 16 KiB
		"\x32\x02\x00\x00", "\x10\x00", "\x82\x00", "\x32\x05\x00\x01a\x00\x00", "\x20\x02\x00\x00",
		"\x32\x06\x00\x02\xff\xfe\x00\x01",
	} {
		c := r.signIn("g1")
		if _, err := c.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		c.write(packets.NewControlPacket(packets.Disconnect))
		c.ends(packets.Connack, packets.Disconnect, packets.Suback)
	}
	steady.write(publishPacket("foyer/g3/x", 1, 1, "x"))
	steady.acked(1)
	if got := r.messages(); len(got) != 1 {
		t.Fatal(got)
	}
}

func TestAPayloadUpToTheLimitIsKept(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	// A header of 1 and a length of 3 bytes, a topic of 12, an id of 2. mochi counts
	// the header's first byte alone.
	room := r.hook.cfg.MaxPacketBytes - 1 - 12 - 2
	c.write(publishPacket("foyer/g1/x", 1, 1, strings.Repeat("x", room)))
	c.acked(1)
	_ = publishPacket("foyer/g1/x", 1, 2, strings.Repeat("x", room+1)).Write(c.Conn) // closed before it is written
	c.ends(packets.Disconnect)
	if got := r.messages(); len(got) != 1 {
		t.Errorf("%d messages are kept", len(got))
	}
	testserver.Wait(t, "it to be counted", func() bool { return countOf(t, r.hook.metrics.publishes[oversize]) == 1 })
}

func TestASilentSocketIsClosedAfterFiveSeconds(t *testing.T) {
	r := start(t)
	r.ahead.Store(int64(100*time.Millisecond - signIn)) // 100 ms are left of the five seconds
	silent, partial := r.dial(), r.dial()
	_, _ = partial.Write([]byte("\x10\x20\x00\x04MQ"))
	silent.ends()
	partial.ends()
}

func TestOneGatewayTooManyIsRefusedAndOneThatComesAgainIsNot(t *testing.T) {
	r := start(t, func(c *Config) { c.MaxClients = 2 })
	first, second := r.signIn("g1"), r.signIn("g2")
	if code := r.dial().connect(connectPacket("g3", "g3", "secret3")); code != packets.ErrRefusedServerUnavailable {
		t.Fatalf("CONNACK %d for the third of two", code)
	}
	again := r.signIn("g1")
	first.ends(packets.Disconnect)
	for i, c := range []*client{again, second} {
		c.write(publishPacket(fmt.Sprintf("foyer/g%d/x", i+1), 1, 1, "x"))
		c.acked(1)
	}
	again.Close()
	testserver.Wait(t, "its place to be free", func() bool {
		return r.dial().connect(connectPacket("g3", "g3", "secret3")) == 0
	})
}

// stumbling fails to accept for a while.
type stumbling struct {
	net.Listener
	left atomic.Int32
}

func (s *stumbling) Accept() (net.Conn, error) {
	if s.left.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: errors.New("too many open files")}
	}
	return s.Listener.Accept()
}

func TestAnErrorOfAcceptDoesNotStopTheBroker(t *testing.T) {
	r := &rig{t: t}
	r.secrets.Store("g1", "secret1")
	cfg := Defaults()
	cfg.Listen = "127.0.0.1:0"
	b, err := Listen(t.Context(), cfg, Parts{
		Handler: r, Gateways: r, World: time.Now, Wall: time.Now,
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &stumbling{Listener: b.listener.socket}
	s.left.Store(8)
	b.listener.socket, r.Broker = s, b
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	r.signIn("g1")
	if err := b.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestTheSameGatewayComingAgainTakesItsOldConnectionsPlace(t *testing.T) {
	r := start(t)
	for range 20 {
		old := r.signIn("g1")
		r.signIn("g1")
		old.ends(packets.Disconnect)
	}
}

func TestStoppingKeepsWhatIsBeingHandled(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	entered, release := make(chan struct{}), make(chan struct{})
	r.setHandle(func(ctx context.Context, _ ingest.Message) error { close(entered); <-release; return ctx.Err() })
	c.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	<-entered
	stopped := make(chan error)
	go func() { stopped <- r.stop() }()
	testserver.Wait(t, "the broker to be closing", r.hook.closing.Load)
	close(release)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if got := r.messages(); len(got) != 1 {
		t.Fatal("what was being handled when the broker stopped was not kept")
	}
	c.ends(packets.Puback)
	if _, err := net.Dial("tcp", r.Addr()); err == nil {
		t.Error("the port is still open")
	}
}

func TestProbeTellsALiveBrokerFromAnOpenPort(t *testing.T) {
	r := start(t)
	if err := r.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if err := r.Probe(t.Context()); err == nil {
		t.Fatal("a stopped broker is alive")
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	for _, good := range []Config{
		Defaults(),
		{Listen: "127.0.0.1:0", MaxClients: 1, MaxPacketBytes: 1 << 10, MaxRate: 1},
		{Listen: "127.0.0.1:0", MaxClients: 100_000, MaxPacketBytes: 1 << 20, MaxRate: 1_000_000},
	} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	with := func(change func(*Config)) Config {
		c := Defaults()
		change(&c)
		return c
	}
	for want, bad := range map[string]Config{
		`url "embedded://1883"`:    with(func(c *Config) { c.Listen = "1883" }),
		`key ""`:                   with(func(c *Config) { c.CertFile = "c" }),
		`cert ""`:                  with(func(c *Config) { c.KeyFile = "k" }),
		`max_clients 0`:            with(func(c *Config) { c.MaxClients = 0 }),
		`max_packet_bytes 1023`:    with(func(c *Config) { c.MaxPacketBytes = 1023 }),
		`max_packet_bytes 1048577`: with(func(c *Config) { c.MaxPacketBytes = 1<<20 + 1 }),
		`max_rate 0`:               with(func(c *Config) { c.MaxRate = 0 }),
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v does not name %s", bad, err, want)
		}
	}
}
