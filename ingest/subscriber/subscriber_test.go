package subscriber

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

func TestWhatComesWhileNobodyReadsWaits(t *testing.T) {
	server, s := mosquitto(t), newSink()
	r := subscribe(t, server, s).connected(t)
	p := publish(t, server, "g1")
	p.send(false, "foyer/g1/x", numbers(0, 500)...)
	testserver.Wait(t, "500 messages", func() bool { return s.count() == 500 })
	r.stop()
	p.send(false, "foyer/g1/x", numbers(500, 1500)...)
	subscribe(t, server, s).connected(t)
	testserver.Wait(t, "1500 messages", func() bool { return s.count() == 1500 })
	for _, text := range numbers(0, 1500) {
		if s.times(text) != 1 {
			t.Errorf("%s came %d times: a clean stop acknowledges what it kept", text, s.times(text))
		}
	}
	if m := s.message("message 7"); m.Topic != "foyer/g1/x" || m.Gateway != "" || m.Retained || m.At.IsZero() {
		t.Errorf("%+v", m)
	}
}

func TestWhatCouldNotBeKeptComesAgain(t *testing.T) {
	server, s := mosquitto(t), newSink()
	var refused atomic.Int32
	s.setRefuse(func(m ingest.Message) error {
		if refused.Load() < 3 && strings.HasSuffix(string(m.Payload), "7") {
			refused.Add(1)
			return errors.New("disk full")
		}
		return nil
	})
	subscribe(t, server, s).connected(t)
	publish(t, server, "g1").send(false, "foyer/g1/x", numbers(0, 300)...)
	testserver.Wait(t, "300 messages", func() bool { return s.count() == 300 })
	if refused.Load() != 3 {
		t.Errorf("refused %d times", refused.Load())
	}
}

func TestABrokerThatIsAwayForAWhileIsFoundAgain(t *testing.T) {
	server, s := mosquitto(t), newSink()
	r := subscribe(t, server, s).connected(t)
	publish(t, server, "g1").send(false, "foyer/g1/x", numbers(0, 100)...)
	server.Stop()
	testserver.Wait(t, "the loss to be noticed", func() bool { return !r.Connected() })
	server.Start()
	r.connected(t)
	publish(t, server, "g1").send(false, "foyer/g1/x", numbers(100, 200)...)
	testserver.Wait(t, "200 messages", func() bool { return s.count() == 200 })
}

func TestABrokerThatIsNotThereYetIsWaitedFor(t *testing.T) {
	server, s := mosquitto(t), newSink()
	server.Stop()
	r := subscribe(t, server, s)
	if r.Connected() {
		t.Fatal("connected to nothing")
	}
	server.Start()
	r.connected(t)
}

func TestACopyOfUnknownAgeIsMarked(t *testing.T) {
	server, s := mosquitto(t), newSink()
	p := publish(t, server, "g1")
	p.send(true, "foyer/g1/kept", "a copy")
	subscribe(t, server, s).connected(t)
	testserver.Wait(t, "the copy", func() bool { return s.count() == 1 })
	p.send(true, "foyer/g1/other", "live")
	testserver.Wait(t, "the live message", func() bool { return s.count() == 2 })
	if !s.message("a copy").Retained || s.message("live").Retained {
		t.Errorf("%+v, %+v", s.message("a copy"), s.message("live"))
	}
}

func TestStoppingFinishesWhatIsAtHand(t *testing.T) {
	server, s := mosquitto(t), newSink()
	entered, release := make(chan struct{}, 1000), make(chan struct{})
	s.setRefuse(func(ingest.Message) error { entered <- struct{}{}; <-release; return nil })
	r := subscribe(t, server, s).connected(t)
	p := publish(t, server, "g1")
	for i, text := range numbers(0, 20) {
		p.send(false, fmt.Sprint("foyer/g1/", i), text)
	}
	<-entered
	stopped := make(chan struct{})
	go func() { r.stop(); close(stopped) }()
	testserver.Wait(t, "the subscriber to be closing", func() bool { return !r.current.Load().ready.Load() })
	close(release)
	<-stopped
	kept := s.count()
	if kept == 0 {
		t.Fatal("nothing was finished")
	}
	s.setRefuse(nil)
	subscribe(t, server, s).connected(t)
	testserver.Wait(t, "20 messages", func() bool { return s.count() == 20 })
	for _, text := range numbers(0, 20) {
		if s.times(text) != 1 {
			t.Errorf("%s came %d times", text, s.times(text))
		}
	}
}

func TestAGroupSharesTheLoadAndLosesNothing(t *testing.T) {
	server := mosquitto(t)
	one, two := newSink(), newSink()
	inGroup := func(user string) func(*Config) {
		return func(c *Config) { c.Username, c.ClientID, c.Group = user, user, "ingesters" }
	}
	first := subscribe(t, server, one, inGroup("foyer")).connected(t)
	subscribe(t, server, two, inGroup("foyer2")).connected(t)
	p := publish(t, server, "g1")
	p.send(false, "foyer/g1/x", numbers(0, 400)...)
	testserver.Wait(t, "400 messages", func() bool { return one.count()+two.count() == 400 })
	if one.count() == 0 || two.count() == 0 {
		t.Errorf("one took %d, the other %d", one.count(), two.count())
	}
	first.stop()
	p.send(false, "foyer/g1/x", numbers(400, 500)...)
	subscribe(t, server, one, inGroup("foyer")).connected(t)
	testserver.Wait(t, "500 messages", func() bool { return one.count()+two.count() >= 500 })
}

func TestAWrongPasswordIsNotConnected(t *testing.T) {
	server, s := mosquitto(t), newSink()
	r := subscribe(t, server, s, func(c *Config) { c.Password = secret.New("wrong") })
	n := r.newSession(t.Context())
	if err := n.open(t.Context()); err == nil || r.Connected() {
		t.Error(err)
	}
	n.close(false)
}

// refusing answers as a broker that lets a client in and gives it nothing to read.
// Mosquitto says yes to every subscription and then sends nothing.
func refusing(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		got, err := packets.ReadPacket(in)
		if err != nil {
			return
		}
		switch m := got.(type) {
		case *packets.ConnectPacket:
			_ = packets.NewControlPacket(packets.Connack).Write(conn)
		case *packets.SubscribePacket:
			ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			ack.MessageID, ack.ReturnCodes = m.MessageID, []byte{0x80}
			_ = ack.Write(conn)
		}
	}
}

// mute takes what comes and never answers.
func mute(conn net.Conn) {
	defer conn.Close()
	_, _ = io.Copy(io.Discard, conn)
}

func TestABrokerThatGivesNothingIsNotConnectedAndHoldsNobodyUp(t *testing.T) {
	for name, answer := range map[string]func(net.Conn){"refusing": refusing, "mute": mute} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var conns atomic.Int32
			var group sync.WaitGroup
			group.Go(func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					conns.Add(1)
					group.Go(func() { answer(conn) })
				}
			})
			var log testserver.Log
			cfg := Defaults()
			cfg.URL = "mqtt://" + l.Addr().String()
			s, err := New(cfg, Parts{
				Handler: newSink(), World: time.Now, Wall: time.Now,
				Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: prometheus.NewRegistry(),
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			want := map[string]int{"refusing": 2, "mute": 1}[name]
			testserver.Wait(t, "connections", func() bool { return int(conns.Load()) >= want })
			if s.Connected() {
				t.Error("connected")
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if name == "refusing" && !strings.Contains(log.String(), "May this user read all topics?") {
				t.Error(log.String())
			}
			_ = l.Close()
			group.Wait() // every connection has been closed
		})
	}
}

func TestForgedTopicsNeverArrive(t *testing.T) {
	server, s := mosquitto(t), newSink()
	subscribe(t, server, s).connected(t)
	p := publish(t, server, "g1")
	p.send(false, "foyer/g2/x", "forged") // acknowledged by mosquitto, and dropped
	p.send(false, "foyer/g1/x", "true")
	testserver.Wait(t, "the true message", func() bool { return s.count() == 1 })
	if s.times("forged") != 0 {
		t.Error("a forged topic arrived")
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	good := Defaults()
	for _, u := range []string{"mqtt://127.0.0.1:1883", "mqtts://broker.example", "mqtt://[::1]"} {
		good.URL = u
		if err := good.Validate(); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	for u, want := range map[string]string{"mqtts://broker.example": "broker.example:8883 true", "mqtt://[::1]": "[::1]:1883 false", "mqtt://x:2": "x:2 false"} {
		address, secure, err := Config{URL: u}.server()
		if got := fmt.Sprint(address, " ", secure); err != nil || got != want {
			t.Errorf("%s: %s, %v", u, got, err)
		}
	}
	for _, u := range []string{"", "http://x", "mqtt://", "mqtt://user:canary@x", "mqtt://x/path", "\x00"} {
		err := Config{URL: u, ClientID: "x"}.Validate()
		if err == nil || !strings.Contains(err.Error(), "url") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", u, err)
		}
	}
	err := Config{URL: "mqtt://x", Group: "a/b", CertFile: "c"}.Validate()
	for _, want := range []string{`user ""`, `shared "a/b"`, `key ""`, "queue 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if _, err := New(Config{URL: "mqtts://x", CAFile: "/nowhere"}, Parts{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()}); err == nil {
		t.Error("a missing file went unnoticed")
	}
}

func BenchmarkKept(b *testing.B) {
	server, s := mosquitto(b), newSink()
	s.setRefuse(func(ingest.Message) error { time.Sleep(2 * time.Millisecond); return nil }) // a commit
	subscribe(b, server, s).connected(b)
	b.ResetTimer()
	var group sync.WaitGroup
	for i, user := range []string{"g1", "g2"} {
		p := publish(b, server, user)
		group.Go(func() {
			for j := i; j < b.N; j += 2 {
				if j/2%100 == 0 {
					var window []string
					for k := j; k < b.N && k < j+200; k += 2 {
						window = append(window, strconv.Itoa(k))
					}
					for w, text := range window {
						m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
						m.TopicName, m.Qos, m.MessageID, m.Payload = fmt.Sprintf("foyer/%s/%d", user, w), 1, uint16(w+1), []byte(text)
						if err := m.Write(p.Conn); err != nil {
							b.Error(err)
						}
					}
					for range window {
						p.read()
					}
				}
			}
		})
	}
	group.Wait()
	testserver.Wait(b, "all messages", func() bool { return s.count() == b.N })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}
