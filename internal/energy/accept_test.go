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

var letters = map[Verdict]string{First: "F", Normal: ".", Rollover: "o", Reset: "R", Jump: "J", Glitch: "x", Pending: "?"}

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
		"normal":                            {[]float64{10, 10.1, 10.1, 10.3}, home, "F...", 0.3},
		"zero after boot":                   {[]float64{13423.7, 0, 13423.8}, home, "Fx.", 0.1},
		"two zeros after boot":              {[]float64{13423.7, 0, 0, 13423.8}, home, "Fxx.", 0.1},
		"three zeros after boot":            {[]float64{13423.7, 0, 0, 0, 13423.8}, home, "Fxxx.", 0.1},
		"reset":                             {[]float64{812, 0.2, 0.5, 0.9}, home, "F???", 0},
		"confirmed reset":                   {[]float64{812, 0.2, 0.5, 0.9, 1.0}, home, "FR...", 0.8},
		"reset to zero":                     {[]float64{812, 0, 0.3, 0.4, 0.5, 0.5}, home, "FR....", 0.5},
		"glitch then reset":                 {[]float64{812, 5, 0.2, 0.5, 0.9, 1.0}, home, "FxR...", 0.8},
		"two drops not yet told":            {[]float64{812, 5, 6}, home, "F??", 0},
		"a fall after a drop says glitch":   {[]float64{812, 5, 4}, home, "Fx?", 0},
		"a value too high comes back":       {[]float64{100, 39100, 100.2, 100.3}, home, "Fx..", 0.3},
		"a value too high is held":          {[]float64{100, 39100, 39100.1}, home, "F??", 0},
		"a counter set higher":              {[]float64{100, 39100, 39100.1, 39100.2, 39100.4}, home, "FJ...", 0.4},
		"without a limit anything may rise": {[]float64{100, 39100, 39100.1}, Limit{}, "F..", 39000.1},
		"rollover":                          {[]float64{999999.99, 0.01, 0.02, 0.03, 0.04}, home, "Fo...", 0.05},
		"rollover not yet told":             {[]float64{999999.99, 0.01, 0.02}, home, "F??", 0},
		"no rollover from the middle":       {[]float64{200, 0.15, 0.2, 0.3, 0.4}, home, "FR...", 0.25},
		"equal values":                      {[]float64{5, 5, 5}, home, "F..", 0},
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
		limit := []Limit{{}, PowerLimit(6), {Power: 1<<63 - 1}}[rng.IntN(3)]
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
	at, value := noon.Add(-30*24*time.Hour), rng.Int64N(2_000_000_000)
	for range n {
		switch rng.IntN(60) {
		case 0:
			at = at.Add(time.Duration(rng.IntN(72)) * time.Hour) // away
		case 1:
			value = rng.Int64N(1_000_000) // reset
		case 2:
			value += rng.Int64N(50_000_000_000) // set higher
		}
		at = at.Add(time.Duration(1+rng.IntN(20*60)) * time.Second)
		value += rng.Int64N(300_000)
		shown := value
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

func TestOrderAndDuplicatesChangeNoVerdict(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		rs := history(rng, 80)
		want := Accept(rs, PowerLimit(9))
		again := append(slices.Clone(rs), rs[:40]...)
		rng.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := Accept(again, PowerLimit(9)); !slices.Equal(got, want) {
			t.Fatalf("%v\n%v", verdicts(got), verdicts(want))
		}
	}
}

// TestAStretchDecidesAsTheWholeHistoryDoes takes stretches out of troubled
// histories: once one says it is long enough, it gives the numbers of the whole.
func TestAStretchDecidesAsTheWholeHistoryDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	limit, decided := PowerLimit(9), 0
	for range 2000 {
		rs := history(rng, 300)
		if rng.IntN(4) == 0 {
			limit = Limit{}
		}
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
	limit, told := PowerLimit(9), 0
	for range 1500 {
		whole := history(rng, 300)
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

// around returns the slots from the one that holds from to the one that holds to.
func around(from, to time.Time) []time.Time {
	var slots []time.Time
	for t := from.Truncate(SlotLength); !t.After(to); t = t.Add(SlotLength) {
		slots = append(slots, t)
	}
	return slots
}

func daySlots(t time.Time) []time.Time { return DayOf(t, time.UTC).Slots(time.UTC) }
