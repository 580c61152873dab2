package energy

import (
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
