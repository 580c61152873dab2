package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"foyer/internal/testserver"
)

func init() {
	register(Property{
		IDs: []string{"R15"}, Says: "a soak with a fault each minute",
		Full: 15, Beside: true, Needs: []Need{Influx}, Run: soak,
	})
}

const (
	calmFor  = 30 * time.Second // one figure of memory, descriptors and goroutines for each such stretch
	leak     = 1 << 20          // bytes an hour
	slack    = 8                // descriptors or goroutines more than at first
	lively   = 60 * time.Second // until Foyer is well again after the last fault
	soakRate = 50               // messages a second
	warmRate = 10 * soakRate    // at first: the stores keep pages of what they read, up to a bound
	troubles = 6                // kinds of faults
)

// soak lets Foyer do its work for minutes, each cycle one, with a fault in each that
// does not end it: what leaks must not begin anew. In the first fifth there are ten
// times the messages and a fault each half minute, of every kind, so that what is bounded is
// filled by then.
func soak(t *Trial) {
	influx := testserver.Influx(t)
	storm := t.storm(influx.URL())
	p := t.Settle(t.TempDir(), fmt.Sprintf("series: {url: \"influx+%s\"}", storm.url))
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	p.start()
	p.ready()
	c := t.crowd(p, p.meters)
	c.rate.Store(warmRate)
	c.publish(p.embedded(), c.emissions())
	var memory, heap, descriptors, routines []float64
	warm := t.Cycles / 5
	kinds := t.Luck.Perm(troubles)
	for cycle := range t.Cycles {
		if cycle == warm {
			c.rate.Store(soakRate)
		}
		for half := range 2 {
			end := t.now().Add(calmFor)
			if half == 0 || cycle < warm {
				p.trouble(kinds[0], influx, storm)
				if kinds = kinds[1:]; len(kinds) == 0 {
					kinds = t.Luck.Perm(troubles)
				}
			}
			var m, h, d, r []float64
			for t.now().Before(end) {
				m = append(m, p.anonymous())
				h = append(h, p.metric("go_memstats_next_gc_bytes"))
				d = append(d, p.metric("process_open_fds"))
				r = append(r, p.metric("go_goroutines"))
				p.alive()
				t.pause(500 * time.Millisecond)
			}
			memory, heap = append(memory, median(m)), append(heap, median(h))
			descriptors, routines = append(descriptors, median(d)), append(routines, median(r))
		}
	}
	whole := p.metric("process_resident_memory_bytes")
	began := t.now()
	c.first(p.alive)
	p.ready()
	c.finish()
	p.drained()
	t.report.Took("R15", "from the end of a soak until everything is acknowledged and stored", 1, lively, t.now().Sub(began))
	p.stop()

	warm *= 2 // stretches
	hourly := func(bytes float64) float64 { return bytes * float64(time.Hour/calmFor) / (1 << 20) }
	for _, kind := range []struct {
		says string
		all  []float64
	}{
		{"memory that no file stands behind", memory},
		{"what Go's heap may come to until it is collected again", heap}, // twice what it holds
	} {
		grows, stretch := creepOf(kind.all[warm:])
		t.report.Figure("R15", kind.says, fmt.Sprintf("grows in an hour by %.2f MiB (95 %%: %.2f to %.2f; want not surely 1 or more to the end) by the least of each %v, %.0f MiB at the end",
			hourly(grows.slope), hourly(grows.least), hourly(grows.most), calmFor*time.Duration(stretch), kind.all[len(kind.all)-1]/(1<<20)), !goesOn(kind.all[warm:], leak/float64(time.Hour/calmFor)))
	}
	t.report.Figure("R15", "memory, with the program's own text and files", fmt.Sprintf("%.0f MiB at the end", whole/(1<<20)), true)
	for _, kind := range []struct {
		says string
		all  []float64
	}{{"descriptors", descriptors}, {"goroutines", routines}} {
		early, end := median(kind.all[warm:max(warm+1, len(kind.all)/2)]), median(kind.all[len(kind.all)*3/4:])
		t.report.Figure("R15", kind.says, fmt.Sprintf("%.0f early, %.0f at the end; want at most %d more", early, end, slack), end <= early+slack)
	}
	rows, err := storedInflux(t.Context, influx.URL())
	t.must(err, "look at the stores")
	w := &watcher{t: t, c: c}
	w.weigh("R15", rows)
}

// anonymous returns the resident memory of Foyer that no file stands behind, in bytes.
// The rest is its program, of which each new fault brings in pages for the first time,
// up to all of it.
func (p *Pilot) anonymous() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.proc.Pid()))
	if err != nil {
		p.alive()
		p.t.Fatalf("look at the memory of foyer: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "RssAnon: %f kB", &kib); n == 1 {
			return kib * 1024
		}
	}
	p.t.Fatalf("no RssAnon in the status of foyer:\n%s", status)
	return 0
}

// median returns the middle of values, of which there is one at least.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// trouble is one fault of a few seconds that Foyer gets over without an end, of as many
// kinds as [troubles].
func (p *Pilot) trouble(kind int, influx *testserver.Server, s *Storm) {
	t := p.t
	switch kind {
	case 0:
		s.turn(weather(1 + t.Luck.IntN(int(weathers)-1)))
		t.wander(10 * time.Second)
		s.turn(calm)
	case 1:
		influx.Kill()
		t.wander(5 * time.Second)
		influx.Start()
	case 2:
		influx.Signal(syscall.SIGSTOP)
		t.wander(5 * time.Second)
		influx.Signal(syscall.SIGCONT)
	case 3:
		p.proc.Signal(syscall.SIGSTOP)
		t.wander(3 * time.Second)
		p.proc.Signal(syscall.SIGCONT)
	case 4: // everybody is thrown out
		for gateway, password := range p.passwords {
			if conn := p.dial(t.Context); conn != nil {
				_, _ = conn.Write(hello(gateway, password))
				_, _ = io.ReadFull(conn, make([]byte, 4))
				_ = conn.Close()
			}
		}
	default:
		ctx, cancel := context.WithTimeout(t.Context, 5*time.Second)
		defer cancel()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				for ctx.Err() == nil {
					if conn := p.dial(ctx); conn != nil {
						_ = conn.SetDeadline(t.now().Add(time.Second))
						_, _ = io.Copy(io.Discard, conn)
						_ = conn.Close()
					}
				}
			})
		}
		all.Wait()
	}
}
