package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"foyer/internal/testserver"
	"foyer/simulators"
)

func init() {
	register(Property{
		IDs: []string{"R3"}, Says: "duplicates, replays and redelivery, over one broker and over two",
		Full: 1_000_000, Short: 20_000, Round: 200_000, Needs: []Need{Mosquitto, Influx, Postgres}, Run: twice,
	})
}

const (
	copies   = 10    // of each message, on average, beside the first
	replayed = 1_000 // messages back from the newest from which most copies are taken

	// redelivered is how many messages mosquitto may bring again after one kill of who
	// reads: what was in flight, and what it retains.
	redelivered = 1_000 + 2*gateways
)

// twice lets gateways send what they sent before, again and again: with the mark of a
// redelivery and without, as retained messages, at once and much later; Foyer is killed
// in between, so that it comes again by itself too. Every second seed has two ingesters
// on one InfluxDB and one PostgreSQL, one with its own broker and one behind mosquitto,
// and every message may come over both.
func twice(t *Trial) {
	if t.Seed%2 == 0 {
		t.overOne()
	} else {
		t.overTwo()
	}
}

// fast lets gateways send as fast as Foyer takes it.
const fast = "broker: {url: \"embedded://127.0.0.1:%d\", max_rate: 1000000}"

func (t *Trial) overOne() {
	port := testserver.FreePort(t)
	p := t.Settle(t.TempDir(), fmt.Sprintf(fast, port))
	p.broker = port
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	c := t.crowd(p, t.lately(20*time.Hour, p.meters))
	p.start()
	p.ready()
	c.publish(p.embedded(), c.copies(t.Luck.Uint64(), t.Cycles))
	for third := 1; third < 3; third++ {
		c.until(int64(t.Cycles*third/3), p.alive)
		p.kill()
		p.start()
	}
	c.until(-1, p.alive)
	c.finish()
	p.ready()
	p.drained()
	c.accounts(p, c.counts().Resent)
	p.stop()
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	w.settle("R3", p.data)
}

func (t *Trial) overTwo() {
	influx, records := testserver.Influx(t), testserver.Postgres(t)
	keys := t.TempDir()
	stores := fmt.Sprintf("series: {url: \"influx+%s\"}\nrecords: {url: %q}\nkeys: {master: %q, url: %q}\njournal: {key: %q, checkpoint: %q}",
		influx.URL(), records, filepath.Join(keys, master), "sqlite://"+filepath.Join(keys, "keys.db"),
		filepath.Join(keys, "journal.key"), filepath.Join(keys, "journal.checkpoint"))
	n := t.enrol(t.TempDir(), stores)
	users := map[string]string{"foyer": "of foyer"}
	for gateway, password := range n.passwords {
		users[gateway] = password
	}
	between := testserver.Mosquitto(t, testserver.Options{Users: users, Extra: []string{"autosave_on_changes false"}})
	port := testserver.FreePort(t)
	own := n.settle(t, t.TempDir(), stores, fmt.Sprintf(fast, port))
	own.broker = port
	behind := n.settle(t, t.TempDir(), stores, fmt.Sprintf("broker: {url: %q, user: foyer, password: of foyer}", between.URL()))
	c := t.crowd(own, t.lately(20*time.Hour, n.meters))
	for _, p := range []*Pilot{own, behind} {
		p.start()
		p.ready()
	}
	c.publish(own.embedded(), c.copies(t.Luck.Uint64(), t.Cycles/2))
	c.publish(between.URL(), c.copies(t.Luck.Uint64(), t.Cycles/2))
	both := func() { own.alive(); behind.alive() }
	for third, p := range []*Pilot{own, behind} {
		c.until(int64(t.Cycles*(third+1)/3), both)
		p.kill()
		p.start()
		p.ready()
	}
	c.until(-1, both)
	c.finish()
	for _, p := range []*Pilot{own, behind} {
		p.ready()
		p.drained()
	}
	c.accounts(own, c.counts().Resent+redelivered)
	behind.stop()
	own.stop()
	rows, err := storedInflux(t.Context, influx.URL())
	t.must(err, "look at the stores")
	w := &watcher{t: t, c: c}
	w.weigh("R3", rows)
}

// lately returns meters whose messages begin so long ago, within the week that Foyer's
// ledger shows by itself.
func (t *Trial) lately(ago time.Duration, meters []*Meter) (all []*Meter) {
	for _, m := range meters {
		own := *m
		own.Began = t.now().UTC().Add(-ago).Truncate(time.Second)
		all = append(all, &own)
	}
	return all
}

// copies yields messages until so many of them were sent before.
func (c *Crowd) copies(seed uint64, want int) iter.Seq[simulators.Emission] {
	luck := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // a seed that repeats, no secret
	return func(yield func(simulators.Emission) bool) {
		for done := 0; done < want && !c.stop.Load(); {
			i := luck.IntN(len(c.meters))
			sent := c.begunBy(i)
			if sent == 0 || luck.IntN(copies+1) == 0 {
				if !yield(c.meters[i].emission(c.send(i))) {
					return
				}
				continue
			}
			back := luck.Int64N(min(sent, replayed))
			if luck.IntN(10) == 0 {
				back = luck.Int64N(sent)
			}
			e := c.meters[i].emission(sent - 1 - back)
			e.Retained, e.Again = luck.IntN(10) == 0, luck.IntN(3) == 0
			if !yield(e) {
				return
			}
			done++
		}
	}
}

// until waits until so many messages, first or not, were acknowledged, or with -1
// until nothing is left to be published. The trial ends when nothing moves for 60 s.
func (c *Crowd) until(acked int64, meanwhile func()) {
	const patience = 60 * time.Second
	for {
		before := c.counts().Acked
		there := func() bool { return len(c.ended) == len(c.fleets) || acked >= 0 && before >= acked }
		if there() {
			return
		}
		if !c.t.within(patience, 10*time.Millisecond, func() bool {
			meanwhile()
			return c.counts().Acked > before || len(c.ended) == len(c.fleets)
		}) {
			c.t.Fatalf("nothing was acknowledged for %v: %+v", patience, c.counts())
		}
	}
}

// accounts holds that Foyer's ledger says what became of each reading: one of each is
// stored and all others were duplicates. As many came as were acknowledged, and at most
// so many more messages as came again by themselves.
func (c *Crowd) accounts(p *Pilot, again int64) {
	const registers = 2 // of each message
	firsts, counts := registers*c.begun(), c.counts()
	var told account
	explained := c.t.within(30*time.Second, time.Second, func() bool {
		told = p.told()
		return told.Stored == firsts && told.Stored+told.Duplicate == told.Received &&
			told.Received >= registers*counts.Acked && told.Received <= registers*(counts.Acked+again)
	})
	c.t.report.Count("R3", "duplicates that Foyer's ledger does not account for", registers*counts.Acked-firsts, bad(!explained))
	if !explained {
		c.t.Errorf("of %d readings, %d different, Foyer's ledger tells %+v: %+v", registers*counts.Acked, firsts, told, counts)
	}
}

// An account is a line of what `foyer ledger show --json` prints.
type account struct{ Received, Stored, Duplicate, Rejected int64 }

// told returns what Foyer's ledger says of the last week, summed up.
func (p *Pilot) told() (sum account) {
	lines := json.NewDecoder(strings.NewReader(p.t.command("ledger", "show", "--json", "--config", p.config)))
	for lines.More() {
		var a account
		p.t.must(lines.Decode(&a), "read the ledger")
		sum.Received += a.Received
		sum.Stored += a.Stored
		sum.Duplicate += a.Duplicate
		sum.Rejected += a.Rejected
	}
	return sum
}
