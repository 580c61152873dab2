package broker

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// FuzzConnection says anything to the listener, as a stranger and as a gateway that
// has shown its secret: nothing panics, nothing hangs, and what is kept is on topics of
// the gateway's own.
func FuzzConnection(f *testing.F) {
	greeting := func(change func(*packets.ConnectPacket)) []byte {
		c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
		c.ProtocolName, c.ProtocolVersion, c.CleanSession, c.Keepalive = "MQTT", 4, true, 30
		c.ClientIdentifier, c.Username, c.UsernameFlag, c.Password, c.PasswordFlag = "g1", "g1", true, []byte("secret1"), true
		change(c)
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			f.Fatal(err)
		}
		return b.Bytes()
	}
	said := func(all ...packets.ControlPacket) []byte {
		var b bytes.Buffer
		for _, p := range all {
			if err := p.Write(&b); err != nil {
				f.Fatal(err)
			}
		}
		return b.Bytes()
	}
	hello := greeting(func(*packets.ConnectPacket) {})
	for _, first := range [][]byte{
		hello,
		greeting(func(c *packets.ConnectPacket) { c.ProtocolVersion = 5 }),
		greeting(func(c *packets.ConnectPacket) { c.ProtocolVersion, c.ProtocolName = 3, "MQIsdp" }),
		greeting(func(c *packets.ConnectPacket) {
			c.WillFlag, c.WillTopic, c.WillMessage, c.WillQos = true, "foyer/g2/x", []byte("x"), 2
		}),
		{0x10, 0xff, 0xff, 0xff, 0x7f},
		nil,
	} {
		f.Add(false, first)
	}
	subscribe := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	subscribe.MessageID, subscribe.Topics, subscribe.Qoss = 7, []string{"#", "cmnd/+/x"}, []byte{1, 2}
	for _, p := range [][]byte{
		said(publishPacket("foyer/g1/x", 1, 1, "x"), publishPacket("foyer/g1/x", 2, 2, "x"), publishPacket("foyer/g2/x", 1, 3, "x")),
		said(publishPacket("shellies/a/b", 0, 0, "x"), subscribe, packets.NewControlPacket(packets.Pingreq), packets.NewControlPacket(packets.Disconnect)),
		{0x82, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00}, // a SUBSCRIBE of MQTT 5
		{0x30, 0x00},
		{0x3d, 0x05, 0x00, 0x01, '#', 0x00, 0x01},
		{0xa2, 0x05, 0x00, 0x01, 0x00, 0x01, '#'},
		{0x62, 0x02, 0x00, 0x07},
		{0xf0, 0x00},
	} {
		f.Add(true, p)
	}
	r := start(f)
	_ = r.signIn("g2").Close() // it runs
	f.Fuzz(func(t *testing.T, known bool, words []byte) {
		r.ahead.Add(int64(2 * time.Second)) // a gateway may come in once a second
		near, far := net.Pipe()
		if !r.listener.admit(far) {
			t.Fatal("not admitted")
		}
		served, heard := make(chan struct{}), make(chan struct{})
		go func() { defer close(served); r.listener.serve(r.server.EstablishConnection, far) }()
		go func() { defer close(heard); _, _ = io.Copy(io.Discard, near) }()
		if known {
			_, _ = near.Write(hello)
		}
		_, _ = near.Write(words)
		_ = near.Close()
		select {
		case <-served:
		case <-time.After(20 * time.Second):
			t.Fatal("the connection has ended and is still served")
		}
		<-heard
		for _, m := range r.messages() {
			if m.Gateway != "g1" || !strings.HasPrefix(m.Topic, "foyer/g1/") {
				t.Fatalf("a message on %q is kept as of %q", m.Topic, m.Gateway)
			}
		}
		r.forget()
		if n := countOf(t, r.hook.metrics.panics); n > 0 {
			t.Fatalf("%v panics", n)
		}
	})
}

// forget forgets what was kept.
func (r *rig) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = nil
}
