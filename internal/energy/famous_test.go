package energy

import (
	"slices"
	"testing"
	"time"
)

// shown returns readings of a register of whole values in thousandths.
func shown(r Register, from time.Time, step time.Duration, values ...int64) []Reading {
	rs := make([]Reading, len(values))
	for i, v := range values {
		rs[i] = Reading{Meter: "m", Register: r, At: from.Add(time.Duration(i) * step), Value: v}
	}
	return rs
}

const kWh = 1_000_000

// TestFamousBugsOfOthers holds the rules against what went wrong elsewhere.
func TestFamousBugsOfOthers(t *testing.T) {
	import6 := Register("energy_import/total")
	minutes := func(kwh ...float64) []Reading { return every(5*time.Minute, kwh...) }
	long := slices.Concat(
		every(30*time.Minute, slices.Repeat([]float64{77.5}, 48*21)...),
		shift(every(30*time.Minute, 77.6, 77.8), 21*24*time.Hour),
	)
	for name, c := range map[string]struct {
		rs    []Reading
		limit Limit
		want  int64 // thousandths of the base unit
		held  int   // rises that wait for a person
	}{
		// Zero after boot is not consumption: arendst/Tasmota #11053, fairecasoimeme/Zlinky_TIC #285.
		"a zero between":                   {minutes(13423.7, 0, 13423.8), PowerLimit(6), 0.1 * kWh, 0},
		"zero, then the index":             {minutes(0, 514, 514.2), PowerLimit(6), 0.2 * kWh, 0},
		"zero, then the index after a day": {every(24*time.Hour, 0, 514, 517), PowerLimit(0), 3 * kWh, 0},
		"zeros, then the index for hours":  {every(time.Hour, 0, 0, 0, 0, 0, 0, 0, 514, 514.5), PowerLimit(36), 0.5 * kWh, 0},
		"zeros after an update":            {every(time.Hour, 514, 0, 0, 0, 0, 0, 0, 0, 514.5), PowerLimit(36), 0.5 * kWh, 0},
		"zeros of a week, then the index":  {every(6*time.Hour, append(slices.Repeat([]float64{0}, 28), 514, 514.5, 515, 516)...), PowerLimit(9), 2 * kWh, 1},
		"nothing but zeros":                {minutes(0, 0, 0), PowerLimit(6), 0, 0},
		// A clamp at zero of what was negative: mhendriks/P1-Dongel-ESP32.
		"a negative value": {minutes(100, -0.2, 100.2), PowerLimit(6), 0.2 * kWh, 0},
		"a clamped one":    {minutes(100, 0, 0, 0, 0, 100.2), PowerLimit(6), 0.2 * kWh, 0},
		// A reset is no loss, and a spike no use.
		"a reset":                   {minutes(812, 0.2, 0.5, 0.9), PowerLimit(6), 0.7 * kWh, 0},
		"two resets in a row":       {minutes(812, 0.2, 0.5, 0.9, 1.2, 0.1, 0.4, 0.6), PowerLimit(6), 1.5 * kWh, 0},
		"39,000 kWh, and back":      {minutes(100, 39100, 100.1, 100.2), PowerLimit(6), 0.2 * kWh, 0},
		"39,000 kWh that stay":      {minutes(100, 39100, 39100.1, 39100.2, 39100.3), PowerLimit(6), 0.3 * kWh, 1},
		"39,000 kWh that are used":  {minutes(100, 39100, 39100.1, 39100.2), Limit{Rate: 6 * kWh, Used: []time.Time{noon.Add(5 * time.Minute)}}, 39000.2 * kWh, 0},
		"39,000 kWh at the end":     {minutes(100, 100.1, 39100), PowerLimit(6), 0.1 * kWh, 1},
		"a converter's fix, by ten": {minutes(0.66, 0.67, 6.75, 6.76, 6.77, 6.78), PowerLimit(6), 0.04 * kWh, 1},
		// Counters end: six digits of kWh, nine of Wh, five of m3.
		"six digits of kWh":     {minutes(999999, 999999, 0, 0, 1, 1, 1), PowerLimit(6), 2 * kWh, 0},
		"nine digits of Wh":     {minutes(999999.998, 0.003, 0.01, 0.02, 0.03), PowerLimit(6), 0.032 * kWh, 0},
		"five digits of m3":     {shown("water_volume", noon, time.Hour, 99_999_990_000, 20_000, 30_000, 50_000, 60_000), UsualLimit(WaterVolume), 70_000, 0},
		"no end in the middle":  {minutes(5000, 0.2, 0.5, 0.9, 1), PowerLimit(6), 0.8 * kWh, 0},
		"nothing of the unsure": {shown("hca", noon, 24*time.Hour, 900_000, 0, 1000, 2000, 3000), UsualLimit(HeatCostAllocator), 3000, 0},
		// A Shelly counts watt-minutes since it started and forgets them at each power cut.
		"watt-minutes since boot": {
			shown(import6, noon, time.Minute, 5_000_000, 5_010_000, 0, 16_000, 33_000, 50_000, 12_000, 30_000, 41_000),
			PowerLimit(6), 10_000 + 50_000 + 29_000, 0,
		},
		// Of two values with one timestamp one stands, whatever came first.
		"two values at once": {append(minutes(10, 10.5, 11), minutes(10, 10.7)[1]), PowerLimit(6), kWh, 0},
		// The clock goes back: instants do not.
		"a reset in the hour that comes twice": {
			shift(every(10*time.Minute, 50, 50.1, 50.2, 50.3, 50.4, 0.1, 0.2, 0.3, 0.4, 0.5), time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC).Sub(noon)),
			PowerLimit(6), 0.8 * kWh, 0,
		},
		"stands for weeks, then moves": {long, PowerLimit(6), 0.3 * kWh, 0},
	} {
		t.Run(name, func(t *testing.T) {
			slots := around(c.rs[0].At, c.rs[len(c.rs)-1].At)
			backwards := slices.Clone(c.rs)
			slices.Reverse(backwards)
			for order, rs := range map[string][]Reading{"in order": c.rs, "backwards": backwards, "twice": slices.Concat(c.rs, backwards)} {
				used := Usage(rs, c.limit, slots)
				if got := sum(used); got != c.want {
					t.Errorf("%s: %d, want %d", order, got, c.want)
				}
				if got := Doubts(Accept(rs, c.limit)); len(got) != c.held {
					t.Errorf("%s: %d rises are held, want %d: %+v", order, len(got), c.held, got)
				}
				for _, s := range used {
					if s.Energy < 0 || s.Coverage.Seen > s.Coverage.Of {
						t.Errorf("%s: %+v", order, s)
					}
				}
			}
		})
	}
}

// TestWhatIsHeldIsUnknown leaves the time of a rise that nobody decided on unknown,
// and the time of zeros that are no index.
func TestWhatIsHeldIsUnknown(t *testing.T) {
	for name, rs := range map[string][]Reading{
		"held":  every(30*time.Minute, 100, 100.1, 39100, 39100.1, 39100.2, 39100.3),
		"zeros": every(30*time.Minute, 812, 812.1, 0, 5, 5.1, 5.2, 5.3),
	} {
		t.Run(name, func(t *testing.T) {
			slots := Usage(rs, PowerLimit(6), around(noon, rs[len(rs)-1].At.Add(-time.Minute)))
			for i, s := range slots {
				unknown := i == 1 || i == 2 && name == "zeros"
				if s.Known() == unknown {
					t.Errorf("half-hour %d: %+v", i, s)
				}
			}
		})
	}
}
