package indicators

import (
	"math"
	"testing"
	"time"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// twoWinters returns a home with works, a year before today, whose rooms had a mean
// temperature by day, in thousandths of °C; 0 where no sensor was there.
func twoWinters(t *testing.T, mean func(d energy.Day, after bool) int64) Input {
	t.Helper()
	in := home(t, "2026-09-01", nil)
	in.From, in.To = in.Today.Add(-YearDays), in.Today
	in.Project = &household.Project{From: in.From, To: in.From}
	for d := in.From.Add(-YearDays); d.Before(in.Today); d = d.Add(1) {
		if v := mean(d, !d.Before(in.From)); v != 0 {
			in.Warmth = append(in.Warmth, WarmthOf(d, []energy.Held{{From: d.Start(in.Zone), To: d.End(in.Zone), Value: v}}))
		}
	}
	return in
}

// seasonal is a home that is kept at 20 °C in the depth of winter, warmer around it.
func seasonal(d energy.Day) int64 {
	day := float64(d.Sub(energy.Day{Year: 2024, Month: time.January, Date: 18}))
	return 20_000 + int64(2_000*(1-math.Cos(2*math.Pi*day/365.25)))
}

func TestGuardSeesHowWarmTheColdestDaysAreKept(t *testing.T) {
	less := func(by int64) func(energy.Day, bool) int64 {
		return func(d energy.Day, after bool) int64 {
			if after {
				return seasonal(d) - by
			}
			return seasonal(d)
		}
	}
	for by, want := range map[int64]caltrack.Judgement{0: caltrack.Kept, 900: caltrack.Kept, 1_100: caltrack.Cooler, 1_900: caltrack.Cooler, -2_000: caltrack.Kept} {
		p := twoWinters(t, less(by)).winters()
		fall, ok := caltrack.Fell(p.before, p.after)
		if got := guard().Judge(p.before, p.after); !ok || got != want || p.before.Below != 0 || fall < by-20 || fall > by+20 || p.days != 183 {
			t.Errorf("%d m°C less: %s, want %s; fell by %d, of %d days", by, got, want, fall, p.days)
		}
	}
}

// A home that is heated as it was and that better walls keep warm in October and April is
// not a warmer home where it is heated, nor does one that is heated less hide behind them.
func TestMildDaysDoNotHideThatAHomeIsHeatedLess(t *testing.T) {
	p := twoWinters(t, func(d energy.Day, after bool) int64 {
		switch v := seasonal(d); {
		case !after:
			return v
		case v < 20_600:
			return v - 1_500
		default:
			return v + 1_500
		}
	}).winters()
	if got := guard().Judge(p.before, p.after); got != caltrack.Cooler {
		t.Errorf("%s, %+v", got, p)
	}
}

// Where the sensor of one winter was away on its coldest days, these days count of neither.
func TestASensorThatWasAwayMakesNoHomeColder(t *testing.T) {
	away := func(afterwards bool) func(energy.Day, bool) int64 {
		return func(d energy.Day, after bool) int64 {
			if after == afterwards && (d.Month == time.January || d.Month == time.February && d.Date < 10) {
				return 0
			}
			return seasonal(d)
		}
	}
	for _, afterwards := range []bool{false, true} {
		p := twoWinters(t, away(afterwards)).winters()
		fall, ok := caltrack.Fell(p.before, p.after)
		if got := guard().Judge(p.before, p.after); !ok || got != caltrack.Kept || fall > 100 || fall < -100 || p.days != 183-40 {
			t.Errorf("away after the works %v: %s, fell by %d, of %d days", afterwards, got, fall, p.days)
		}
	}
}

// A winter that has just begun says nothing of how the home is kept.
func TestFewDaysOfAWinterSayNothingOfHowWarmItIsKept(t *testing.T) {
	in := twoWinters(t, func(d energy.Day, after bool) int64 {
		if after {
			return seasonal(d) - 3_000
		}
		return seasonal(d)
	})
	for today, want := range map[string]bool{"2025-12-12": false, "2025-12-15": true} {
		in.Today = date(t, today)
		p := in.winters()
		if _, ok := caltrack.Fell(p.before, p.after); ok != want {
			t.Errorf("on %s: known %v, of %d days", today, ok, p.days)
		}
	}
}

func TestASavingKeepsWhatTheGuardJudgedBy(t *testing.T) {
	in := twoWinters(t, func(d energy.Day, after bool) int64 {
		if after {
			return seasonal(d) - 1_500
		}
		return seasonal(d)
	})
	d, ok := meteredSavings(in).Detail.(household.Savings)
	c := d.Comfort
	if !ok || c.Judgement != household.Cooler || c.Days != 183 || c.Fall == nil || c.Before.Coldest == nil || c.After.Coldest == nil {
		t.Fatalf("%+v", c)
	}
	if *c.Fall < "1.48" || *c.Fall > "1.52" || *c.Before.Coldest < "20" || *c.After.Coldest >= *c.Before.Coldest {
		t.Errorf("fell by %s, from %s to %s", *c.Fall, *c.Before.Coldest, *c.After.Coldest)
	}
}
