package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"S3"}, Says: "as many reads written down as answered, and one answer to every guess",
		Full: 100_000, Short: 300, Apart: true, Run: written,
	})
}

// seen is how soon a family sees that somebody read.
const seen = time.Minute

// written reads families and guesses at their ids, and as many ids of alerts, so often
// each; then counts the rows that tell of it, and has families look.
func written(t *Trial) {
	d := t.sit()
	client := d.machine(16)
	d.visible(client)
	before := d.accesses()

	_, refusal, err := d.ask(client, "/api/v1/families/faaaaaaaaaaaaaaaa")
	t.must(err, "ask foyer")
	reads, other := int64(0), atomic.Int64{}
	took := t.spread(t.Cycles, 0, func(i int) error {
		status, says, err := d.ask(client, "/api/v1/families/"+d.families[i%homes].id)
		if err == nil && (status != http.StatusOK || !d.families[i%homes].known(says)) {
			err = fmt.Errorf("a family is answered %d: %s", status, says)
		}
		return err
	})
	reads += int64(t.Cycles)
	t.Logf("%d reads at %.0f a second", t.Cycles, float64(t.Cycles)/took.Seconds())
	took = t.spread(t.Cycles, 0, func(i int) error {
		status, says, err := d.ask(client, guess(t.Seed, i))
		if status != http.StatusNotFound || !bytes.Equal(says, refusal) {
			other.Add(1)
		}
		return err
	})
	reads += int64(t.Cycles) + 1
	t.Logf("%d guesses at %.0f a second", t.Cycles, float64(t.Cycles)/took.Seconds())
	t.report.Count("S3", "guessed identifiers answered otherwise than unknown ones", int64(t.Cycles), other.Load())
	d.stop()
	rows := d.accesses() - before
	t.report.Count("S3", "reads and guesses that are not written down once", reads, max(reads-rows, rows-reads))
	if other.Load() > 0 || rows != reads {
		t.Errorf("%d reads, %d rows; %d guesses were answered otherwise", reads, rows, other.Load())
	}
}

// guess returns an address with an id that nobody was given, of a family or an alert; one
// in ten is no id at all.
func guess(seed uint64, i int) string {
	luck := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a seed that repeats, no secret
	kind := []string{"families/f", "alerts/a"}[i%2]
	if luck.IntN(10) == 0 {
		return "/api/v1/" + kind + []string{"", "%27%20OR%201=1", "%00", "*", strings.Repeat("a", 60)}[luck.IntN(5)]
	}
	id := make([]byte, 16)
	for k := range id {
		id[k] = "abcdefghijklmnopqrstuvwxyz234567"[luck.IntN(32)]
	}
	return "/api/v1/" + kind + string(id)
}

// visible has the machine read a family, and waits until the family sees that.
func (d *Desk) visible(client *http.Client) {
	for _, f := range d.families[:3] {
		count := func() int {
			res, err := f.phone.Get(d.address("/api/v1/me/access?limit=200")) //nolint:noctx // it has a timeout
			d.t.must(err, "look who read")
			defer func() { _ = res.Body.Close() }()
			var b bytes.Buffer
			_, err = b.ReadFrom(res.Body)
			d.t.must(err, "look who read")
			return strings.Count(b.String(), `"summary"`)
		}
		was := count()
		began := d.t.now()
		_, _, err := d.ask(client, "/api/v1/families/"+f.id)
		d.t.must(err, "read a family")
		if !d.t.within(seen, 10*time.Millisecond, func() bool { return count() > was }) {
			d.t.Errorf("a family does not see within %v that it was read", seen)
		}
		d.t.report.Took("S3", "from a read until its family sees it", 1, seen, d.t.now().Sub(began))
	}
}

// accesses returns how many reads of the machine are written down.
func (d *Desk) accesses() (n int64) {
	d.t.must(with(filepath.Join(d.data, "records.db"), func(db *sql.DB) error {
		return db.QueryRowContext(d.t.Context, `SELECT COUNT(*) FROM access WHERE audience = 'token'`).Scan(&n)
	}), "count what is written down")
	return n
}
