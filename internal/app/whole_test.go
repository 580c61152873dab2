package app_test

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"foyer/internal/energy"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// TestMain fails when a goroutine outlives the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, append(testserver.Leaks(), goleak.Cleanup(func(code int) {
		if bin, err := built(); err == nil {
			os.RemoveAll(filepath.Dir(bin))
		}
		os.Exit(code)
	}))...)
}

// seed is of the homes, their weather and when things fail: FOYER_SEED for another.
func seed(t *testing.T) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(cmp.Or(os.Getenv("FOYER_SEED"), "1"), 10, 64)
	if err != nil {
		t.Fatalf("FOYER_SEED: %v", err)
	}
	return n
}

// homes is the town of the rehearsals: 24 homes of all dialects that tell the time
// of a reading, three days in November, one of them over the change of time in
// October.
func homes(t *testing.T) simulators.Scenario {
	t.Helper()
	s := simulators.Default(24)
	s.Seed, s.Start, s.Days = seed(t), "2026-11-10", 3
	s.Homes[23] = simulators.Home{Dialect: "linky_zlinky_z2m", Contract: simulators.PeakOffPeak, Start: "2026-10-24"}
	return s
}

// TestWholeWay runs a pilot on real servers, three times over the same days, and
// holds it against what the simulated homes know of themselves.
func TestWholeWay(t *testing.T) {
	calm, messages := "", 0
	t.Run("calm", func(t *testing.T) {
		p := openPilot(t, homes(t))
		messages = p.publish(nil)
		p.check()
		calm = p.dump()
	})
	if calm == "" {
		t.Fatal("nothing to compare with")
	}
	t.Run("killed ten times, InfluxDB away", func(t *testing.T) {
		p := openPilot(t, homes(t))
		luck := rand.New(rand.NewPCG(seed(t), 2))
		p.publish(func(tenth int) {
			switch tenth {
			case 3:
				p.influx.Stop()
			case 7:
				p.influx.Start()
			}
			time.Sleep(time.Duration(luck.Int64N(int64(time.Second))))
			p.foyer.Kill()
			p.foyer.Start()
		})
		p.check()
		if d := different(p.dump(), calm); d != "" {
			t.Errorf("the figures are not those of the calm run:\n%s", d)
		}
	})
	t.Run("duplicated, shuffled, late", func(t *testing.T) {
		s := homes(t)
		s.Faults = []simulators.Fault{
			{Kind: simulators.Duplicate},
			{Kind: simulators.Shuffle},
			{Kind: simulators.Late, After: 30 * time.Hour, For: 2 * time.Hour},
		}
		p := openPilot(t, s)
		if n := p.publish(nil); n != 2*messages {
			t.Errorf("%d messages, want each of %d twice", n, messages)
		}
		p.check()
		if d := different(p.dump(), calm); d != "" {
			t.Errorf("the figures are not those of the calm run:\n%s", d)
		}
	})
}

// check holds everything Foyer keeps and tells against the oracle.
func (p *pilot) check() {
	p.t.Helper()
	p.settle()
	p.checkReadings()
	p.checkUsage()
	p.checkBills()
	p.checkWebhooks()
}

// chill returns the share of the seven days before the world's present at whose
// half-hours a home was below 18 °C, by what its sensor showed.
func (p *pilot) chill(label string) float64 {
	homes := p.town.Homes()
	i := slices.IndexFunc(homes, func(h simulators.Home) bool { return h.Label == label })
	from, to := p.town.Span()
	week := to.In(p.town.Zone()).AddDate(0, 0, -7)
	below, all := 0, 0
	count := func(r energy.Register, at time.Time, value int64) {
		if r.Quantity() == energy.Temperature && !at.Before(week) {
			all++
			if value < 18_000 {
				below++
			}
		}
	}
	for _, s := range p.town.Samples() {
		if s.Home == i {
			count(s.Register, s.At, s.Value)
		}
	}
	for m := range p.town.Marks(from, to) {
		if m.Gateway == homes[i].Gateway && m.Role == simulators.Indoor {
			count(m.Register, m.At, m.Value)
		}
	}
	return float64(below) / float64(max(all, 1))
}

// checkWebhooks wants the cold homes' alerts, each step under one id, all signed.
func (p *pilot) checkWebhooks() {
	p.t.Helper()
	want := map[string]bool{}
	for _, h := range p.town.Homes() {
		if h.Situation == simulators.Cold {
			want[h.Label] = true
		}
	}
	testserver.Wait(p.t, "the cold homes' alerts", func() bool {
		got := map[string]bool{}
		for _, d := range p.hook.deliveries() {
			if d.event.Type == "alert.opened" && d.event.Data.Rule == "cold_home" {
				got[d.event.Data.Label] = true
			}
		}
		for label := range want {
			if !got[label] {
				return false
			}
		}
		return len(want) > 0
	})
	ids, bodies := map[string]string{}, map[string]string{}
	for _, d := range p.hook.deliveries() {
		step := d.event.Data.Alert + " " + d.event.Type
		if id, ok := ids[step]; ok && id != d.id {
			p.t.Errorf("%s came as %s and as %s", step, id, d.id)
		}
		if other, ok := bodies[d.id]; ok && other != step {
			p.t.Errorf("webhook-id %s stands for %s and for %s", d.id, other, step)
		}
		ids[step], bodies[d.id] = d.id, step
		if label := d.event.Data.Label; d.event.Data.Rule == "cold_home" && p.chill(label) < 0.2 {
			p.t.Errorf("%s is called cold, and is below 18 °C for %.0f %% of the week", label, 100*p.chill(label))
		}
	}
	if p.hook.unsigned != 0 {
		p.t.Errorf("%d webhooks had no good signature", p.hook.unsigned)
	}
}
