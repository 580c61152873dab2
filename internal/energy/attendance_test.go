package energy

import (
	"slices"
	"testing"
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
