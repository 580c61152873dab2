package energy

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// arrived returns readings of kWh values of a device that says no time, each a step
// after the one before.
func arrived(step time.Duration, kwh ...float64) []Reading {
	rs := every(step, kwh...)
	for i := range rs {
		rs[i].Source = ArrivalTime
	}
	return rs
}

func TestWhatIsSentAgainWithoutATimeIsNoUse(t *testing.T) {
	minutes := func(kwh ...float64) []Reading { return arrived(5*time.Minute, kwh...) }
	after := func(rs []Reading, gap, step time.Duration, kwh ...float64) []Reading {
		last := rs[len(rs)-1].At
		return slices.Concat(rs, shift(arrived(step, kwh...), last.Add(gap).Sub(noon)))
	}
	day := minutes(50, 50.2, 50.4, 50.6, 50.8, 51, 51.2)
	for name, c := range map[string]struct {
		rs   []Reading
		want int64
	}{
		"in order":            {day, 1.2 * kWh},
		"once more, at once":  {after(day, 20*time.Second, time.Millisecond, 50.2, 50.4, 50.6, 50.8, 51, 51.2), 1.2 * kWh},
		"once more, in a row": {after(day, 20*time.Second, 9*time.Second, 50.2, 50.4, 50.6, 50.8, 51, 51.2), 1.2 * kWh},
		"some once more, then on": {
			after(after(day, 20*time.Second, time.Millisecond, 50.2, 50.4, 50.6, 50.8), 5*time.Minute, 5*time.Minute, 51.4, 51.6, 51.8), 1.8 * kWh,
		},
		"in any order":           {arrived(300*time.Millisecond, 50.4, 50.2, 51.2, 50, 50.8, 50.6, 51), 1.2 * kWh},
		"late, among the newest": {minutes(50, 50.2, 49.1, 50.4, 49.3, 50.6, 49.5, 50.8), 0.8 * kWh},
		"a reset":                {minutes(812, 0.2, 0.5, 0.9), 0.7 * kWh},
		"a reset that comes all at once with what was before": {
			after(arrived(time.Second, 811.9, 812, 0.2), 5*time.Minute, 5*time.Minute, 0.3, 0.5, 0.9), 0.7 * kWh,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sum(Usage(c.rs, PowerLimit(6), around(c.rs[0].At, c.rs[len(c.rs)-1].At))); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
			if got := Doubts(Accept(c.rs, PowerLimit(6))); len(got) != 0 {
				t.Errorf("a person is asked: %+v", got)
			}
		})
	}
}

// A device that says when it measured was there when it says: what falls within a
// second fell.
func TestTheOrderOfADevicesOwnClockStands(t *testing.T) {
	rs := every(time.Second, 10, 10.2, 10.1, 10.3)
	for i := range rs {
		rs[i].Source = DeviceTime
	}
	if got := verdicts(Accept(rs, PowerLimit(6))); got != "F.x." {
		t.Error(got)
	}
}

// flurry returns what a device without a time of its own says, much of it at once and
// some of it again.
func flurry(rng *rand.Rand, n int) []Reading {
	rs := make([]Reading, 0, n)
	at, value := noon, int64(kWh)
	for len(rs) < n {
		steps := []time.Duration{time.Millisecond, time.Second, 9 * time.Second, 25 * time.Second, 5 * time.Minute}
		step := steps[rng.IntN(len(steps))]
		for range 1 + rng.IntN(8) {
			at = at.Add(1 + time.Duration(rng.Int64N(int64(step)))).Truncate(time.Millisecond).Add(time.Millisecond)
			shown := value
			switch rng.IntN(6) {
			case 0:
				if len(rs) > 0 {
					shown = rs[max(0, len(rs)-1-rng.IntN(12))].Value
				}
			case 1:
				value = rng.Int64N(value + 1)
			default:
				value += rng.Int64N(kWh / 2)
			}
			rs = append(rs, Reading{Register: "energy_import/total", At: at, Value: shown, Source: ArrivalTime})
		}
	}
	return rs
}

// TestWhatIsSureIsSoWhateverElseArrives cuts such histories anywhere and wants what is
// called sure of a part to be accepted of the whole.
func TestWhatIsSureIsSoWhateverElseArrives(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	limit, told := PowerLimit(6), 0
	for range 5000 {
		whole := flurry(rng, 40)
		kept := accepted(Accept(whole, limit))
		is := func(j Judged) bool {
			return slices.ContainsFunc(kept, func(k Judged) bool { return k.Reading == j.Reading })
		}
		cut := 1 + rng.IntN(len(whole)-1)
		begin, end := surely(whole[:cut], limit, true, false), surely(whole[cut:], limit, false, true)
		told += len(begin) + len(end)
		for _, j := range slices.Concat(begin, end) {
			if !is(j) {
				t.Fatalf("cut at %d of %v: %v is called sure", cut, whole, j)
			}
		}
		for i, j := range begin {
			if kept[i].Reading != j.Reading || kept[i].Rise != j.Rise {
				t.Fatalf("cut at %d of %v: %v, of the whole %v", cut, whole, j, kept[i])
			}
		}
	}
	if told < 35_000 {
		t.Errorf("only %d readings were called sure", told)
	}
}
