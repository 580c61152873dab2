package subscriber

import (
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/internal/testserver"
)

// A broker ends the connection of a client that acknowledges what has no number.
func TestWhatCameWithoutAPromiseIsNotAcknowledged(t *testing.T) {
	server, s := mosquitto(t), newSink()
	r := subscribe(t, server, s).connected(t)
	before := r.current.Load()
	p := publish(t, server, "g1")
	once := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	once.TopicName, once.Payload = "foyer/g1/x", []byte("at most once")
	if err := once.Write(p.Conn); err != nil {
		t.Fatal(err)
	}
	testserver.Wait(t, "the message", func() bool { return s.times("at most once") == 1 })
	for _, text := range numbers(0, 3) { // the broker answers in order
		p.send(false, "foyer/g1/x", text)
		testserver.Wait(t, text, func() bool { return s.times(text) > 0 })
	}
	if r.current.Load() != before {
		t.Error("the broker ended the connection")
	}
}
