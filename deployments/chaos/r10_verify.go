package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"foyer/internal/testserver"
	"foyer/simulators"
)

func init() {
	register(Property{
		IDs: []string{"R10"}, Says: "figures computed and verified after kills and an InfluxDB that breaks, and again after late data",
		Full: 40, Short: 4, Round: 8, Needs: []Need{Influx}, Run: computed,
	})
}

const (
	heldBack = 3 // of so many messages one comes late
	oneDay   = 24 * time.Hour
)

// computed kills Foyer and breaks InfluxDB while gateways publish the hour around a
// midnight, and lets Foyer compute, killed in the midst of that too. What is stored is
// then what comes out of the readings, and again once one message in three came late.
func computed(t *Trial) {
	influx := testserver.Influx(t)
	port := testserver.FreePort(t)
	p := t.Settle(t.TempDir(), fmt.Sprintf("series: {url: \"influx+%s\"}", influx.URL()), fmt.Sprintf(fast, port))
	p.broker = port
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	p.start()
	midnight := t.now().UTC().Truncate(oneDay).Add(-2 * oneDay)
	before := time.Duration(t.Luck.Int64N(int64(20 * time.Minute)))
	c := t.crowd(p, t.lately(t.now().Sub(midnight.Add(-before)), p.meters))
	var late []simulators.Emission
	c.publish(p.embedded(), c.withholding(&late))
	for range t.Cycles {
		c.first(p.alive)
		t.wander(400 * time.Millisecond)
		t.either(p, influx)
	}
	c.first(p.alive)
	c.finish()
	p.rest()
	first := p.figures()

	p.start()
	p.ready()
	c.fleets = nil // those of before have ended
	c.publish(p.embedded(), slices.Values(late))
	t.wander(200 * time.Millisecond)
	p.kill()
	p.start()
	c.finish()
	p.rest()
	second := p.figures()
	t.Logf("%d figures verified, %d once %d messages came late", first, second, len(late))

	rows, err := storedInflux(t.Context, influx.URL())
	t.must(err, "look at the stores")
	w := &watcher{t: t, c: c}
	w.weigh("R10", rows)
}

// withholding yields the messages of all meters in turn until the crowd is to stop, and
// keeps one in three of them for later.
func (c *Crowd) withholding(late *[]simulators.Emission) iter.Seq[simulators.Emission] {
	return func(yield func(simulators.Emission) bool) {
		for e := range c.emissions() {
			if i := c.index[e.Device.Gateway+"/"+e.Device.ID]; c.meters[i].roll(c.meters[i].number(e.At), "late")%heldBack == 0 {
				*late = append(*late, e)
			} else if !yield(e) {
				return
			}
		}
	}
}

// either kills Foyer, or has InfluxDB end, be killed or stand still for a moment.
func (t *Trial) either(p *Pilot, influx *testserver.Server) {
	switch t.Luck.IntN(5) {
	case 0:
		influx.Stop()
		t.wander(300 * time.Millisecond)
		influx.Start()
	case 1:
		influx.Kill()
		t.wander(300 * time.Millisecond)
		influx.Start()
	case 2:
		influx.Signal(syscall.SIGSTOP)
		t.wander(300 * time.Millisecond)
		influx.Signal(syscall.SIGCONT)
	default:
		p.kill()
		p.start()
	}
}

// rest waits until everything is in the stores and ends Foyer.
func (p *Pilot) rest() {
	p.ready()
	p.drained()
	p.stop()
}

// figures computes, once so that it is killed in the midst and once to the end, holds
// that nothing is stored otherwise than it comes out, that nothing waits, and that
// computing again adds nothing, and returns how many figures there are.
func (p *Pilot) figures() int64 {
	t := p.t
	//nolint:gosec // the foyer under trial
	cut := exec.CommandContext(t.Context, t.binary, "compute", "--config", p.config)
	t.must(cut.Start(), "compute")
	t.wander(400 * time.Millisecond)
	_ = cut.Process.Kill() // it may have ended
	_ = cut.Wait()
	var sum struct{ Results, Failed, Figures, Waiting, Differences int64 }
	say := func(args ...string) {
		sum.Results, sum.Failed, sum.Figures, sum.Waiting, sum.Differences = 0, 0, 0, 0, 0
		//nolint:gosec // the foyer under trial
		cmd := exec.CommandContext(t.Context, t.binary, append(args, "--json", "--config", p.config)...)
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		err := cmd.Run()
		if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitCheck) {
			t.Fatalf("foyer %v: %v: %s", args, err, said.String())
		}
		lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
		t.must(json.Unmarshal(lines[len(lines)-1], &sum), "read what foyer computed")
		for _, differs := range lines[:min(len(lines)-1, 5)] {
			t.Logf("%s", differs)
		}
	}
	say("compute")
	t.report.Count("R10", "homes and stations that could not be computed", 1, sum.Failed)
	say("compute", "--verify")
	t.report.Count("R10", "stored figures that come out otherwise, or wait to be computed", sum.Figures, sum.Differences+sum.Waiting+sum.Failed)
	if sum.Figures == 0 || sum.Differences+sum.Waiting+sum.Failed > 0 {
		t.Errorf("verified: %+v", sum)
	}
	figures := sum.Figures
	say("compute")
	t.report.Count("R10", "results that computing once more adds", figures, sum.Results)
	if sum.Results+sum.Failed > 0 {
		t.Errorf("computed again: %+v", sum)
	}
	return figures
}
