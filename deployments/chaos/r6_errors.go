package main

import (
	"fmt"
	"net/http"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"R6"}, Says: "each k-th sync and write fails or is late, k = 1, 2, …",
		Full: 50, Short: 8, Needs: []Need{Strace}, Run: failing,
	})
}

// passing are injuries of each kth call. strace counts for each thread.
func passing(k int) []Injury {
	when := fmt.Sprintf(":when=%d+%d", k, k)
	return []Injury{
		{syncs + ":error=EIO" + when, writes + ":error=EINTR" + when},
		{syncs + ":error=EINTR" + when, writes + ":error=EIO" + when},
		{syncs + ":delay_enter=20ms" + when, writes + ":error=ENOSPC" + when},
	}
}

// lasting are injuries of every call: nothing can be safe, so nothing may be
// acknowledged.
var lasting = []Injury{{syncs + ":error=EIO"}, {writes + ":error=ENOSPC"}}

// starting are injuries of the kth call of a start.
func starting(k int) []Injury {
	when := fmt.Sprintf(":when=%d", k)
	return []Injury{{syncs + ":error=EIO" + when}, {writes + ":error=EIO" + when}}
}

// failing has the disk fail below Foyer, for each k in turn: while it runs, for good
// and while it starts. It may end with an error that it can say, or get over it; it
// may not lose what it acknowledged.
func failing(t *Trial) {
	p := t.Settle(t.TempDir())
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	c := t.Gather(p, p.embedded(), t.strangers()...)
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	for k := 1; k <= t.Cycles; k++ {
		p.start()
		c.first(p.alive)
		for _, i := range passing(k) {
			p.endure(c, i)
		}
		p.silent(c, lasting[k%len(lasting)])
		p.kill()
		for _, i := range starting(k) {
			p.stumble(i)
		}
		w.look("R6", p.data)
	}
	p.start()
	p.ready()
	c.finish()
	p.reveal("R6", c)
	p.drained()
	p.stop()
	w.settle("R6", p.data)
}

// endure injures a running Foyer for a while. Afterwards it acknowledges again, by
// itself or, when it has bowed out, started again.
func (p *Pilot) endure(c *Crowd, i Injury) {
	tr := p.hurt(i)
	if tr.struck(2*time.Second, "sync") {
		p.t.wander(100 * time.Millisecond)
	}
	p.recover(c, tr)
}

// recover lets Foyer go and waits until it acknowledges again.
func (p *Pilot) recover(c *Crowd, tr *Tracer) {
	tr.release()
	ended, unclean := p.bowedOut()
	p.t.report.Count("R6", "spells of injured calls that ended Foyer uncleanly", 1, unclean)
	if ended {
		p.start()
	}
	c.first(p.alive)
}

// silent injures every call of a running Foyer. Once that has taken hold and what was
// safe before is acknowledged, there is no acknowledgement until it ends.
func (p *Pilot) silent(c *Crowd, i Injury) {
	tr := p.hurt(i)
	if !tr.struck(10*time.Second, "") {
		p.t.Fatalf("no call was injured: %v", i)
	}
	spoke := c.hush(fmt.Sprintf("every call is injured: %v", i))
	p.t.report.Count("R6", "spells of nothing but failures with an acknowledgement in them", 1, bad(spoke))
	p.recover(c, tr)
}

// stumble injures a Foyer that starts. It gets over it or bows out, and the next start
// is a good one.
func (p *Pilot) stumble(i Injury) {
	log := p.startHurt(i)
	p.t.within(5*time.Second, 10*time.Millisecond, func() bool {
		return p.proc.Ended() || injuries(log) > 0 && p.get("/healthz") == http.StatusOK
	})
	ended, unclean := p.bowedOut()
	p.t.report.Count("R6", "starts with an injured call that ended uncleanly", min(1, injuries(log)), unclean)
	if !ended {
		p.kill()
	}
}
