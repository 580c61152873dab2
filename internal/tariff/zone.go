package tariff

import (
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Zone says when a period of a tariff applies, by local civil time. Everything
// it names must hold; what it does not name holds always.
type Zone struct {
	Period   string
	Hours    Hours
	Meter    bool   // the off-peak hours of the meter, which the contract says, instead of Hours
	Season   Season // by the tariff's day, as the following
	Weekdays []time.Weekday
	Holidays bool   // public holidays besides Weekdays
	Colour   string // of the tariff's calendar
}

// bounded reports whether the zone holds only some hours of a day.
func (z Zone) bounded() bool { return z.Meter || !z.Hours.None() }

// falls reports whether the zone holds on a day, colour and hours apart.
func (z Zone) falls(d energy.Day) bool {
	if !z.Season.Holds(d) {
		return false
	}
	if len(z.Weekdays) == 0 && !z.Holidays {
		return true
	}
	return slices.Contains(z.Weekdays, d.Weekday()) || z.Holidays && FrenchHoliday(d)
}

// zones returns when the periods of a tariff apply: of [hp, hc] without zones of
// its own, by the off-peak hours of each meter.
func (t *Tariff) zones() []Zone {
	if len(t.Zones) > 0 {
		return t.Zones
	}
	if len(t.Periods) == 1 {
		return []Zone{{Period: t.Periods[0]}}
	}
	return []Zone{{Period: OffPeak, Meter: true}, {Period: Peak}}
}

// A clock tells the period of a contract at an instant.
type clock struct {
	tariff   *Tariff
	zones    []Zone
	meter    Hours
	calendar *Calendar
	zone     *time.Location
}

func (b *Book) clock(c household.Contract, zone *time.Location) (clock, error) {
	t, err := b.Tariff(c.Tariff)
	if err != nil {
		return clock{}, err
	}
	k := clock{tariff: t, zones: t.zones(), calendar: b.calendars[t.Calendar], zone: zone}
	if k.calendar == nil {
		k.calendar = &Calendar{ID: t.Calendar}
	}
	k.meter, err = ParseHours(c.OffPeak)
	return k, err
}

// minutes adds to of, by period of the tariff, how many of the thirty minutes of
// the half-hour at start each has.
func (k clock) minutes(of []int64, start time.Time) error {
	local := start.In(k.zone)
	m, day := local.Hour()*60+local.Minute(), energy.DayOf(start, k.zone)
	for end := m + int(energy.SlotLength/time.Minute); m < end; {
		period, until, err := k.at(day, m)
		if err != nil {
			return err
		}
		until = min(until, end)
		i := slices.Index(k.tariff.Periods, period)
		if i < 0 {
			return fmt.Errorf("%s: %q: %w", k.tariff.ID, period, ErrNoPeriod)
		}
		of[i] += int64(until - m)
		m = until
	}
	return nil
}

// at returns the period at a minute of a civil day, and until which minute of it
// that may hold.
func (k clock) at(civil energy.Day, m int) (string, int, error) {
	day, until := civil, minutes
	if m < k.tariff.DayFrom {
		day, until = civil.Add(-1), k.tariff.DayFrom
	}
	colour := ""
	for _, z := range k.zones {
		if !z.falls(day) {
			continue
		}
		if z.bounded() {
			hours := z.Hours
			if z.Meter {
				if hours = k.meter; hours.None() {
					return "", 0, fmt.Errorf("%s: %w: give them as 22:00-06:00", k.tariff.ID, ErrNoHours)
				}
			}
			in, next := hours.at(m)
			if until = min(until, next); !in {
				continue
			}
		}
		if z.Colour != "" {
			if colour == "" {
				var err error
				if colour, err = k.calendar.Colour(day); err != nil {
					return "", 0, err
				}
			}
			if z.Colour != colour {
				continue
			}
		}
		return z.Period, until, nil
	}
	return "", 0, fmt.Errorf("%s: no zone holds on %s at %02d:%02d: %w", k.tariff.ID, civil, m/60, m%60, ErrNoPeriod)
}
