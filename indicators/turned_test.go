package indicators

import (
	"testing"

	"foyer/simulators"
)

func TestASeasonTurnsWhereHeatingBeginsAndEnds(t *testing.T) {
	for _, c := range []struct {
		morning             string
		leastRise, mostRise float64 // of the use of a day
		leastFall, mostFall float64
		ahead               int
	}{
		{"2026-07-01", 0, 0, 0, 0, 30},
		{"2026-10-01", 0.4, 1.2, 0, 0, 30},
		{"2026-10-01", 0.3, 0.9, 0, 0, 7},
		{"2027-01-10", 0.02, 0.2, 0, 0.02, 30},
		{"2027-04-10", 0, 0.02, 0.2, 0.5, 30},
	} {
		fall, rise := turned(date(t, c.morning), c.ahead)
		fall, rise = fall/float64(c.ahead), rise/float64(c.ahead)
		if rise < c.leastRise || rise > c.mostRise || fall < c.leastFall || fall > c.mostFall {
			t.Errorf("%s, %d days: falls by %.3f of a day, rises by %.3f", c.morning, c.ahead, fall, rise)
		}
	}
}

// Who was only ever seen in summer is told that the month of October may cost much more,
// and hardly less, than what the summer says.
func TestARangeOfAFirstAutumnReachesUp(t *testing.T) {
	all := home(t, "2026-10-01", nil)
	in := all.on(date(t, "2026-10-01"), date(t, "2026-11-01"))
	in.Days = in.Days[len(in.Days)-100:]
	f, ok := in.forecast()
	if !ok || f.high-f.central < 4*(f.central-f.low) || f.high*10 < f.central*13 {
		t.Errorf("%+v", f)
	}
	july := home(t, "2026-07-10", nil).on(date(t, "2026-07-01"), date(t, "2026-08-01"))
	july.Days = july.Days[len(july.Days)-100:]
	if f, ok := july.forecast(); !ok || f.high-f.central != f.central-f.low {
		t.Errorf("in July: %+v", f)
	}
}

// TestForecastsHoldInAFirstAutumn asks in September and October of homes that are known
// since the spring, without weather: their summer says nothing of what they heat with.
func TestForecastsHoldInAFirstAutumn(t *testing.T) {
	t.Parallel()
	const days = 200
	towns, first := simulatedTowns(4, 8300)
	sum := newTrialSum()
	for _, climate := range []simulators.Climate{{}, {Mean: 16_000, Swing: 7_000, Noise: 2_000}, {Mean: 6_500, Swing: 9_000, Noise: 4_500}} {
		for seed := range uint64(towns) {
			for _, in := range livedIn(t, climate, first+seed, days, mixed(8, days)) {
				in.Weather = nil
				for _, trial := range BackTest(in) {
					if !trial.On.Before(in.Today.Add(-61)) {
						sum.add(trial)
					}
				}
			}
		}
	}
	sum.check(t, TrialDays(), 600)
}
