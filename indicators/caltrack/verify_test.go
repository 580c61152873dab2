package caltrack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// contract is a guard with the figures that are proposed to a pilot.
var contract = Guard{Rise: 5, Small: 10, Coverage: 75, Fall: 1_000}

// winter is a comfort of some percent below the limit and some percent seen.
func winter(below, seen int) Comfort {
	const of = 212 * 24 * time.Hour
	return Comfort{Below: of * time.Duration(seen) / 100 * time.Duration(below) / 100, Seen: of * time.Duration(seen) / 100, Of: of}
}

// kept is a comfort of a home that was never too cold, some percent of it seen, whose
// coldest days were so warm, in thousandths of °C.
func kept(coldest int64, seen int) Comfort {
	c := winter(0, seen)
	c.Coldest = &coldest
	return c
}

func claim(h home, r *rand.Rand) Claim {
	return Claim{Periods: h.live(r), Works: works, Done: done, Before: winter(2, 100), After: winter(2, 100)}
}

// hide takes the temperature, the use or both from a share of days.
func hide(ps []Period, r *rand.Rand, share float64, warm, use bool) []Period {
	ps = slices.Clone(ps)
	for i := range ps {
		if r.Float64() >= share {
			continue
		}
		if warm {
			ps[i].Temps, ps[i].Seen = nil, 0
		}
		if use {
			ps[i].Known, ps[i].Use = false, 0
		}
	}
	return ps
}

// TestKnownSavingLiesWithinItsInterval lives 200 homes that truly save 12 % of what
// they use, and counts how often the interval of 90 % says so.
func TestKnownSavingLiesWithinItsInterval(t *testing.T) {
	s := Default(Daily, true)
	for _, c := range []struct {
		name    string
		missing float64
	}{{"complete", 0}, {"a fifth of the weather missing", 0.2}} {
		t.Run(c.name, func(t *testing.T) {
			within := 0
			const runs = 200
			for seed := range uint64(runs) {
				r := seeded(1000 + seed)
				h := home{base: 3 + 5*r.Float64(), heating: 1 + 2*r.Float64(), point: 14 + 4*r.Float64(), noise: 0.1 + 0.2*r.Float64(), drift: 0.5 * r.Float64()}
				ps := h.live(r)
				var truth float64
				for i, p := range ps {
					if !p.From.Before(works) {
						ps[i].Use *= 0.88
						if !p.From.Before(done) && p.From.Before(done.AddDate(0, 0, 365)) {
							truth += p.Use * 0.12
						}
					}
				}
				base := Baseline(ps, works, s)
				ps = hide(ps, r, c.missing, true, false)
				v := Verify(Claim{Periods: ps, Works: works, Done: done, Before: winter(0, 100), After: winter(0, 100)}, s, contract)
				if v.Bounds == nil {
					t.Fatalf("seed %d: no bounds: %+v", seed, v)
				}
				if v.Bounds.Low <= truth && truth <= v.Bounds.High {
					within++
				}
				if len(base) != 365 {
					t.Fatalf("seed %d: a baseline of %d days", seed, len(base))
				}
			}
			t.Logf("%d of %d", within, runs)
			if within*100 < 85*runs {
				t.Errorf("%d of %d within the interval of 90 %%", within, runs)
			}
		})
	}
}

// TestMissingWeatherWidensTheBoundsAndMovesLittle takes a fifth of the days' weather.
func TestMissingWeatherWidensTheBoundsAndMovesLittle(t *testing.T) {
	s := Default(Daily, true)
	const runs = 50
	for seed := range uint64(runs) {
		h := usual
		h.saved = 0.15
		c := claim(h, seeded(2000+seed))
		all := Verify(c, s, contract)
		if all.Status != household.OK || all.Bounds.Filled != 0 || all.Bounds.Gaps != 0 || all.Bounds.Baseline != 0 {
			t.Fatalf("seed %d: complete, and %s %s %+v", seed, all.Status, all.Reason, all.Bounds)
		}
		near(t, "central", all.Savings.Saved(), all.Bounds.Central)
		near(t, "half the width", all.Savings.Uncertainty.Energy, all.Bounds.Model)
		c.Periods = hide(c.Periods, seeded(3000+seed), 0.2, true, false)
		some := Verify(c, s, contract)
		if some.Status != household.Provisional || some.Reason != MissingData {
			t.Fatalf("seed %d: a fifth missing, and %s %s", seed, some.Status, some.Reason)
		}
		if wide, narrow := some.Bounds.High-some.Bounds.Low, all.Bounds.High-all.Bounds.Low; wide <= narrow {
			t.Errorf("seed %d: bounds of %v from less, of %v from all", seed, wide, narrow)
		}
		if math.Abs(some.Bounds.Central-all.Bounds.Central) > all.Bounds.Model/all.Savings.Uncertainty.T {
			t.Errorf("seed %d: moved from %v to %v, more than the standard error %v", seed, all.Bounds.Central, some.Bounds.Central, all.Bounds.Model/all.Savings.Uncertainty.T)
		}
	}
}

func TestMissingUseIsFilledAndBounded(t *testing.T) {
	s := Default(Daily, true)
	for seed := range uint64(20) {
		h := usual
		h.saved = 0.15
		c := claim(h, seeded(4000+seed))
		all := Verify(c, s, contract)
		ps := slices.Clone(c.Periods)
		for i, p := range ps { // a week in winter, and a month for which no row says anything
			if in(p, 2024, time.January, 8, 15) {
				ps[i].Known = false
			}
		}
		ps = slices.DeleteFunc(ps, func(p Period) bool { return in(p, 2024, time.March, 10, 25) })
		c.Periods = ps
		some := Verify(c, s, contract)
		if some.Status != household.OK || some.Bounds.Filled != 7+15 {
			t.Fatalf("seed %d: %s %s, %+v", seed, some.Status, some.Reason, some.Bounds)
		}
		if some.Bounds.Low > all.Savings.Saved() || some.Bounds.High < all.Savings.Saved() || some.Bounds.Gaps == 0 {
			t.Errorf("seed %d: %+v does not hold %v", seed, some.Bounds, all.Savings.Saved())
		}
	}
}

func in(p Period, year int, m time.Month, from, to int) bool {
	return p.From.Year() == year && p.From.Month() == m && p.From.Day() >= from && p.From.Day() < to
}

// TestSavingByBeingColdIsRefused lets a home save 3 °C of warmth.
func TestSavingByBeingColdIsRefused(t *testing.T) {
	s := Default(Daily, true)
	h := usual
	h.colder = 3
	c := claim(h, seeded(6))
	c.After = winter(60, 100)
	v := Verify(c, s, contract)
	if v.Savings.Saved() <= 0 {
		t.Fatalf("a colder home saves energy: %v", v.Savings.Saved())
	}
	if v.Status != household.NotApplicable || v.Reason != NotComfortable || v.Comfort != Colder {
		t.Errorf("%s %s %s", v.Status, v.Reason, v.Comfort)
	}
	c.After = winter(60, 50)
	if v := Verify(c, s, contract); v.Status != household.OK || v.Comfort != Unseen {
		t.Errorf("without sensors: %s %s %s", v.Status, v.Reason, v.Comfort)
	}
	c.Restricted = true
	if v := Verify(c, s, contract); v.Status != household.NotApplicable || v.Reason != MaybeCold {
		t.Errorf("without sensors, with signs of restriction: %s %s", v.Status, v.Reason)
	}
}

func TestGuardAtItsLimits(t *testing.T) {
	for _, c := range []struct {
		before, after Comfort
		want          Judgement
	}{
		{winter(20, 100), winter(25, 100), Kept}, // exactly five points
		{winter(20, 100), winter(26, 100), Colder},
		{winter(0, 100), winter(9, 100), Kept},    // still small
		{winter(0, 100), winter(10, 100), Colder}, // exactly that is not small
		{winter(5, 100), winter(10, 100), Kept},   // and rose by five
		{winter(0, 75), winter(0, 75), Kept},
		{winter(0, 74), winter(0, 100), Unseen},
		{winter(0, 100), winter(0, 74), Unseen},
		{Comfort{}, Comfort{}, Unseen},
		{kept(20_500, 100), kept(19_500, 100), Kept}, // exactly a degree
		{kept(20_500, 100), kept(19_499, 100), Cooler},
		{kept(19_499, 100), kept(20_500, 100), Kept}, // warmer
		{kept(20_500, 100), kept(17_500, 74), Unseen},
		{kept(20_500, 74), kept(17_500, 100), Unseen},
		{kept(20_500, 100), winter(0, 100), Kept}, // nobody says how warm it was
		{winter(0, 100), kept(17_500, 100), Kept},
	} {
		if got := contract.Judge(c.before, c.after); got != c.want {
			t.Errorf("from %+v to %+v: want %s, got %s", c.before, c.after, c.want, got)
		}
	}
	without := contract
	without.Fall = 0
	if got := without.Judge(kept(22_000, 100), kept(19_000, 100)); got != Kept {
		t.Errorf("by a contract that does not ask: %s", got)
	}
}

// TestSavingByBeingKeptLessWarmIsRefused has a home of 22 °C that is one of 19 °C since: no
// hour is too cold.
func TestSavingByBeingKeptLessWarmIsRefused(t *testing.T) {
	h := usual
	h.colder = 3
	c := claim(h, seeded(6))
	c.Before, c.After = kept(22_000, 100), kept(19_000, 100)
	if v := Verify(c, Default(Daily, true), contract); v.Status != household.NotApplicable || v.Reason != NotComfortable || v.Comfort != Cooler {
		t.Errorf("%s %s %s", v.Status, v.Reason, v.Comfort)
	}
}

func TestVerdictSaysWhyNot(t *testing.T) {
	s := Default(Daily, true)
	for _, c := range []struct {
		name   string
		change func(*Claim)
		status household.Status
		reason string
	}{
		{"nothing", func(c *Claim) { c.Periods = nil }, household.InsufficientData, NoData},
		{"half a year before", func(c *Claim) { c.Periods = c.Periods[200:] }, household.InsufficientData, WrongSpan},
		{"most of the year before missing", func(c *Claim) { c.Periods = hide(c.Periods, seeded(1), 0.6, false, true) }, household.InsufficientData, MissingData},
		{"panels on the roof", func(c *Claim) { c.Periods[100].Use = -3 }, household.Indeterminate, NegativeUse},
		{"nothing after", func(c *Claim) { c.Done = c.Done.AddDate(5, 0, 0) }, household.InsufficientData, NotReported},
		{"little after", func(c *Claim) {
			for i, p := range c.Periods {
				c.Periods[i].Known = p.From.Before(c.Done.AddDate(0, 0, 100))
			}
		}, household.InsufficientData, MissingPeriods},
		{"some after", func(c *Claim) {
			for i, p := range c.Periods {
				c.Periods[i].Known = p.From.Before(c.Done.AddDate(0, 0, 250))
			}
		}, household.Provisional, MissingPeriods},
	} {
		k := claim(usual, seeded(8))
		c.change(&k)
		if v := Verify(k, s, contract); v.Status != c.status || v.Reason != c.reason {
			t.Errorf("%s: want %s %s, got %s %s", c.name, c.status, c.reason, v.Status, v.Reason)
		}
	}
}

// TestBillsAreBoundedToo takes a bill from the year after.
func TestBillsAreBoundedToo(t *testing.T) {
	s := Default(Monthly, true)
	ps := bills(usual.live(seeded(9)), 30)
	c := Claim{Periods: ps, Works: works, Done: done, Before: winter(0, 100), After: winter(0, 100)}
	all := Verify(c, s, contract)
	c.Periods = slices.Clone(ps)
	for i, p := range ps {
		if p.From.After(done.AddDate(0, 3, 0)) {
			c.Periods[i].Known = false
			break
		}
	}
	some := Verify(c, s, contract)
	if all.Status != household.OK || some.Bounds == nil || some.Bounds.Filled != all.Bounds.Filled+1 || some.Bounds.Gaps <= 0 {
		t.Fatalf("%s %s; %+v, of all %+v", all.Status, all.Reason, some.Bounds, all.Bounds)
	}
	if some.Bounds.Low > all.Savings.Saved() || some.Bounds.High < all.Savings.Saved() {
		t.Errorf("%+v does not hold %v", some.Bounds, all.Savings.Saved())
	}
}

func TestDayOfWhatIsKept(t *testing.T) {
	zone := paris(t)
	day, err := energy.ParseDay("2023-10-29")
	if err != nil {
		t.Fatal(err)
	}
	of := 25 * time.Hour
	whole := energy.Coverage{Seen: of, Of: of}
	p := DayOf(day, zone, 12_500_000, whole, household.Weather{Day: day, Mean: -1500, Seen: of, Of: of})
	if p.Use != 12.5 || !p.Known || p.Temps[0] != -1.5 || p.Seen != 1 || p.Days != 1 || p.To.Sub(p.From) != of {
		t.Errorf("a whole day: %+v", p)
	}
	p = DayOf(day, zone, 5_000_000, energy.Coverage{Seen: of / 2, Of: of}, household.Weather{Seen: of/2 - 1, Of: of})
	if p.Use != 10 || p.warm() {
		t.Errorf("half a day: %+v", p)
	}
	if p := DayOf(day, zone, 5_000_000, energy.Coverage{Seen: of/2 - 1, Of: of}, household.Weather{}); p.Known {
		t.Errorf("less than half a day: %+v", p)
	}
	if p := DayOf(day, zone, 0, energy.Coverage{}, household.Weather{}); p.Known || p.warm() {
		t.Errorf("nothing: %+v", p)
	}
}

// TestCaseWithComfortHasTheVerdict reads the guard and the winters as an auditor
// writes them.
func TestCaseWithComfortHasTheVerdict(t *testing.T) {
	const comfort = `"comfort":{"guard":{"rise_points":5,"small_percent":10,"coverage_percent":75%s},` +
		`"before":{"hours_below":100,"hours_seen":5000,"hours":5088%s},"after":{"hours_below":%d,"hours_seen":5000,"hours":5088%s}}`
	ps := usual.live(seeded(12))
	for _, c := range []struct {
		fall, before  string
		below         int
		after         string
		status, judge string
	}{
		{"", "", 499, "", "ok", "kept"},
		{"", "", 500, "", "not_applicable", "colder"},
		{`,"fall_c":1`, `,"coldest_days_c":19.5`, 100, `,"coldest_days_c":18.5`, "ok", "kept"},
		{`,"fall_c":1`, `,"coldest_days_c":19.51`, 100, `,"coldest_days_c":18.5`, "not_applicable", "cooler"},
		{`,"fall_c":1`, "", 100, `,"coldest_days_c":15`, "ok", "kept"},
		{"", `,"coldest_days_c":22`, 100, `,"coldest_days_c":15`, "ok", "kept"},
	} {
		want := VerdictAnswer{Status: c.status, Comfort: c.judge}
		if c.status != "ok" {
			want.Reason = NotComfortable
		}
		text := `{"interpretation":"electricity","frequency":"daily","temperature_unit":"C","baseline":{"requested_end":"2023-10-01T00:00:00Z"},` +
			`"reporting":{"requested_start":"2023-10-15T00:00:00Z"},` + fmt.Sprintf(comfort, c.fall, c.before, c.below, c.after) + `}`
		read, err := ReadCase(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if a := read.Compute(ps); a.Verdict == nil || *a.Verdict != want {
			t.Errorf("%+v: want %+v, got %+v", c, want, a.Verdict)
		}
	}
}
