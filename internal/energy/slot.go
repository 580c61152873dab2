package energy

import (
	"cmp"
	"time"
)

// SlotLength is the length of a slot.
const SlotLength = 30 * time.Minute

// A Slot is the energy of one register in one local half-hour.
type Slot struct {
	Register Register
	Start    time.Time // UTC; a multiple of 30 minutes of local civil time
	Energy   int64     // thousandths of the base unit
	Coverage Coverage
}

// A Coverage says how much of a period was seen. Its zero value saw nothing.
type Coverage struct {
	Seen      time.Duration // time inside intervals short enough to count as seen
	Of        time.Duration // length of the period
	Estimated bool          // some part comes from a total somebody else estimated
	Provision bool          // a drop is not yet known to be a glitch or a reset
}

// Share returns Seen over Of, between 0 and 1; 0 for an empty period.
func (c Coverage) Share() float64 {
	if c.Of <= 0 {
		return 0
	}
	return float64(c.Seen) / float64(c.Of)
}

// Add returns the coverage of two periods taken together.
func (c Coverage) Add(d Coverage) Coverage {
	return Coverage{c.Seen + d.Seen, c.Of + d.Of, c.Estimated || d.Estimated, c.Provision || d.Provision}
}

// A Day is a civil date in the pilot's zone, one that the calendar has; the zero Day
// comes before all of them.
type Day struct {
	Year  int
	Month time.Month
	Date  int
}

// DayOf returns the civil date of t in zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{y, m, d}
}

// ParseDay reads "2026-11-25".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, err
	}
	return DayOf(t, time.UTC), nil
}

// String returns the date as "2026-11-25".
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// Start returns the first instant of d in zone, in UTC.
func (d Day) Start(zone *time.Location) time.Time {
	start := time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, zone)
	if start.Day() != d.utc().Day() { // a clock that goes on at midnight: the day begins when it did
		_, start = start.ZoneBounds()
	}
	return start.UTC()
}

// End returns the first instant of the day after d in zone, in UTC.
func (d Day) End(zone *time.Location) time.Time { return d.Add(1).Start(zone) }

// Add returns the date n days after d; n may be negative.
func (d Day) Add(n int) Day {
	if date := d.Date + n; d.Date > 0 && date > 0 && date <= 28 { // of every month
		return Day{d.Year, d.Month, date}
	}
	return DayOf(d.utc().AddDate(0, 0, n), time.UTC)
}

// Compare returns -1 when d comes before e, 1 when it comes after, and 0 when they are
// the same.
func (d Day) Compare(e Day) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Date, e.Date))
}

// Before reports whether d comes before e.
func (d Day) Before(e Day) bool { return d.Compare(e) < 0 }

// Sub returns the number of days from e to d.
func (d Day) Sub(e Day) int {
	const seconds = 24 * 60 * 60
	return int((d.utc().Unix() - e.utc().Unix()) / seconds)
}

// Weekday returns the day of the week of d.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Slots returns the starts of the half-hours of d in zone: 46, 48 or 50.
func (d Day) Slots(zone *time.Location) []time.Time {
	end := d.End(zone)
	var starts []time.Time
	for t := d.Start(zone); t.Before(end); t = t.Add(SlotLength) {
		starts = append(starts, t)
	}
	return starts
}

func (d Day) utc() time.Time { return time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC) }
