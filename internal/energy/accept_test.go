package energy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)

// every returns readings of kWh values at equal intervals from noon.
func every(step time.Duration, kwh ...float64) []Reading {
	rs := make([]Reading, len(kwh))
	for i, v := range kwh {
		rs[i] = Reading{Meter: "m", Register: "energy_import/total", At: noon.Add(time.Duration(i) * step), Value: int64(v*1e6 + 0.5)}
	}
	return rs
}

var letters = map[Verdict]string{First: "F", Normal: ".", Rollover: "o", Reset: "R", Jump: "J", Glitch: "x", Unready: "z", Pending: "?"}

func verdicts(js []Judged) string {
	var b strings.Builder
	for _, j := range js {
		b.WriteString(letters[j.Verdict])
	}
	return b.String()
}

func TestNeighboursInTimeDecideWhatAReadingIs(t *testing.T) {
	home := PowerLimit(6)
	for name, c := range map[string]struct {
		kwh   []float64
		limit Limit
		want  string
		rise  float64 // kWh from first to last
	}{
		"normal":                             {[]float64{10, 10.1, 10.1, 10.3}, home, "F...", 0.3},
		"zero after boot":                    {[]float64{13423.7, 0, 13423.8}, home, "Fz.", 0.1},
		"two zeros after boot":               {[]float64{13423.7, 0, 0, 13423.8}, home, "Fzz.", 0.1},
		"three zeros after boot":             {[]float64{13423.7, 0, 0, 0, 13423.8}, home, "Fzzz.", 0.1},
		"many zeros after boot":              {[]float64{13423.7, 0, 0, 0, 0, 0, 0, 13423.8, 13423.9}, home, "Fzzzzzz..", 0.2},
		"zeros of which nobody knows yet":    {[]float64{13423.7, 0, 0, 0, 0}, home, "F????", 0},
		"zero before anything is known":      {[]float64{0, 514, 514.1}, home, "zF.", 0.1},
		"zeros before anything is known":     {[]float64{0, 0, 0, 0, 0, 514, 514.1}, home, "zzzzzF.", 0.1},
		"the same without a limit":           {[]float64{0, 0, 0, 0, 0, 514, 514.1}, Limit{}, "zzzzzF.", 0.1},
		"zeros of a lesser counter":          {[]float64{812, 0, 0, 514, 514.1, 514.2, 514.4}, home, "FzzR...", 0.4},
		"a new counter counts from zero":     {[]float64{0, 0, 0.1, 0.2}, home, "zF..", 0.2},
		"reset":                              {[]float64{812, 0.2, 0.5, 0.9}, home, "FR..", 0.7},
		"reset not yet told":                 {[]float64{812, 0.2, 0.5}, home, "F??", 0},
		"low values that stand are no count": {[]float64{812, 5, 5, 5}, home, "F???", 0},
		"low values that stand, confirmed":   {[]float64{812, 5, 5, 5, 5}, home, "FR...", 0},
		"a rising glitch":                    {[]float64{812, 0.2, 0.5, 0.9, 812.1}, home, "Fxxx.", 0.1},
		"confirmed reset":                    {[]float64{812, 0.2, 0.5, 0.9, 1.0}, home, "FR...", 0.8},
		"two resets in a row":                {[]float64{812, 0.2, 0.5, 0.6, 0.7, 0.1, 0.2, 0.3, 0.4}, home, "FR...R...", 0.8},
		"reset to zero":                      {[]float64{812, 0, 0.3, 0.4, 0.5, 0.5}, home, "FR....", 0.5},
		"reset to zeros":                     {[]float64{812, 0, 0, 0, 0, 0.3, 0.4, 0.5}, home, "FzzzR...", 0.5},
		"glitch then reset":                  {[]float64{812, 5, 0.2, 0.5, 0.9, 1.0}, home, "FxR...", 0.8},
		"two drops not yet told":             {[]float64{812, 5, 6}, home, "F??", 0},
		"a fall after a drop says glitch":    {[]float64{812, 5, 4}, home, "Fx?", 0},
		"a value too high comes back":        {[]float64{100, 39100, 100.2, 100.3}, home, "Fx..", 0.3},
		"a value too high is held":           {[]float64{100, 39100, 39100.1}, home, "F??", 0},
		"a counter set higher":               {[]float64{100, 39100, 39100.1, 39100.2, 39100.4}, home, "FJ...", 0.4},
		"without a limit anything may rise":  {[]float64{100, 39100, 39100.1}, Limit{}, "F..", 39000.1},
		"rollover":                           {[]float64{999999.99, 0.01, 0.02, 0.03, 0.04}, home, "Fo...", 0.05},
		"rollover not yet told":              {[]float64{999999.99, 0.01, 0.02}, home, "F??", 0},
		"no rollover from the middle":        {[]float64{200, 0.15, 0.2, 0.3, 0.4}, home, "FR...", 0.25},
		"equal values":                       {[]float64{5, 5, 5}, home, "F..", 0},
	} {
		t.Run(name, func(t *testing.T) {
			js := Accept(every(5*time.Minute, c.kwh...), c.limit)
			if got := verdicts(js); got != c.want {
				t.Errorf("verdicts %s, want %s", got, c.want)
			}
			var sum int64
			for _, j := range js {
				sum += j.Rise
			}
			if want := int64(c.rise*1e6 + 0.5); sum != want {
				t.Errorf("rise %d, want %d", sum, want)
			}
		})
	}
}

func TestExtremeValuesNeitherPanicNorGiveNegativeEnergy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := []int64{0, 1, -1, wrap - 1, wrap, wrap + 1, extreme, extreme + 1, -extreme, -extreme - 1, 1<<63 - 1, -1 << 63, 5_000_000}
	for range 20_000 {
		rs := make([]Reading, rng.IntN(12))
		for i := range rs {
			rs[i] = Reading{Register: "energy_import/total", At: noon.Add(time.Duration(rng.IntN(50)) * time.Minute), Value: values[rng.IntN(len(values))]}
		}
		limit := []Limit{{}, PowerLimit(6), {Rate: 1<<63 - 1}}[rng.IntN(3)]
		for _, j := range Accept(rs, limit) {
			if j.Rise < 0 || !j.Verdict.Accepted() && j.Rise != 0 {
				t.Fatalf("%v: rise %d of %v", rs, j.Rise, j)
			}
		}
		for _, s := range Usage(rs, limit, daySlots(noon)) {
			if s.Energy < 0 || s.Coverage.Seen > s.Coverage.Of {
				t.Fatalf("%v: slot %+v", rs, s)
			}
		}
	}
}

// history returns a plausible history with every trouble a counter can have.
func history(rng *rand.Rand, n int) []Reading {
	rs := make([]Reading, 0, n)
	at, value, zeros := noon.Add(-30*24*time.Hour), rng.Int64N(2_000_000_000), 0
	if rng.IntN(4) == 0 {
		value = 0
	}
	for range n {
		switch rng.IntN(60) {
		case 0:
			at = at.Add(time.Duration(rng.IntN(72)) * time.Hour) // away
		case 1:
			value = rng.Int64N(1_000_000) // reset
		case 2:
			value += rng.Int64N(50_000_000_000) // set higher
		case 3:
			if rng.IntN(3) == 0 {
				value = 0 // reset, seen at once
			}
		case 4:
			zeros = 1 + rng.IntN(6) // a start
			if rng.IntN(6) == 0 {
				zeros = 10 + rng.IntN(60) // long, of a day or so
			}
		}
		at = at.Add(time.Duration(1+rng.IntN(20*60)) * time.Second)
		value += rng.Int64N(300_000)
		shown := value
		if zeros--; zeros >= 0 {
			at = at.Add(time.Duration(rng.IntN(40)) * time.Minute)
			rs = append(rs, Reading{Register: "energy_import/total", At: Instant(at)})
			continue
		}
		switch rng.IntN(40) {
		case 0:
			shown = 0
		case 1:
			shown = rng.Int64N(value + 1)
		case 2:
			shown += rng.Int64N(40_000_000_000)
		}
		rs = append(rs, Reading{Register: "energy_import/total", At: Instant(at), Value: shown})
	}
	return rs
}

// unsure lets half of all histories be of a device that does not say when it measured,
// wholly or now and then, and what it says arrive together here and there, some of it
// once more.
func unsure(rng *rand.Rand, rs []Reading) []Reading {
	if rng.IntN(2) == 0 {
		return rs
	}
	every := 1 + rng.IntN(2)*rng.IntN(8)
	for i := 0; i < len(rs); i++ {
		if rng.IntN(every) == 0 {
			rs[i].Source = ArrivalTime
		}
		if rng.IntN(15) != 0 {
			continue
		}
		step := time.Duration(1+rng.IntN(8000)) * time.Millisecond
		for j := i + 1; j < min(i+rng.IntN(12), len(rs)); j++ {
			if at := rs[j-1].At.Add(step); at.Before(rs[j].At) {
				rs[j].At = at
			}
			if rng.IntN(3) == 0 {
				rs[j].Value = rs[max(0, j-rng.IntN(10))].Value
			}
		}
	}
	return rs
}

func TestOrderAndDuplicatesChangeNoVerdict(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		rs := unsure(rng, history(rng, 80))
		want := Accept(rs, PowerLimit(9))
		again := append(slices.Clone(rs), rs[:40]...)
		rng.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := Accept(again, PowerLimit(9)); !slices.Equal(got, want) {
			t.Fatalf("%v\n%v", verdicts(got), verdicts(want))
		}
	}
}

// limits returns one of the limits a history can have: none, one, or dated ones
// with what a person said of some of its readings.
func limits(rng *rand.Rand, rs []Reading) Limit {
	switch rng.IntN(4) {
	case 0:
		return Limit{}
	case 1:
		return PowerLimit(9)
	}
	l := PowerLimit(6)
	for _, i := range []int{40, 120, 140, 150, 180} {
		l.Changes = append(l.Changes, RateChange{rs[i+rng.IntN(10)].At.Add(time.Duration(rng.IntN(600)) * time.Second), int64(rng.IntN(4)) * 3_000_000})
	}
	for i := range rs {
		if rng.IntN(30) == 0 {
			l.Used = append(l.Used, rs[i].At)
		}
	}
	return l
}

// TestAStretchDecidesAsTheWholeHistoryDoes takes stretches out of troubled
// histories: once one says it is long enough, it gives the numbers of the whole.
func TestAStretchDecidesAsTheWholeHistoryDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	decided := 0
	for range 2000 {
		rs := unsure(rng, history(rng, 300))
		limit := limits(rng, rs)
		lo, hi := rng.IntN(100), 200+rng.IntN(100)
		slots := around(rs[130+rng.IntN(20)].At, rs[150+rng.IntN(20)].At)
		before, after := Decided(rs[lo:hi], limit, slots[0], slots[len(slots)-1].Add(SlotLength), lo == 0, hi == len(rs))
		if !before || !after {
			continue
		}
		decided++
		whole, part := Usage(rs, limit, slots), Usage(rs[lo:hi], limit, slots)
		if !slices.Equal(whole, part) {
			t.Fatalf("[%d,%d): %v\nwhole %v", lo, hi, part, whole)
		}
	}
	if decided < 1000 {
		t.Errorf("only %d stretches said they were long enough", decided)
	}
}

// TestALateReadingChangesOnlyWhatItReaches adds and takes out readings anywhere
// and compares every slot outside the reach.
func TestALateReadingChangesOnlyWhatItReaches(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	told := 0
	for range 1500 {
		whole := unsure(rng, history(rng, 300))
		limit := limits(rng, whole)
		i := 60 + rng.IntN(180)
		j := i + 1 + rng.IntN(12)
		without := slices.Concat(whole[:i], whole[j:])
		from, okBefore := ReachBack(whole[max(0, i-40):i], limit, i <= 40)
		to, okAfter := ReachOn(whole[j:min(len(whole), j+40)], limit, j+40 >= len(whole))
		if !okBefore || !okAfter {
			continue
		}
		told++
		slots := around(whole[0].At, whole[len(whole)-1].At)
		a, b := Usage(whole, limit, slots), Usage(without, limit, slots)
		for k, s := range slots {
			if outside := !s.Add(SlotLength).After(from) || s.After(to); outside && a[k] != b[k] {
				t.Fatalf("slot %v outside [%v, %v] changed: %v, %v", s, from, to, a[k], b[k])
			}
		}
	}
	if told < 700 {
		t.Errorf("only %d reaches told", told)
	}
}

// rare returns a history of a meter that speaks every hour or three, so that what
// counts as seen depends on its neighbours, and of which every fourth reading is wrong.
func rare(rng *rand.Rand, n int) []Reading {
	rs := make([]Reading, 0, n)
	at, value := noon, rng.Int64N(20_000_000)
	for range n {
		at = at.Add(time.Duration(1+rng.IntN(6)) * 30 * time.Minute)
		value += rng.Int64N(1_000_000)
		shown := value
		switch rng.IntN(12) {
		case 0:
			shown = rng.Int64N(value + 1)
		case 1:
			shown = 0
		case 2:
			shown += rng.Int64N(400_000_000)
		case 3:
			if rng.IntN(2) == 0 {
				value = rng.Int64N(5_000_000)
				shown = value
			}
		}
		rs = append(rs, Reading{Register: "energy_import/total", At: Instant(at), Value: shown})
	}
	return rs
}

// TestReachesAreFarEnough changes everything from a reading on, and everything up to
// one, in histories where each neighbour counts.
func TestReachesAreFarEnough(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	told := 0
	for range 6000 {
		whole, other, limit := unsure(rng, rare(rng, 120)), unsure(rng, rare(rng, 120)), PowerLimit(6)
		i := 40 + rng.IntN(40)
		slots := around(whole[0].At, whole[len(whole)-1].At)
		a := Usage(whole, limit, slots)
		later := slices.DeleteFunc(slices.Clone(other), func(r Reading) bool { return !r.At.After(whole[i-1].At) })
		if from, ok := ReachBack(whole[:i], limit, true); ok {
			told++
			for k, b := range Usage(slices.Concat(whole[:i], later), limit, slots) {
				if !slots[k].Add(SlotLength).After(from) && a[k] != b {
					t.Fatalf("slot %v changed, before %v", slots[k], from)
				}
			}
		}
		j := slices.IndexFunc(whole, func(r Reading) bool { return !r.At.Before(other[i].At) })
		if j < 0 {
			continue
		}
		if to, ok := ReachOn(whole[j:], limit, true); ok {
			told++
			for k, b := range Usage(slices.Concat(other[:i], whole[j:]), limit, slots) {
				if slots[k].After(to) && a[k] != b {
					t.Fatalf("slot %v changed, after %v", slots[k], to)
				}
			}
		}
	}
	if told < 5000 {
		t.Errorf("only %d reaches told", told)
	}
}

// around returns the slots from the one that holds from to the one that holds to.
func around(from, to time.Time) []time.Time {
	var slots []time.Time
	for t := from.Truncate(SlotLength); !t.After(to); t = t.Add(SlotLength) {
		slots = append(slots, t)
	}
	return slots
}

func daySlots(t time.Time) []time.Time { return DayOf(t, time.UTC).Slots(time.UTC) }
