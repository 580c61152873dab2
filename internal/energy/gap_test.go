package energy

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/quick"
	"time"
)

var gapNoon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// beats returns n instants a step apart.
func beats(n int, step time.Duration) []time.Time {
	all := make([]time.Time, n)
	for i := range all {
		all[i] = gapNoon.Add(time.Duration(i) * step)
	}
	return all
}

// TestTheMissingInstantsAreTheGaps loses messages of a device that keeps its
// cadence, in runs and alone, and shuffles the rest.
func TestTheMissingInstantsAreTheGaps(t *testing.T) {
	property := func(seed uint64) bool {
		random := rand.New(rand.NewPCG(seed, 1))
		all := beats(200, time.Duration(1+random.IntN(600))*time.Second)
		var there, lost []time.Time
		for i := 0; i < len(all); i++ {
			if i > 0 && i < len(all)-1 && random.IntN(40) == 0 {
				run := min(1+random.IntN(20), len(all)-1-i)
				lost = append(lost, all[i:i+run]...)
				i += run
			}
			there = append(there, all[i])
		}
		random.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
		var found []time.Time
		for _, g := range Gaps(append(there, there[0]), CadenceOf(there), time.Time{}) {
			found = append(found, g.Instants()...)
		}
		return slices.EqualFunc(lost, found, time.Time.Equal)
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

// TestLongGapsAreCountedBySubtleCadences loses 700 messages of a device that speaks
// each 10.4 s and states whole seconds, or is late by up to a twentieth.
func TestLongGapsAreCountedBySubtleCadences(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for name, at := range map[string]func(i int) time.Time{
		"whole seconds": func(i int) time.Time {
			return gapNoon.Add(time.Duration(i) * 10_400 * time.Millisecond).Truncate(time.Second)
		},
		"late": func(i int) time.Time {
			return gapNoon.Add(time.Duration(i)*time.Second + time.Duration(random.IntN(50))*time.Millisecond)
		},
	} {
		var there []time.Time
		for i := range 3000 {
			if i < 1000 || i >= 1700 {
				there = append(there, at(i))
			}
		}
		got := Gaps(there, CadenceOf(there), time.Time{})
		if len(got) != 1 || got[0].Missing != 700 {
			t.Errorf("%s: %+v, want 700 missing", name, got)
		}
	}
}

func TestGaps(t *testing.T) {
	minutes := beats(60, time.Minute)
	every := Cadence{Every: time.Minute, Regular: true}
	jitter := slices.Clone(minutes)
	for i := range jitter {
		jitter[i] = jitter[i].Add(time.Duration(i%5) * 4 * time.Second)
	}
	for _, c := range []struct {
		name     string
		instants []time.Time
		now      time.Time
		want     []int // missing messages of each gap
	}{
		{"none", minutes, time.Time{}, nil},
		{"jitter is no gap", jitter, time.Time{}, nil},
		{"one", slices.Concat(minutes[:10], minutes[11:]), time.Time{}, []int{1}},
		{"two apart", slices.Concat(minutes[:10], minutes[11:20], minutes[25:]), time.Time{}, []int{1, 5}},
		{"a message at one and a half is late, not lost", []time.Time{gapNoon, gapNoon.Add(90 * time.Second)}, time.Time{}, nil},
		{"beyond it one is lost", []time.Time{gapNoon, gapNoon.Add(91 * time.Second)}, time.Time{}, []int{1}},
		{"the last one is not due yet", minutes[:10], minutes[9].Add(80 * time.Second), nil},
		{"silence goes on", minutes[:10], minutes[19].Add(time.Second), []int{10}},
		{"nothing ever came", nil, gapNoon, nil},
	} {
		var got []int
		for _, g := range Gaps(c.instants, every, c.now) {
			got = append(got, g.Missing)
			if open := g.To.IsZero(); open && !g.From.Equal(c.instants[len(c.instants)-1]) {
				t.Errorf("%s: an open gap from %v", c.name, g.From)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v missing, want %v", c.name, got, c.want)
		}
	}
}

func TestADeviceThatSpeaksWhenItLikesHasNoGaps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	at, all := gapNoon, []time.Time{}
	for range 300 {
		at = at.Add(time.Duration(random.ExpFloat64() * float64(time.Minute)))
		all = append(all, at)
	}
	if c := CadenceOf(all); c.Regular || Gaps(all, c, at.Add(time.Hour)) != nil {
		t.Errorf("%+v", c)
	}
	if c := CadenceOf(beats(5, time.Minute)); c != (Cadence{}) {
		t.Errorf("five messages tell %+v", c)
	}
}

func TestMessagesAreThoseOfTheRegisterThatSpeaksMost(t *testing.T) {
	var rs []Reading
	for i, at := range beats(20, time.Minute) {
		rs = append(rs, Reading{Register: "energy_import/hc", At: at}, Reading{Register: "energy_import/hp", At: at.Add(300 * time.Millisecond)})
		if i%4 == 0 {
			rs = append(rs, Reading{Register: "apparent_power", At: at})
		}
	}
	var speech Speech
	speech.Hear(rs[:1])
	speech.Hear(rs[1:])
	got := speech.Messages()
	if len(got) != 20 || !got[0].Equal(gapNoon) {
		t.Errorf("%d messages from %v", len(got), got[0])
	}
}

func TestQuartersAddUpToDaysOfEveryZone(t *testing.T) {
	for _, name := range []string{"Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for day := (Day{2026, time.March, 20}); day.Before(Day{2026, time.November, 10}); day = day.Add(1) {
			for _, at := range []time.Time{day.Start(zone), day.End(zone).Add(-time.Millisecond)} {
				if got := DayOf(QuarterOf(at).Start(), zone); got != day {
					t.Fatalf("%v in %s counts for %v", at, name, got)
				}
			}
		}
	}
	if q := QuarterOf(time.UnixMilli(-1)); q != -1 || !q.Start().Equal(time.UnixMilli(-900_000)) {
		t.Error("before 1970:", q)
	}
}
