package main

import (
	"syscall"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"R1", "R4", "R5"}, Says: "SIGKILL at random times, embedded broker and SQLite",
		Full: 1000, Short: 150, Round: 100, Run: killed,
	})
}

// restart is what a start may take until the first acknowledgement, at p99.
const restart = 2 * time.Second

// killed kills Foyer again and again while gateways publish: while it starts, while
// it recovers, while it takes readings in. Some cycles end otherwise.
func killed(t *Trial) {
	p := t.Settle(t.TempDir())
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	c := t.Gather(p, p.embedded(), t.strangers()...)
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	for cycle := range t.Cycles {
		began := t.now()
		p.start()
		if t.Luck.IntN(5) == 0 {
			t.wander(80 * time.Millisecond) // before it is up
			p.kill()
		} else {
			came := c.first(p.alive)
			if cycle > 0 {
				t.report.Took("R4", "from start to the first acknowledgement after a kill", 0.99, restart, came.Sub(began))
			}
			t.wander(250 * time.Millisecond)
			p.alive()
			p.end()
		}
		w.look("R5", p.data)
	}
	p.start()
	p.ready()
	c.finish()
	p.reveal("R1", c)
	p.drained()
	p.stop()
	v := w.settle("R1", p.data)
	t.report.Count("R1", "kills in rounds after which acknowledged and stored differ", int64(t.Cycles), bad(v.Faults() > 0))
}

// end ends Foyer: mostly at once, some times after it was frozen for a moment, some
// times by asking it, which is to be clean while gateways publish too.
func (p *Pilot) end() {
	switch p.t.Luck.IntN(16) {
	case 0:
		p.proc.Signal(syscall.SIGSTOP)
		p.t.wander(100 * time.Millisecond)
		p.kill()
	case 1:
		p.stop()
	default:
		p.kill()
	}
}
