package energy

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func sum(slots []Slot) (n int64) {
	for _, s := range slots {
		n += s.Energy
	}
	return n
}

func TestSlotsAddUpToTheDifferencesOfTheRegister(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		limit := PowerLimit(9)
		rs := history(rng, 100)
		slots := around(rs[0].At, rs[len(rs)-1].At)
		var want int64
		for _, j := range Accept(rs, limit) {
			want += j.Rise
		}
		if got := sum(Usage(rs, limit, slots)); got != want {
			t.Fatalf("slots %d, register %d", got, want)
		}
	}
}

func TestSlotsOfPartOfATimeAreThoseOfTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		rs := history(rng, 60)
		slots := around(rs[0].At, rs[len(rs)-1].At)
		whole := Usage(rs, PowerLimit(9), slots)
		i := rng.IntN(len(slots))
		j := i + rng.IntN(len(slots)-i)
		if part := Usage(rs, PowerLimit(9), slots[i:j]); !slices.Equal(part, whole[i:j]) {
			t.Fatalf("slots %d to %d differ", i, j)
		}
	}
}

func TestRemaindersGoToTheLargestThenTheEarliest(t *testing.T) {
	rs := []Reading{
		{Register: "energy_import/total", At: noon.Add(10 * time.Minute), Value: 0},
		{Register: "energy_import/total", At: noon.Add(130 * time.Minute), Value: 11},
	}
	// 20, 30, 30, 30 and 10 of 120 minutes of 11: 1.83, 2.75, 2.75, 2.75, 0.92.
	var got []int64
	for _, s := range Usage(rs, Limit{}, around(noon, noon.Add(130*time.Minute))) {
		got = append(got, s.Energy)
	}
	if want := []int64{2, 3, 3, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSpreadEqualsTheSlowWay compares with largest remainder as a textbook does it.
func TestSpreadEqualsTheSlowWay(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 3000 {
		a := noon.Add(time.Duration(rng.IntN(3_600_000)) * time.Millisecond)
		b := a.Add(time.Duration(1+rng.IntN(20_000_000)) * time.Millisecond)
		amount := rng.Int64N(5000)
		starts := around(a, b.Add(-time.Millisecond))
		rest := amount
		base, rem := make([]int64, len(starts)), make([]int64, len(starts))
		for i, s := range starts {
			part := amount * overlap(s, s.Add(SlotLength), a, b).Milliseconds()
			base[i], rem[i] = part/b.Sub(a).Milliseconds(), part%b.Sub(a).Milliseconds()
			rest -= base[i]
		}
		for ; rest > 0; rest-- {
			best := 0
			for i := range rem {
				if rem[i] > rem[best] {
					best = i
				}
			}
			base[best]++
			rem[best] = -1
		}
		share := shares(a, b, amount, 0)
		for i, s := range starts {
			if got := share.of(s); got != base[i] {
				t.Fatalf("%d over %v from %v: half-hour %d gets %d, want %d", amount, b.Sub(a), a, i, got, base[i])
			}
		}
	}
}

func TestDaysHaveAsManySlotsAsTheClockSays(t *testing.T) {
	zone := paris(t)
	for day, n := range map[string]int{"2026-03-29": 46, "2026-06-01": 48, "2026-10-25": 50} {
		d, err := ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		rs := []Reading{
			{Register: "energy_import/total", At: d.Start(zone), Value: 0},
			{Register: "energy_import/total", At: d.End(zone), Value: 1_000_003},
		}
		slots := Usage(rs, Limit{}, d.Slots(zone))
		if len(slots) != n || sum(slots) != 1_000_003 {
			t.Errorf("%s: %d slots with %d", day, len(slots), sum(slots))
		}
	}
}

func TestAGapKeepsItsEnergyAndLosesItsCoverage(t *testing.T) {
	rs := slices.Concat(every(30*time.Minute, 0, 1, 2, 3), shift(every(30*time.Minute, 8, 9, 10, 11), 4*time.Hour))
	slots := Usage(rs, Limit{}, around(noon, noon.Add(5*time.Hour)))
	for i, s := range slots {
		gap := i >= 3 && i < 8
		if s.Energy != 1_000_000 && i < 11 || s.Coverage.Estimated != gap || (s.Coverage.Seen == 0) != (gap || i == 11) && i < 11 {
			t.Errorf("slot %d: %+v", i, s)
		}
	}
}

func shift(rs []Reading, d time.Duration) []Reading {
	for i := range rs {
		rs[i].At = rs[i].At.Add(d)
	}
	return rs
}

func TestAMeterThatSpeaksOnceADayIsSeen(t *testing.T) {
	rs := every(24*time.Hour, 0, 10, 20, 31, 40)
	for i, s := range Usage(rs, Limit{}, around(rs[1].At, rs[3].At.Add(-time.Second))) {
		if s.Coverage.Share() != 1 || s.Coverage.Estimated {
			t.Fatalf("slot %d: %+v", i, s)
		}
	}
	missed := slices.Concat(rs[:3], shift(every(24*time.Hour, 60, 70, 80), 5*24*time.Hour))
	if s := Usage(missed, Limit{}, around(missed[2].At, missed[3].At))[5]; s.Coverage.Seen != 0 || !s.Coverage.Estimated {
		t.Errorf("three days away are seen: %+v", s)
	}
}

func TestNothingIsKnownAcrossAReset(t *testing.T) {
	rs := every(30*time.Minute, 800, 801, 0.5, 1.5, 2.5, 3.5)
	slots := Usage(rs, PowerLimit(6), around(noon, noon.Add(150*time.Minute-1)))
	if s := slots[1]; s.Known() {
		t.Errorf("the half-hour of the reset: %+v", s)
	}
	if sum(slots) != 4_000_000 {
		t.Errorf("energy %d", sum(slots))
	}
}

func TestAnUntoldDropIsMarkedUntilItIsTold(t *testing.T) {
	slots := Usage(every(30*time.Minute, 800, 801, 0.5, 1.5), PowerLimit(6), around(noon, noon.Add(2*time.Hour-1)))
	for i, want := range []bool{false, true, true, false} {
		if slots[i].Coverage.Provision != want || i > 0 && slots[i].Energy != 0 {
			t.Errorf("slot %d: %+v", i, slots[i])
		}
	}
}

func TestASampleHoldsUntilTheNextOrNinetyMinutes(t *testing.T) {
	rs := []Reading{
		{Register: "temperature", At: noon, Value: 18_000},
		{Register: "temperature", At: noon.Add(time.Hour), Value: 17_900},
		{Register: "temperature", At: noon.Add(5 * time.Hour), Value: 19_000},
	}
	got := Hold(rs, noon.Add(30*time.Minute), noon.Add(7*time.Hour))
	want := []Held{
		{noon.Add(30 * time.Minute), noon.Add(time.Hour), 18_000},
		{noon.Add(time.Hour), noon.Add(3 * time.Hour), 17_900}, // twice the hour before
		{noon.Add(5 * time.Hour), noon.Add(7 * time.Hour), 19_000},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnePartitionOfAMetersEnergyCounts(t *testing.T) {
	slots := daySlots(noon)
	register := func(name string, step int, energy int64) []Slot {
		out := make([]Slot, len(slots))
		for i, s := range slots {
			out[i] = Slot{Register: NewRegister(EnergyImport, name), Start: s, Coverage: Coverage{Of: SlotLength}}
			if i%step == 0 {
				out[i].Energy, out[i].Coverage.Seen = energy, SlotLength
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		in   [][]Slot
		want []string
	}{
		"hours before total":              {[][]Slot{register("total", 1, 10), register("hp", 1, 6), register("hc", 1, 4)}, []string{"hc", "hp"}},
		"supplier before distributor":     {[][]Slot{register("d01", 1, 10), register("f01", 1, 6), register("f02", 1, 4), register("total", 1, 10), register("f03", 1, 0)}, []string{"f01", "f02"}},
		"total when hours saw too little": {[][]Slot{register("total", 1, 10), register("hp", 4, 6), register("hc", 1, 4)}, []string{"total"}},
		"channels alone":                  {[][]Slot{register("ch1", 1, 10), register("ch2", 1, 1)}, []string{"ch1", "ch2"}},
		"nothing used":                    {[][]Slot{register("f01", 1, 0), register("f02", 1, 0)}, []string{"f01"}},
		"an unknown name alone":           {[][]Slot{register("x", 1, 1), register("y", 1, 1)}, []string{"x"}},
		"nothing known":                   {[][]Slot{register("total", 99, 0)[1:]}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range Once(c.in) {
				got = append(got, s[0].Register.Name())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestImportedIntervalsAddUpAndOverlapOnce(t *testing.T) {
	zone := paris(t)
	day := Day{2026, 10, 25} // 25 hours
	slots := day.Slots(zone)
	var halves []Interval
	for i, s := range slots {
		halves = append(halves, Interval{Register: "energy_import/total", From: s, To: s.Add(SlotLength), Energy: int64(100 + i), Estimated: i == 3})
	}
	month := Interval{Register: "energy_import/total", From: Day{2026, 10, 1}.Start(zone), To: Day{2026, 11, 1}.Start(zone), Energy: 310_000_001}
	total := Interval{Register: "energy_import/total", From: day.Start(zone), To: day.End(zone), Energy: 7_000}
	got := Spread(append(halves, total, month, halves[0]), slots)
	if sum(got) != 50*100+49*25 || got[3].Coverage.Seen != 0 || !got[3].Coverage.Estimated || got[4].Coverage.Share() != 1 {
		t.Errorf("half-hours: %d, %+v", sum(got), got[3:5])
	}
	one := Totals([]Interval{total, month}, zone)
	if len(one) != 1 || one[0].Energy != 7_000 || one[0].Coverage != (Coverage{Seen: 25 * time.Hour, Of: 25 * time.Hour}) {
		t.Errorf("a day's total: %+v", one)
	}
	all := Totals([]Interval{month}, zone)
	var energy int64
	for _, d := range all {
		energy += d.Energy
		if !d.Coverage.Estimated {
			t.Errorf("a day of a month's total looks measured: %+v", d)
		}
	}
	if len(all) != 31 || energy != month.Energy {
		t.Errorf("%d days with %d", len(all), energy)
	}
}

func TestPulseIsTheMedianGap(t *testing.T) {
	rs := every(10*time.Minute, 1, 2, 3, 4, 5)
	rs = append(rs, rs...)
	rs = append(rs, Reading{Register: "power", At: noon.Add(5 * time.Hour)})
	if got := Pulse(rs); got != 10*time.Minute {
		t.Errorf("pulse %v", got)
	}
}

func BenchmarkUsageOfADayAtTenSeconds(b *testing.B) {
	rs := make([]Reading, 8640)
	for i := range rs {
		rs[i] = Reading{Register: "energy_import/total", At: noon.Add(time.Duration(i) * 10 * time.Second), Value: int64(i) * 1500}
	}
	slots := around(rs[0].At, rs[len(rs)-1].At)
	for b.Loop() {
		Usage(rs, PowerLimit(6), slots)
	}
}
