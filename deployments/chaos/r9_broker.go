package main

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/internal/testserver"
)

func init() {
	register(Property{
		IDs: []string{"R9"}, Says: "behind mosquitto, which is stopped, killed, and whose sessions are taken over",
		Full: 100, Short: 10, Round: 5, Needs: []Need{Mosquitto}, Run: between,
	})
}

// found is what may pass from the end of a fault until Foyer tells what is missing.
const found = 2 * time.Minute

// between lets a mosquitto stand between the gateways and Foyer. Every second seed is
// gentle with it: mosquitto is asked to end, others take over the session of Foyer or
// of a gateway as a misconfigured program would, Foyer is killed. Nothing
// acknowledged may be lost. The others kill mosquitto, or make it forget the session
// of Foyer. Then something may be lost, and Foyer has to tell exactly what.
func between(t *Trial) {
	harsh := t.Seed%2 == 1
	b := t.bystander()
	for range t.Cycles {
		b.c.first(b.p.alive)
		t.wander(300 * time.Millisecond)
		if harsh {
			b.harsh()
		} else {
			b.gentle()
		}
		b.listens()
		b.c.first(b.p.alive)
		if harsh {
			t.report.Took("R9", "from the end of a fault until the ledger tells what is missing", 1, found, b.told())
		}
	}
	b.through() // so that Foyer has a session, before the last messages
	b.c.finish()
	b.through()
	rows := b.rows()
	v := b.c.judge(rows, harsh)
	if v.Faults() > 0 {
		t.Errorf("%+v", v)
	}
	if !harsh {
		t.report.Count("R9", "acknowledged readings lost, mosquitto stopped and taken over", v.Acked, v.Lost)
	}
	t.report.Count("R9", "stored readings that were not sent, are there twice or differ", v.Stored, v.Foreign+v.Twice+v.Wrong)
	lost, all := b.c.gaps(rows)
	if telling := b.p.gaps(); !slices.Equal(telling, lost) {
		t.Errorf("missing is %v, the ledger tells %v", lost, telling)
		t.report.Count("R9", "messages missing though the ledger does not tell, or there though it does", all, 1)
	} else {
		t.report.Count("R9", "messages missing though the ledger does not tell, or there though it does", all, 0)
	}
	n := int64(0)
	for _, g := range lost {
		n += g.missing
	}
	t.Logf("%d of %d messages did not come through, in %d gaps that the ledger tells", n, all, len(lost))
	b.p.stop()
}

// A bystander is a mosquitto between a crowd and a pilot.
type bystander struct {
	t      *Trial
	p      *Pilot
	c      *Crowd
	broker *testserver.Server
}

func (t *Trial) bystander() *bystander {
	n := t.raise()
	users := map[string]string{"foyer": "of foyer"}
	for gateway, password := range n.passwords {
		users[gateway] = password
	}
	b := &bystander{t: t, broker: testserver.Mosquitto(t, testserver.Options{Users: users})}
	b.p = t.Settle(t.TempDir(), fmt.Sprintf("broker: {url: %q, user: foyer, password: of foyer}", b.broker.URL()))
	t.must(snapshot(n.dir, b.p.data), "copy the pilot")
	b.p.start()
	b.listens()
	meters := t.lately(20*time.Hour, n.meters)
	for _, m := range meters {
		m.Steady = true
	}
	b.c = t.crowd(b.p, meters)
	b.c.rate.Store(int64(50 * len(meters))) // a storm of messages would make the gaps so long that no cadence tells their length
	b.c.publish(b.broker.URL(), b.c.emissions())
	// A gap lies between two messages that came, and some tell the cadence.
	b.p.t.await("messages of every meter", func() bool {
		b.p.alive()
		return b.p.metric("foyer_drain_readings_total{fate=\"stored\"}") >= float64(100*len(meters))
	})
	return b
}

// listens waits until Foyer reads from mosquitto.
func (b *bystander) listens() {
	b.t.await("foyer to read from mosquitto", func() bool {
		b.p.alive()
		return b.p.metric("foyer_subscriber_connected") == 1 && b.p.get("/readyz") == 200
	})
}

// gentle does something after which nothing acknowledged may be missing.
func (b *bystander) gentle() {
	switch b.t.Luck.IntN(5) {
	case 0:
		b.takeOver("foyer", "of foyer", false)
	case 1:
		gateway := b.c.meters[b.t.Luck.IntN(len(b.c.meters))].Gateway
		b.takeOver(gateway, b.p.passwords[gateway], true) // its session holds nothing
	case 2:
		b.p.kill()
		b.t.wander(time.Second)
		b.p.start()
	default:
		b.broker.Stop()
		b.t.wander(time.Second)
		b.broker.Start()
	}
}

// harsh makes mosquitto lose what it has acknowledged.
func (b *bystander) harsh() {
	switch b.t.Luck.IntN(6) {
	case 0: // it forgets what waits for a Foyer that is away
		b.p.kill()
		b.t.wander(time.Second)
		b.takeOver("foyer", "of foyer", true)
		b.p.start()
	case 1: // killed while much waits for Foyer
		b.p.kill()
		b.t.wander(time.Second)
		b.broker.Kill()
		b.p.start()
		b.broker.Start()
	default:
		b.broker.Kill()
		b.t.wander(500 * time.Millisecond)
		b.broker.Start()
	}
}

// takeOver connects as somebody else, who loses the connection, listens for a moment
// and acknowledges nothing. A clean one ends the session, with all that waits in it.
func (b *bystander) takeOver(user, password string, clean bool) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(b.t.Context, "tcp", b.broker.Addr())
	b.t.must(err, "take over a session")
	defer func() { _ = conn.Close() }()
	p := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	p.ProtocolName, p.ProtocolVersion, p.CleanSession, p.Keepalive = "MQTT", 4, clean, 30
	p.ClientIdentifier, p.Username, p.UsernameFlag, p.Password, p.PasswordFlag = user, user, true, []byte(password), true
	b.t.must(p.Write(conn), "take over a session")
	b.t.must(conn.SetReadDeadline(b.t.now().Add(5*time.Second)), "take over a session")
	answer, err := packets.ReadPacket(conn)
	b.t.must(err, "take over a session")
	if ack, ok := answer.(*packets.ConnackPacket); !ok || ack.ReturnCode != packets.Accepted {
		b.t.Fatalf("mosquitto does not let %s in: %v", user, answer)
	}
	b.t.wander(200 * time.Millisecond)
}

// through waits until what each meter said last has come through: mosquitto keeps the
// order, so that all before has, too, or never will.
func (b *bystander) through() {
	marks := b.c.frontier()
	b.t.await("the last messages to come through", func() bool {
		b.p.alive()
		waiting := maps.Clone(marks)
		for _, r := range b.rows() {
			if waiting[r.Meter] == r.At {
				delete(waiting, r.Meter)
			}
		}
		return len(waiting) == 0
	})
}

// rows returns what Foyer has stored, also while it runs.
func (b *bystander) rows() []Row {
	rows, err := stored(b.t.Context, b.p.data)
	b.t.must(err, "look at the stores")
	return rows
}

// told waits until Foyer tells of each message that is missing before those that were
// acknowledged last, and returns how long that took.
func (b *bystander) told() time.Duration {
	began, marks := b.t.now(), b.c.frontier()
	if !b.t.within(found+30*time.Second, 200*time.Millisecond, func() bool {
		b.p.alive()
		want, _ := b.c.gaps(b.rows())
		telling := b.p.gaps()
		return slices.Equal(endBefore(want, marks), endBefore(telling, marks))
	}) {
		want, _ := b.c.gaps(b.rows())
		b.t.Fatalf("the ledger does not tell what is missing: %v, but %v", endBefore(want, marks), endBefore(b.p.gaps(), marks))
	}
	return b.t.now().Sub(began)
}
