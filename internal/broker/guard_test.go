package broker

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/ingest"
	"foyer/internal/testserver"
)

// TestFiftyGatewaysReachTheirOwnTopicsAlone is the whole matrix: a message of each
// gateway on each one's topic.
func TestFiftyGatewaysReachTheirOwnTopicsAlone(t *testing.T) {
	const n = 50
	r := start(t)
	for i := range n {
		r.secrets.Store(fmt.Sprint("m", i), "secret of many")
	}
	var group sync.WaitGroup
	for i := range n {
		c := r.signIn(fmt.Sprint("m", i))
		group.Go(func() {
			// Without an acknowledgement, so that a forgery does not end the connection.
			for j := range n {
				if err := publishPacket(fmt.Sprintf("foyer/m%d/x", j), 0, 0, c.name).Write(c.Conn); err != nil {
					t.Error(err)
				}
			}
			if err := publishPacket(fmt.Sprintf("foyer/%s/last", c.name), 1, 1, c.name).Write(c.Conn); err != nil {
				t.Error(err)
			}
			if p, err := packets.ReadPacket(c.in); err != nil {
				t.Error(p, err)
			}
		})
	}
	group.Wait()
	got := r.messages()
	if len(got) != 2*n {
		t.Errorf("%d messages are kept, want %d", len(got), 2*n)
	}
	for _, m := range got {
		if name := string(m.Payload); m.Gateway != name || !strings.HasPrefix(m.Topic, "foyer/"+name+"/") {
			t.Errorf("%s published on %s as %s", name, m.Topic, m.Gateway)
		}
	}
}

// sockets opens connections that say so much and no more.
func (r *rig) sockets(n int, words string) {
	r.t.Helper()
	for range n {
		conn, err := net.Dial("tcp", r.Addr())
		if err != nil {
			r.t.Fatal(err)
		}
		r.t.Cleanup(func() { conn.Close() })
		_, _ = conn.Write([]byte(words))
	}
}

func TestAFloodOfSocketsDisplacesItselfAlone(t *testing.T) {
	r := start(t)
	steady := r.signIn("g1")
	r.sockets(1000, "")
	steady.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	steady.acked(1)
	r.sockets(1000, "\x10\xff\x7f\x00\x04MQTT\x04\xc2")
	steady.write(publishPacket("foyer/g1/x", 1, 2, "x"))
	steady.acked(2)
	late := r.signIn("g2") // from the same address as the flood
	late.write(publishPacket("foyer/g2/x", 1, 3, "x"))
	late.acked(3)
	testserver.Wait(t, "the strangers shown out to be gone", func() bool {
		r.listener.mu.Lock()
		defer r.listener.mu.Unlock()
		return len(r.listener.conns) <= strangersOfOne+2 && len(r.listener.lobby.all) <= strangersOfOne
	})
}

func TestTheLobbyShowsOutWhoHasWaitedLongest(t *testing.T) {
	var l lobby
	conns := map[string]net.Conn{}
	enter := func(name, from string) net.Conn {
		conns[name] = &arrival{from: from}
		return l.enter(conns[name])
	}
	for i := range strangersOfOne {
		if out := enter(fmt.Sprint("a", i), fmt.Sprintf("192.0.2.1:%d", i+1)); out != nil {
			t.Fatal("shown out though there is room")
		}
	}
	if out := enter("b", "[2001:db8::1]:1"); out != nil {
		t.Error("another address's room is taken")
	}
	l.leave(conns["a0"]) // signed in
	if out := enter("a64", "[::ffff:192.0.2.1]:99"); out != nil {
		t.Error("who signed in still takes room")
	}
	if out := enter("a65", "192.0.2.1:100"); out != conns["a1"] {
		t.Error("the wrong one is shown out")
	}
	for i := range strangers {
		enter(fmt.Sprint("c", i), fmt.Sprintf("198.51.100.%d:1", i))
	}
	if len(l.all) != strangers {
		t.Errorf("%d strangers, want %d", len(l.all), strangers)
	}
	for i := range strangersOfOne + 1 {
		enter(fmt.Sprint("d", i), fmt.Sprintf("[2001:db8:0:1::%x]:1", i+1))
	}
	one := clientOf(&net.TCPAddr{IP: net.ParseIP("2001:db8:0:1::ffff"), Port: 7})
	if l.of[one] != strangersOfOne {
		t.Errorf("%d of one household, want %d", l.of[one], strangersOfOne)
	}
	for conn := range l.all {
		l.leave(conn)
		l.leave(conn)
	}
	if len(l.of) != 0 {
		t.Error("addresses are remembered for ever:", l.of)
	}
}

// An arrival is a connection from somewhere.
type arrival struct {
	net.Conn
	from string
}

func (a *arrival) RemoteAddr() net.Addr {
	at, _ := net.ResolveTCPAddr("tcp", a.from)
	return at
}

func TestWhoSendsTooFastWaitsAndLosesNothing(t *testing.T) {
	r := start(t, func(c *Config) { c.MaxRate = 200 })
	loud, quiet := r.signIn("g1"), r.signIn("g2")
	const n = 500
	began := time.Now()
	var group sync.WaitGroup
	group.Go(func() {
		for i := range n {
			if err := publishPacket("foyer/g1/x", 1, uint16(i+1), "loud").Write(loud.Conn); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 20 { // meanwhile
		quiet.write(publishPacket("foyer/g2/x", 1, uint16(i+1), "quiet"))
		quiet.acked(uint16(i + 1))
	}
	if time.Since(began) > time.Second && len(r.messages()) >= n+20 {
		t.Error("the quiet one waited for the loud one")
	}
	for i := range n {
		loud.acked(uint16(i + 1))
	}
	group.Wait()
	// 500, of which 200 at once: the others take a second and a half.
	if took := time.Since(began); took < 1400*time.Millisecond {
		t.Errorf("500 messages took %v at 200 a second", took)
	}
	// To come again makes no new burst.
	again, began := r.signIn("g1"), time.Now()
	for i := range 100 {
		again.write(publishPacket("foyer/g1/x", 1, uint16(i+1), "again"))
	}
	for i := range 100 {
		again.acked(uint16(i + 1))
	}
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("a hundred more took %v after a new connection", took)
	}
	if got := r.messages(); len(got) != n+20+100 {
		t.Errorf("%d messages are kept", len(got))
	}
}

func TestTwoDevicesWithOneSecretDoNotTakeTurnsForEver(t *testing.T) {
	r := start(t)
	steady := r.signIn("g2")
	refused := 0
	for range 100 {
		if r.dial().connect(connectPacket("g1", "g1", "secret1")) == packets.ErrRefusedServerUnavailable {
			refused++
		}
	}
	if refused < 30 {
		t.Errorf("%d of 100 sign-ins in a row were refused", refused)
	}
	steady.write(publishPacket("foyer/g2/x", 1, 1, "x"))
	steady.acked(1)
	r.ahead.Store(int64(time.Minute))
	r.signIn("g1")
}

func TestNobodyIsThrownOutByStrangersUnderItsName(t *testing.T) {
	r := start(t)
	steady := r.signIn("g1")
	for range 300 {
		if code := r.dial().connect(connectPacket("g1", "g1", "guess")); code != packets.ErrRefusedNotAuthorised {
			t.Fatalf("CONNACK %d", code)
		}
		if code := r.dial().connect(connectPacket("g1", "g2", "secret2")); code != packets.ErrRefusedIDRejected {
			t.Fatalf("CONNACK %d", code)
		}
	}
	steady.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	steady.acked(1)
	r.signIn("g1") // and their guesses did not use up its own sign-ins
}

func TestASilentGatewayIsGoneAfterItsKeepAlive(t *testing.T) {
	r := start(t)
	c, p := r.dial(), connectPacket("g1", "g1", "secret1")
	p.Keepalive = 1
	if code := c.connect(p); code != 0 {
		t.Fatalf("CONNACK %d", code)
	}
	c.ends()
	testserver.Wait(t, "its place to be free", func() bool {
		r.hook.doors.mu.Lock()
		defer r.hook.doors.mu.Unlock()
		return r.hook.doors.inside == 0
	})
}

func TestQoS2IsKeptOnceAndBounded(t *testing.T) {
	r := start(t)
	c := r.signIn("g1")
	release := func(id uint16) {
		t.Helper()
		rel := packets.NewControlPacket(packets.Pubrel).(*packets.PubrelPacket)
		rel.MessageID = id
		c.write(rel)
		if p, err := c.read(); err != nil || !allows(p, []byte{packets.Pubcomp}) {
			t.Fatal(p, err)
		}
	}
	again := publishPacket("foyer/g1/x", 2, 9, "x")
	for range 3 { // the PUBREC was lost on its way
		c.write(again)
		if p, err := c.read(); err != nil || !allows(p, []byte{packets.Pubrec}) {
			t.Fatal(p, err)
		}
		again.Dup = true
	}
	release(9)
	release(9) // of a session before a restart: nothing to release, and no reason to wait
	if got := r.messages(); len(got) != 1 {
		t.Fatalf("kept %d times", len(got))
	}
	// Never released: each takes memory.
	for i := range 1000 {
		if publishPacket("foyer/g1/x", 2, uint16(i+10), "x").Write(c.Conn) != nil {
			break
		}
	}
	c.ends(packets.Pubrec, packets.Disconnect)
}

// TestPacketsOfTheMinimalCorpus: none ends the broker, and what is acknowledged is
// kept as it came.
func TestPacketsOfTheMinimalCorpus(t *testing.T) {
	r := start(t)
	steady := r.signIn("g3")
	for name, raw := range map[string]string{
		"a CONNECT of 256 MB":           "\x10\xff\xff\xff\x7f\x00\x04MQTT",
		"a length without end":          "\x10\xff\xff\xff\xff\xff\xff",
		"a protocol of another name":    "\x10\x10\x00\x04HTTP\x04\xc2\x00\x1e\x00\x02g1\x00",
		"a version nobody has":          "\x10\x10\x00\x04MQTT\x63\xc2\x00\x1e\x00\x02g1\x00",
		"an id longer than its packet":  "\x10\x0e\x00\x04MQTT\x04\x02\x00\x1e\xff\xffg1",
		"an id that is no UTF-8":        "\x10\x12\x00\x04MQTT\x04\x82\x00\x1e\x00\x02\xff\xfe\x00\x02\xff\xfe",
		"a NUL in the name":             "\x10\x16\x00\x04MQTT\x04\xc2\x00\x1e\x00\x02g\x00\x00\x02g\x00\x00\x02x\x00",
		"a SUBSCRIBE before CONNECT":    "\x82\x05\x00\x01\x00\x00\x00",
		"an AUTH of version 5":          "\xf0\x02\x18\x00",
		"a TLS hello on a plain port":   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"a password without a user":     "\x10\x12\x00\x04MQTT\x04\x42\x00\x1e\x00\x02g1\x00\x02xx",
		"a will that is cut off":        "\x10\x10\x00\x04MQTT\x04\x26\x00\x1e\x00\x02g1\x00\x05",
		"version 5 with endless fields": "\x10\x14\x00\x04MQTT\x05\x02\x00\x1e\xff\xff\xff\x7f\x00\x02g1\x00\x00",
	} {
		c := r.dial()
		_, _ = c.Write([]byte(raw))
		_ = c.Conn.(*net.TCPConn).CloseWrite() // no more comes: whoever waits for it learns so
		c.ends(packets.Connack, packets.Disconnect)
		t.Log(name)
	}
	for name, raw := range map[string]string{
		"a SUBSCRIBE of 7 bytes":       "\x82\x05\x00\x01\x00\x00\x00",
		"a SUBSCRIBE without filters":  "\x82\x02\x00\x01",
		"an UNSUBSCRIBE cut off":       "\xa2\x04\x00\x01\x00\x09",
		"a second CONNECT":             "\x10\x10\x00\x04MQTT\x04\x02\x00\x1e\x00\x02g1\x00\x00",
		"QoS 3":                        "\x36\x10\x00\x0afoyer/g1/x\x00\x01xx",
		"a topic longer than its room": "\x32\x06\x00\xff\x00\x01xx",
		"a topic with a NUL":           "\x32\x0f\x00\x0bfoyer/g1/\x00x\x00\x01",
		"a topic that is no UTF-8":     "\x32\x0f\x00\x0bfoyer/g1/\xffx\x00\x01",
		"a topic of nothing":           "\x32\x04\x00\x00\x00\x01",
		"an id of nothing":             "\x32\x0e\x00\x0afoyer/g1/x\x00\x00",
		"a PUBACK of nothing":          "\x40\x02\x00\x07",
		"a PINGRESP":                   "\xd0\x00",
		"a CONNACK":                    "\x20\x02\x00\x00",
		"16 KiB and more":              "\x32\x81\x80\x01",
	} {
		c := r.signIn("g1")
		r.ahead.Add(int64(2 * time.Second)) // sign-ins are counted
		_, _ = c.Write([]byte(raw))
		_ = c.Conn.(*net.TCPConn).CloseWrite()
		c.ends(packets.Suback, packets.Unsuback, packets.Disconnect, packets.Pubrec)
		t.Log(name)
	}
	if got := r.messages(); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	// Payloads are the decoders' affair: the broker keeps each as it came.
	payloads := []string{
		"", "\x00", "NaN", "Infinity", "1e308", "-0", `{"a":NaN}`, "\xff\xfe", `{"A":1,"a":2}`, `{}{}`,
		strings.Repeat("[", 8000), `x\`, "'; DROP", "2147483648", "253402300800",
	}
	for i, payload := range payloads {
		steady.write(publishPacket("foyer/g3/x", 1, uint16(i+1), payload))
		steady.acked(uint16(i + 1))
	}
	var got []string
	for _, m := range r.messages() {
		got = append(got, string(m.Payload))
	}
	if !slices.Equal(got, payloads) {
		t.Errorf("%q", got)
	}
}

// TestAPanicInEachDecisionEndsOneConnection attacks what the hook calls.
func TestAPanicInEachDecisionEndsOneConnection(t *testing.T) {
	r := start(t)
	steady := r.signIn("g2")
	r.unwell.Store(true)
	c := r.dial()
	c.write(connectPacket("boom", "boom", "x"))
	c.ends(packets.Connack)
	r.setHandle(func(_ context.Context, m ingest.Message) error {
		if m.Gateway == "g3" {
			panic("a hole")
		}
		return nil
	})
	bad := r.signIn("g3")
	bad.write(publishPacket("foyer/g3/x", 1, 1, "x"))
	bad.ends()
	steady.write(publishPacket("foyer/g2/x", 1, 1, "x"))
	steady.acked(1)
}
