package simulators_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/simulators"
)

// A broker is the least of a broker, and as unreliable as its test wants.
type broker struct {
	net.Listener
	mu       sync.Mutex
	open     map[net.Conn]bool
	kept     []string         // topic and payload of what it acknowledged
	heard    []string         // and of what it received
	dups     int              // received with DUP
	hellos   int              // QoS 0
	owing    map[net.Conn]int // received and not acknowledged
	most     int              // the most it owed on a connection
	wait     chan struct{}    // acknowledges only once this is closed
	password string
	ids      map[string]string // client id to user name

	// judge says what to do with the n-th QoS 1 message.
	judge func(n int) verdict
}

type verdict int

const (
	keep   verdict = iota
	forget         // never acknowledge
	hangUp         // close the connection instead
	regret         // acknowledge to nobody: keep, then close before the PUBACK
)

func newBroker(t *testing.T, judge func(n int) verdict) *broker {
	t.Helper()
	b := &broker{open: map[net.Conn]bool{}, owing: map[net.Conn]int{}, ids: map[string]string{}, judge: judge, password: "secret"}
	b.listen(t, "127.0.0.1:0")
	t.Cleanup(b.stop)
	return b
}

func (b *broker) listen(t *testing.T, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	b.Listener = l
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.open[c] = true
			b.mu.Unlock()
			go b.serve(c)
		}
	}()
}

// stop ends the broker as a kill does.
func (b *broker) stop() {
	b.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.open {
		c.Close()
	}
	clear(b.open)
	clear(b.owing)
}

func (b *broker) serve(c net.Conn) {
	defer c.Close()
	client := ""
	for {
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *packets.ConnectPacket:
			client = p.ClientIdentifier
			b.mu.Lock()
			b.ids[client] = p.Username
			b.mu.Unlock()
			ack := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
			if string(p.Password) != b.password {
				ack.ReturnCode = packets.ErrRefusedNotAuthorised
			}
			if ack.Write(c) != nil || ack.ReturnCode != packets.Accepted {
				return
			}
		case *packets.PublishPacket:
			if !b.receive(c, p) {
				return
			}
		case *packets.PingreqPacket:
			if packets.NewControlPacket(packets.Pingresp).Write(c) != nil {
				return
			}
		case *packets.DisconnectPacket:
			return
		}
	}
}

// receive takes a message; false when the connection is to be closed.
func (b *broker) receive(c net.Conn, p *packets.PublishPacket) bool {
	b.mu.Lock()
	if p.Qos == 0 {
		b.hellos++
		b.mu.Unlock()
		return true
	}
	b.heard = append(b.heard, p.TopicName+" "+string(p.Payload))
	if p.Dup {
		b.dups++
	}
	b.owing[c]++
	b.most = max(b.most, b.owing[c])
	what := b.judge(len(b.heard))
	if what == keep || what == regret {
		b.kept = append(b.kept, p.TopicName+" "+string(p.Payload))
	}
	wait := b.wait
	b.mu.Unlock()
	switch what {
	case forget:
		return true
	case hangUp, regret:
		return false
	case keep:
	}
	go func() {
		if wait != nil {
			<-wait
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.owing[c]--
		ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		ack.MessageID = p.MessageID
		_ = ack.Write(c)
	}()
	return true
}

func (b *broker) url() string { return "mqtt://" + b.Addr().String() }

// A run is what a fleet did with a town.
type run struct {
	fleet simulators.Fleet
	town  *simulators.Town
	acked []string
}

// newRun is a small town and its fleet.
func newRun(t *testing.T, b *broker) *run {
	t.Helper()
	r := &run{town: open(t, everyDialect("2026-11-10", 1))}
	passwords := map[string]string{}
	for _, g := range r.town.Gateways() {
		passwords[g] = "secret"
	}
	r.fleet = simulators.Fleet{
		Broker: b.url(), Passwords: passwords, Hello: r.town.Hello,
		Acked: func(e simulators.Emission) error { r.acked = append(r.acked, says(e)); return nil },
		Now:   time.Now, Logger: slog.New(slog.DiscardHandler), Backoff: time.Millisecond,
	}
	return r
}

// send publishes all of the town and fails when that takes too long.
func (r *run) send(t *testing.T) (want []string) {
	t.Helper()
	from, _ := r.town.Span()
	for e := range r.town.Emissions(from, time.Time{}) {
		want = append(want, says(e))
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if err := r.fleet.Run(ctx, r.town.Emissions(from, time.Time{})); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatalf("not done after 30 s: %+v of %d", r.fleet.Counts(), len(want))
	}
	slices.Sort(want)
	return want
}

func TestEveryMessageIsAcknowledgedOnceWhenNothingGoesWrong(t *testing.T) {
	b := newBroker(t, func(int) verdict { return keep })
	r := newRun(t, b)
	want := r.send(t)
	slices.Sort(b.kept)
	slices.Sort(r.acked)
	if !slices.Equal(want, b.kept) || !slices.Equal(want, r.acked) {
		t.Errorf("%d messages, %d kept, %d recorded", len(want), len(b.kept), len(r.acked))
	}
	n, gateways := int64(len(want)), int64(len(r.town.Gateways()))
	if c := r.fleet.Counts(); c != (simulators.Counts{Sent: n, Acked: n, Connects: gateways}) {
		t.Errorf("%+v, want %d messages on %d connections", c, n, gateways)
	}
	if b.hellos == 0 || b.most > 20 {
		t.Errorf("%d signs of life, %d in flight", b.hellos, b.most)
	}
	for client, user := range b.ids {
		if client != user {
			t.Errorf("client %s is user %s", client, user)
		}
	}
}

func TestAGatewaySendsInOrder(t *testing.T) {
	b := newBroker(t, func(int) verdict { return keep })
	r := newRun(t, b)
	r.send(t)
	from, _ := r.town.Span()
	for _, h := range r.town.Homes() {
		var want, got []string
		for e := range r.town.Emissions(from, time.Time{}) {
			if e.Device.Gateway == h.Gateway {
				want = append(want, says(e))
			}
		}
		for _, line := range b.heard {
			if len(line) > len(h.Devices[0].Mount()) && line[:len(h.Devices[0].Mount())] == h.Devices[0].Mount() {
				got = append(got, line)
			}
		}
		if !slices.Equal(want, got) {
			t.Errorf("%s: %d messages, %d in another order", h.Gateway, len(want), len(got))
		}
	}
}

func TestNothingIsLostWhenConnectionsAndAcknowledgementsAre(t *testing.T) {
	b := newBroker(t, func(n int) verdict {
		switch {
		case n%97 == 0:
			return hangUp
		case n%131 == 0:
			return regret
		case n%211 == 0:
			return forget
		}
		return keep
	})
	r := newRun(t, b)
	r.fleet.Patience = 100 * time.Millisecond
	want := r.send(t)
	slices.Sort(r.acked)
	if !slices.Equal(want, r.acked) {
		t.Errorf("%d messages, %d recorded as acknowledged", len(want), len(r.acked))
	}
	kept := map[string]int{}
	for _, k := range b.kept {
		kept[k]++
	}
	for _, w := range want {
		if kept[w] == 0 {
			t.Fatalf("never kept: %s", w)
		}
	}
	if c := r.fleet.Counts(); c.Resent == 0 || b.dups == 0 || b.most > 20 {
		t.Errorf("%+v, %d marked as repeated, %d in flight", c, b.dups, b.most)
	}
}

func TestABrokerThatIsKilledAndStartedAgainIsWaitedFor(t *testing.T) {
	var b *broker
	half := make(chan struct{})
	b = newBroker(t, func(n int) verdict {
		if n == 1000 {
			close(half)
		}
		return keep
	})
	addr := b.Addr().String()
	b.stop() // not there when the fleet starts
	r := newRun(t, b)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.listen(t, addr)
		for range 5 {
			<-half
			b.stop()
			b.listen(t, addr)
		}
	}()
	want := r.send(t)
	<-done
	slices.Sort(r.acked)
	if !slices.Equal(want, r.acked) {
		t.Errorf("%d messages, %d recorded as acknowledged", len(want), len(r.acked))
	}
}

func TestNoMoreThanTheWindowIsInFlight(t *testing.T) {
	b := newBroker(t, func(int) verdict { return keep })
	b.wait = make(chan struct{})
	r := newRun(t, b)
	r.fleet.Window = 7
	full := make(chan struct{})
	go func() {
		for range 1500 { // 30 s
			b.mu.Lock()
			n := len(b.heard)
			b.mu.Unlock()
			if n >= 7*len(r.town.Gateways()) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		close(full)
		close(b.wait)
	}()
	r.send(t)
	<-full
	if b.most != 7 {
		t.Errorf("%d in flight, want 7", b.most)
	}
}

func TestAWrongPasswordIsSaidAtOnce(t *testing.T) {
	b := newBroker(t, func(int) verdict { return keep })
	r := newRun(t, b)
	r.fleet.Passwords["gw-02"] = "wrong"
	from, _ := r.town.Span()
	err := r.fleet.Run(t.Context(), r.town.Emissions(from, time.Time{}))
	var refused *simulators.RefusedError
	if !errors.As(err, &refused) || refused.Gateway != "gw-02" {
		t.Errorf("got %v", err)
	}
}

func TestAFullLedgerEndsTheRun(t *testing.T) {
	b := newBroker(t, func(int) verdict { return keep })
	r := newRun(t, b)
	full := errors.New("no space left")
	r.fleet.Acked = func(simulators.Emission) error { return full }
	from, _ := r.town.Span()
	if err := r.fleet.Run(t.Context(), r.town.Emissions(from, time.Time{})); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func TestAFleetStopsWhenItIsTold(t *testing.T) {
	b := newBroker(t, func(int) verdict { return forget })
	r := newRun(t, b)
	ctx, stop := context.WithCancel(t.Context())
	r.fleet.Until = func(time.Time) time.Duration { stop(); return time.Hour }
	from, _ := r.town.Span()
	if err := r.fleet.Run(ctx, r.town.Emissions(from, time.Time{})); err != nil {
		t.Errorf("got %v", err)
	}
	r.fleet.Broker = "amqp://localhost"
	if err := r.fleet.Run(t.Context(), r.town.Emissions(from, time.Time{})); err == nil {
		t.Error("publishes over amqp")
	}
}

func TestPaceFollowsTheClock(t *testing.T) {
	start := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	wall := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	until := simulators.Pace(start, 600, func() time.Time { return wall })
	if d := until(start.Add(time.Hour)); d != 6*time.Second {
		t.Errorf("an hour takes %s", d)
	}
	wall = wall.Add(4 * time.Second)
	if d := until(start.Add(time.Hour)); d != 2*time.Second {
		t.Errorf("after 4 s it takes %s more", d)
	}
	if simulators.Pace(start, 0, func() time.Time { return wall }) != nil {
		t.Error("speed 0 waits")
	}
}

func ExampleFleet() {
	town, err := simulators.Open(simulators.Scenario{Seed: 1, Start: "2026-11-10", Days: 1, Homes: []simulators.Home{{History: -1}}})
	if err != nil {
		panic(err)
	}
	from, _ := town.Span()
	for e := range town.Emissions(from, from.Add(time.Minute)) {
		fmt.Println(e.Topic)
	}
	// Output:
	// foyer/gw-01/zigbee2mqtt/linky
	// foyer/gw-01/zigbee2mqtt/salon
	// foyer/gw-00/zigbee2mqtt/exterieur
}
