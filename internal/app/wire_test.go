package app_test

import (
	"bufio"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// A wire speaks raw MQTT 3.1.1: what paho reports as acknowledged may not be.
type wire struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
	id uint16
}

// dialWire connects, and returns the code of the broker's answer.
func dialWire(t testing.TB, addr, user, password string) (*wire, byte) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	w := &wire{Conn: conn, t: t, in: bufio.NewReader(conn)}
	p := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	p.ProtocolName, p.ProtocolVersion, p.CleanSession, p.Keepalive = "MQTT", 4, true, 60
	p.ClientIdentifier, p.Username, p.Password = user, user, []byte(password)
	p.UsernameFlag, p.PasswordFlag = user != "", password != ""
	w.write(p)
	return w, w.next().(*packets.ConnackPacket).ReturnCode
}

// signIn fails unless the broker lets the user in.
func signIn(t testing.TB, addr, user, password string) *wire {
	t.Helper()
	w, code := dialWire(t, addr, user, password)
	if code != 0 {
		t.Fatalf("%s: CONNACK %d", user, code)
	}
	return w
}

func (w *wire) write(p packets.ControlPacket) {
	w.t.Helper()
	if err := p.Write(w.Conn); err != nil {
		w.t.Fatal(err)
	}
}

// read returns the next packet, or why there is none.
func (w *wire) read() (packets.ControlPacket, error) {
	if err := w.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, err
	}
	return packets.ReadPacket(w.in)
}

func (w *wire) next() packets.ControlPacket {
	w.t.Helper()
	p, err := w.read()
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// publish returns once the broker has acknowledged.
func (w *wire) publish(topic, payload string) {
	w.t.Helper()
	if err := w.try(topic, payload); err != nil {
		w.t.Fatal(err)
	}
}

// try is publish that may fail.
func (w *wire) try(topic, payload string) error {
	w.id = w.id%60000 + 1
	m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	m.TopicName, m.Qos, m.MessageID, m.Payload = topic, 1, w.id, []byte(payload)
	if err := m.Write(w.Conn); err != nil {
		return err
	}
	for {
		p, err := w.read()
		if err != nil {
			return err
		}
		if ack, ok := p.(*packets.PubackPacket); ok && ack.MessageID == w.id {
			return nil
		}
	}
}

func (w *wire) subscribe(filters ...string) {
	w.t.Helper()
	s := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	s.MessageID, s.Topics, s.Qoss = 1, filters, make([]byte, len(filters))
	w.write(s)
	if _, ok := w.next().(*packets.SubackPacket); !ok {
		w.t.Fatal("no SUBACK")
	}
}
