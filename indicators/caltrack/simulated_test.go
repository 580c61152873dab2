package caltrack

import (
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/weather"
	"foyer/simulators"
)

// A lived home is what its meter and its sensors told, and what it truly saved.
type lived struct {
	claim Claim
	saved float64 // kWh in the reporting year
}

const (
	yearBefore = 372 // local days before the start of a town when works of a fortnight begin
	yearAfter  = 358 // and when they are over
	pastDays   = 750 // days that are known
)

// town lives some homes twice, once without their works.
func town(t *testing.T, seed uint64, n int, works simulators.Works) []lived {
	t.Helper()
	zone := paris(t)
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, zone)
	s := simulators.Scenario{Seed: seed, Start: "2026-11-01", Days: 1, HalfHours: pastDays, Interval: 30 * time.Minute, Sensors: 30 * time.Minute}
	for i := range n {
		works.Days = yearAfter
		insulation := []string{"fair", "poor"}[i%2]
		s.Homes = append(s.Homes, simulators.Home{Heating: "electric", Insulation: insulation, History: pastDays, Works: works, Dialect: "linky_tasmota_teleinfo"})
	}
	with := days(t, s)
	for i := range s.Homes {
		s.Homes[i].Works = simulators.Works{}
	}
	without := days(t, s)
	var all []lived
	for i := range n {
		l := lived{claim: Claim{
			Periods: with[i].periods, Works: start.AddDate(0, 0, -yearBefore), Done: start.AddDate(0, 0, -yearAfter),
			Before: with[i].comfort(start.AddDate(0, 0, -yearBefore-365)), After: with[i].comfort(start.AddDate(0, 0, -yearAfter)),
		}}
		for j, p := range with[i].periods {
			if !p.From.Before(l.claim.Done) {
				l.saved += without[i].periods[j].Use - p.Use
			}
		}
		all = append(all, l)
	}
	return all
}

// A told home is what its devices told.
type told struct {
	periods []Period
	inside  []energy.Held
}

// comfort is how long the home was below 18 °C in the year from an instant on.
func (h told) comfort(from time.Time) Comfort {
	c := Comfort{Of: from.AddDate(0, 0, 365).Sub(from)}
	for _, s := range h.inside {
		if s.From.Before(from) || !s.From.Before(from.AddDate(0, 0, 365)) {
			continue
		}
		c.Seen += s.To.Sub(s.From)
		if s.Value < 18_000 {
			c.Below += s.To.Sub(s.From)
		}
	}
	return c
}

// days reads what the devices of a scenario tell, by local day.
func days(t *testing.T, s simulators.Scenario) []told {
	t.Helper()
	s.Homes = slices.Clone(s.Homes)
	opened, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	zone := paris(t)
	homes := make([]told, len(s.Homes))
	use := make([]map[energy.Day]int64, len(s.Homes))
	for _, iv := range opened.Past() {
		if use[iv.Home] == nil {
			use[iv.Home] = map[energy.Day]int64{}
		}
		use[iv.Home][energy.DayOf(iv.From, zone)] += iv.Energy
	}
	air := weather.Series{}
	for _, r := range opened.Samples() {
		h := energy.Held{From: r.At, To: r.At.Add(30 * time.Minute), Value: r.Value}
		switch {
		case r.Register.Quantity() != energy.Temperature:
		case r.Home < 0:
			air.Held = append(air.Held, h)
		default:
			homes[r.Home].inside = append(homes[r.Home].inside, h)
		}
	}
	for _, w := range air.Days(zone) {
		for i := range homes {
			if mWh, ok := use[i][w.Day]; ok && w.Seen == w.Of {
				homes[i].periods = append(homes[i].periods, DayOf(w.Day, zone, mWh, energy.Coverage{Seen: w.Of, Of: w.Of}, w))
			}
		}
	}
	return homes
}

// TestSimulatedSavingsLieWithinTheirInterval holds the interval of 90 % against homes
// with walls, people and a tank, whose works save a known part of their electricity.
// CALTRACK_TOWNS says how many towns of ten homes are lived, with other seeds each.
func TestSimulatedSavingsLieWithinTheirInterval(t *testing.T) {
	towns, err := strconv.Atoi(os.Getenv("CALTRACK_TOWNS"))
	if err != nil {
		towns = 1
	}
	s := Default(Daily, true)
	runs, within, moved, narrower, part := 0, 0, 0, 0, 0.0
	for seed := range uint64(towns) {
		for _, l := range town(t, 100+seed, 10, simulators.Works{Insulation: 14}) {
			v := Verify(l.claim, s, contract)
			if v.Status != household.OK || v.Bounds.Filled != 0 {
				t.Fatalf("seed %d: %s %s %v", seed, v.Status, v.Reason, v.Sufficiency)
			}
			runs++
			part += l.saved / (l.saved + v.Savings.Observed)
			if v.Bounds.Low <= l.saved && l.saved <= v.Bounds.High {
				within++
			} else {
				t.Logf("seed %d: saved %.0f kWh, %+v, %+v", seed, l.saved, *v.Bounds, v.Fitted.Model)
			}
			l.claim.Periods = hide(l.claim.Periods, seeded(seed), 0.2, true, false)
			less := Verify(l.claim, s, contract)
			if math.Abs(less.Bounds.Central-v.Bounds.Central) > v.Bounds.Model/v.Savings.Uncertainty.T {
				moved++
				t.Logf("seed %d: a fifth of the weather moves %.0f to %.0f, %+v", seed, v.Bounds.Central, less.Bounds.Central, *less.Bounds)
			}
			if less.Bounds.High-less.Bounds.Low <= v.Bounds.High-v.Bounds.Low {
				narrower++
			}
		}
	}
	t.Logf("%d of %d within their interval; %.1f %% saved on average", within, runs, 100*part/float64(runs))
	t.Logf("a fifth of the weather missing: %d moved by more than their standard error, %d with narrower bounds", moved, narrower)
	if moved*50 > runs || narrower > 0 {
		t.Errorf("a fifth of the weather missing: %d of %d moved by more than their standard error, %d have narrower bounds", moved, runs, narrower)
	}
	if within*100 < 85*runs {
		t.Errorf("%d of %d within their interval of 90 %%", within, runs)
	}
}

// TestSimulatedHomeThatHeatsLessIsRefused takes 3 °C from each home.
func TestSimulatedHomeThatHeatsLessIsRefused(t *testing.T) {
	for i, l := range town(t, 7, 4, simulators.Works{Colder: 3000}) {
		v := Verify(l.claim, Default(Daily, true), contract)
		if v.Savings == nil || v.Savings.Saved() <= 0 {
			t.Fatalf("home %d saves nothing by heating less: %+v", i, v)
		}
		if v.Status != household.NotApplicable || v.Reason != NotComfortable {
			t.Errorf("home %d: %s %s, cold for %v of %v, then %v of %v", i, v.Status, v.Reason, l.claim.Before.Below, l.claim.Before.Seen, l.claim.After.Below, l.claim.After.Seen)
		}
	}
}
