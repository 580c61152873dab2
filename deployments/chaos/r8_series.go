package main

import (
	"fmt"
	"iter"
	"syscall"
	"time"

	"foyer/internal/testserver"
	"foyer/simulators"
)

func init() {
	register(Property{
		IDs: []string{"R8"}, Says: "InfluxDB away for hours of data, then wrong answers, restarts and freezes while Foyer catches up",
		Full: 24, Needs: []Need{Influx}, Run: backlog,
	})
}

const (
	anHour    = 3600 * 1000 / pace // messages of a meter
	catchUp   = time.Hour / 20     // for an hour of data
	mostMore  = 48 << 20           // bytes that Foyer may need more with all the backlog than with an eighth of it
	mostRSS   = 256 << 20          // bytes
	poisoned  = 3                  // points that InfluxDB refuses for good
	patiently = 10 * time.Minute   // for a backlog to be published, or to be gone
)

// backlog stops InfluxDB, lets gateways send hours of data, each cycle one, and lets
// InfluxDB come back into a storm. Foyer may grow on the disk alone. In the end
// InfluxDB holds everything but the points that it refuses, and Foyer tells of those.
func backlog(t *Trial) {
	influx := testserver.Influx(t)
	storm := t.storm(influx.URL())
	port := testserver.FreePort(t)
	p := t.Settle(t.TempDir(), fmt.Sprintf("series: {url: \"influx+%s\"}", storm.url), fmt.Sprintf(fast, port))
	p.broker = port
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	p.start()
	p.ready()
	influx.Stop()
	c := t.crowd(p, t.lately(5*24*time.Hour, p.meters))
	c.spoil(storm)
	c.publish(p.embedded(), c.hours(int64(t.Cycles)))
	first, most := p.swell(c)
	c.finish()
	told := p.metric("foyer_spool_readings")
	t.Logf("%d messages wait, %.0f readings; %d MiB with an eighth of them, then at most %d", c.begun(), told, first>>20, most>>20)
	t.report.Count("R8", fmt.Sprintf("backlogs for which Foyer needs more than %d MiB of memory beyond what an eighth of it needs", mostMore>>20), 1, bad(most > first+mostMore))

	influx.Start()
	began, peak := t.now(), int64(0)
	t.rage(p, influx, storm, &peak)
	if !t.within(patiently, 100*time.Millisecond, func() bool {
		p.alive()
		peak = max(peak, int64(p.metric("process_resident_memory_bytes")))
		return p.metric("foyer_spool_readings") == 0
	}) {
		t.Fatalf("the spool is not empty after %v", patiently)
	}
	took := t.now().Sub(began)
	t.Logf("caught up in %v, %.0f times as fast as it came; at most %d MiB", took, float64(t.Cycles)*time.Hour.Seconds()/took.Seconds(), peak>>20)
	t.report.Took("R8", "to catch up with an hour of data, storm and all", 1, catchUp, took/time.Duration(t.Cycles))
	t.report.Count("R8", fmt.Sprintf("catchings-up that need more than %d MiB", mostRSS>>20), 1, bad(peak > mostRSS))
	t.await("the ledger to tell what InfluxDB refused", func() bool { return p.told().Rejected == 2*poisoned })
	p.stop()
	rows, err := storedInflux(t.Context, influx.URL())
	t.must(err, "look at the stores")
	w := &watcher{t: t, c: c}
	w.weigh("R8", rows)
}

// hours yields the messages of all meters in turn, for so many hours of their time.
func (c *Crowd) hours(n int64) iter.Seq[simulators.Emission] {
	return func(yield func(simulators.Emission) bool) {
		for range n * anHour {
			for i, m := range c.meters {
				if c.stop.Load() || !yield(m.emission(c.send(i))) {
					return
				}
			}
		}
	}
}

// spoil has InfluxDB refuse some points, which are then not to be stored.
func (c *Crowd) spoil(s *Storm) {
	for range poisoned {
		m := c.meters[c.t.Luck.IntN(len(c.meters))]
		n := c.t.Luck.Int64N(anHour)
		for m.refused[n] {
			n++
		}
		if m.refused == nil {
			m.refused = map[int64]bool{}
		}
		m.refused[n] = true
		s.poison = append(s.poison, [2][]byte{[]byte("meter=" + m.ID + " "), fmt.Appendf(nil, " %d\n", m.at(n).UnixMilli())})
	}
}

// swell waits until everything is published and returns what memory Foyer needed when
// an eighth was, and the most it needed later.
func (p *Pilot) swell(c *Crowd) (first, most int64) {
	all := int64(p.t.Cycles) * anHour * int64(len(c.meters))
	c.until(all/8, p.alive)
	first = int64(p.metric("process_resident_memory_bytes"))
	for eighth := int64(2); eighth <= 8; eighth++ {
		c.until(all*eighth/8, p.alive)
		most = max(most, int64(p.metric("process_resident_memory_bytes")))
	}
	return first, most
}

// rage lets the weather change, restarts and freezes InfluxDB and kills Foyer until
// little is left to be written.
func (t *Trial) rage(p *Pilot, influx *testserver.Server, s *Storm, peak *int64) {
	for range 40 {
		p.alive()
		*peak = max(*peak, int64(p.metric("process_resident_memory_bytes")))
		if left := p.metric("foyer_spool_readings"); left >= 0 && left < 10_000 {
			break
		}
		switch k := t.Luck.IntN(int(weathers) + 4); k {
		case int(weathers):
			influx.Stop()
			t.wander(time.Second)
			influx.Start()
		case int(weathers) + 1:
			influx.Kill()
			t.wander(time.Second)
			influx.Start()
		case int(weathers) + 2:
			influx.Signal(syscall.SIGSTOP)
			t.wander(2 * time.Second)
			influx.Signal(syscall.SIGCONT)
		case int(weathers) + 3:
			p.kill()
			p.start()
		default:
			s.turn(weather(k))
			t.wander(time.Second)
		}
		s.turn(calm)
		t.wander(300 * time.Millisecond)
	}
	s.turn(calm)
}
