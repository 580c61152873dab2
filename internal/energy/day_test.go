package energy

import (
	"cmp"
	"testing"
	"time"
)

// TestDaysFollowEachOther wants each instant to lie in one day, and each day to begin
// with its first instant, where clocks change at night, at midnight and by half an hour.
func TestDaysFollowEachOther(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "America/Havana", "Atlantic/Azores", "Africa/Cairo", "Asia/Beirut", "America/Asuncion", "UTC",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d, end := (Day{2022, time.January, 1}), (Day{2029, time.January, 1}); d.Before(end); d = d.Add(1) {
			start := d.Start(zone)
			if DayOf(start, zone) != d || DayOf(start.Add(-time.Nanosecond), zone) != d.Add(-1) {
				t.Errorf("%s: %s begins at %s", name, d, start.In(zone))
			}
			if n := len(d.Slots(zone)); n < 46 || n > 50 {
				t.Errorf("%s: %s has %d half-hours", name, d, n)
			}
		}
	}
}

// TestDaysCountAsTheCalendarDoes holds order and distance of days to those of their
// first instants, over leap years and the ends of months.
func TestDaysCountAsTheCalendarDoes(t *testing.T) {
	t.Parallel()
	first := Day{1999, time.December, 30}
	instant := time.Date(1999, time.December, 30, 0, 0, 0, 0, time.UTC)
	for from := range 800 {
		for _, n := range []int{-800, -366, -59, -31, -28, -2, -1, 0, 1, 2, 27, 28, 31, 365, 800} {
			d := first.Add(from)
			e := d.Add(n)
			if want := DayOf(instant.AddDate(0, 0, from+n), time.UTC); e != want {
				t.Fatalf("%s and %d days: got %s, want %s", d, n, e, want)
			}
			if e.Sub(d) != n || e.Compare(d) != cmp.Compare(n, 0) || e.Before(d) != (n < 0) {
				t.Fatalf("from %s to %s: got %d days and order %d", d, e, e.Sub(d), e.Compare(d))
			}
		}
	}
	if none := (Day{}); !none.Before(Day{1, time.January, 1}) || none.Before(none) {
		t.Error("the zero day does not come before all others")
	}
}
