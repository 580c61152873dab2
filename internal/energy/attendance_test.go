package energy

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"testing/quick"
	"time"
)

// TestAttendanceIsByTheDaysOfTheZone hears a meter each ten minutes over the 25 hours
// of a day in October, without what it said from 23:30 to 01:30.
func TestAttendanceIsByTheDaysOfTheZone(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	day := Day{Year: 2026, Month: 10, Date: 25}
	lost := func(at time.Time) bool {
		return !at.Before(day.Add(1).Start(paris).Add(-30*time.Minute)) && at.Before(day.Add(1).Start(paris).Add(90*time.Minute))
	}
	var at []time.Time
	for x := day.Add(-1).Start(paris); x.Before(day.Add(3).Start(paris)); x = x.Add(10 * time.Minute) {
		if !lost(x) {
			at = append(at, x)
		}
	}
	cadence, days, gaps := Attend(at, day, day.Add(2), day.Add(2).Start(paris), paris)
	if !cadence.Regular || cadence.Every != 10*time.Minute || len(gaps) != 1 || gaps[0].Missing != 12 {
		t.Fatalf("%+v %+v", cadence, gaps)
	}
	want := []Attendance{
		{Day: day, Heard: 147, Missing: 3, Last: day.Add(1).Start(paris).Add(-40 * time.Minute)},
		{Day: day.Add(1), Heard: 135, Missing: 9, Last: day.Add(2).Start(paris).Add(-10 * time.Minute)},
	}
	if !slices.EqualFunc(days, want, func(a, b Attendance) bool {
		return a.Last.Equal(b.Last) && a.Day == b.Day && a.Heard == b.Heard && a.Missing == b.Missing
	}) {
		t.Errorf("%+v, want %+v", days, want)
	}
	if _, days, gaps := Attend(at, day.Add(2), day.Add(3), day.Add(3).Start(paris), paris); len(gaps) != 0 || len(days) != 1 || days[0].Heard != 144 {
		t.Errorf("a day of which nothing is missing: %+v %+v", days, gaps)
	}
	if _, days, gaps := Attend(nil, day, day.Add(1), day.Add(1).Start(paris), paris); len(days)+len(gaps) != 0 {
		t.Errorf("of a meter that never spoke: %+v %+v", days, gaps)
	}
}

// TestWhatIsMissingOnADayAreItsInstants counts what is missing by day, in days that
// gaps begin and end in and reach over.
func TestWhatIsMissingOnADayAreItsInstants(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	property := func(seed uint64) bool {
		random := rand.New(rand.NewPCG(seed, 1))
		every := time.Duration(60_000+random.IntN(3_600_000)) * time.Millisecond
		from := Day{Year: 2026, Month: 10, Date: 23}
		to, at := from.Add(4), from.Add(-1).Start(paris)
		var heard []time.Time
		for at.Before(to.Add(1).Start(paris)) {
			at = at.Add(every + time.Duration(random.IntN(1000))*time.Millisecond)
			if random.IntN(12) == 0 {
				at = at.Add(time.Duration(random.IntN(50)) * every)
			}
			heard = append(heard, at)
		}
		now := heard[len(heard)-1].Add(time.Duration(random.IntN(100)) * every)
		cadence, days, gaps := Attend(heard, from, to, now, paris)
		want, reach := map[Day]int{}, 0
		end := to.Start(paris)
		if now.After(end) {
			now = end
		}
		for _, g := range Gaps(heard, cadence, now) {
			in := 0
			for _, x := range g.Instants() {
				if day := DayOf(x, paris); !day.Before(from) && day.Before(to) {
					want[day]++
					in++
				}
			}
			if in > 0 {
				reach++
			}
		}
		for _, a := range days {
			if a.Missing != want[a.Day] {
				t.Errorf("seed %d, %s: %d missing, want %d", seed, a.Day, a.Missing, want[a.Day])
			}
			delete(want, a.Day)
		}
		for day, n := range want {
			if n > 0 {
				t.Errorf("seed %d, %s: %d missing are not told", seed, day, n)
			}
		}
		return len(gaps) == reach
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

// TestASilenceAfterABurstCostsNothing hears a meter each millisecond for a moment, as
// one seems to speak whose messages say no time and come all at once.
func TestASilenceAfterABurstCostsNothing(t *testing.T) {
	day := Day{Year: 2026, Month: 11, Date: 1}
	start := day.Start(time.UTC)
	var at []time.Time
	for i := range 100 {
		at = append(at, start.Add(time.Duration(i)*time.Millisecond))
	}
	at = append(at, day.Add(80).Start(time.UTC)) // and once more
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, days, _ := Attend(at, day, day.Add(90), day.Add(90).Start(time.UTC), time.UTC)
	runtime.ReadMemStats(&after)
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<20 {
		t.Errorf("allocates %d bytes", bytes)
	}
	if len(days) != 90 {
		t.Fatalf("%d days, want 90", len(days))
	}
	for i, a := range days {
		if all := a.Heard + a.Missing; all < 86_399_999 || all > 86_400_001 {
			t.Errorf("day %d: %+v, want 86,400,000 messages", i, a)
		}
	}
}
