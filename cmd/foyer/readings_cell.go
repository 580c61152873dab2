package main

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// readEnergy reads an amount in kWh or Wh, rounded to thousandths of Wh.
func readEnergy(s string, kWh bool) (int64, bool) {
	s = strings.Map(func(c rune) rune {
		if c == ' ' || c == '\u00a0' || c == '\u202f' { // between thousands
			return -1
		}
		return c
	}, s)
	if !amount.MatchString(s) {
		return 0, false
	}
	d, err := decimal.NewFromString(strings.Replace(s, ",", ".", 1))
	if err != nil {
		return 0, false
	}
	exponent := int32(3)
	if kWh {
		exponent = 6
	}
	return d.Shift(exponent).Round(0).IntPart(), true
}

// readDay reads 2026-01-31 or 31/01/2026.
func readDay(s string) (energy.Day, bool) {
	for _, layout := range []string{time.DateOnly, "02/01/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return energy.DayOf(t, time.UTC), true
		}
	}
	return energy.Day{}, false
}

// readInstant reads an instant, or says what is wrong with it. Without an offset it
// is local time of zone, which on two nights a year is not there or there twice.
func readInstant(s string, zone *time.Location) (time.Time, string) {
	if s == "" {
		return time.Time{}, "the instant is missing"
	}
	if day, ok := readDay(s); ok {
		return day.Start(zone), ""
	}
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return energy.Instant(t), ""
		}
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", "02/01/2006 15:04:05", "02/01/2006 15:04",
	} {
		clock, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		// Every instant that shows this time is found by one of the two offsets in use.
		shows := map[time.Time]bool{}
		for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
			_, offset := clock.Add(near).In(zone).Zone()
			t := clock.Add(-time.Duration(offset) * time.Second)
			if _, got := t.In(zone).Zone(); got == offset {
				shows[energy.Instant(t)] = true
			}
		}
		switch len(shows) {
		case 0:
			return time.Time{}, "the clock jumped over this time; write it with its offset"
		case 1:
			for t := range shows {
				return t, ""
			}
		}
		return time.Time{}, "the clock showed this time twice; write it with its offset: 2026-10-25T02:30:00+01:00"
	}
	return time.Time{}, "not an instant; write 2026-01-31T00:30:00+01:00"
}
