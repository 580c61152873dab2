package caltrack

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A Scale is a unit of temperature.
type Scale string

// The scales of temperatures.
const (
	Celsius    Scale = "C"
	Fahrenheit Scale = "F"
)

// in converts a temperature to another scale.
func (s Scale) in(to Scale, t float64) float64 {
	switch {
	case s == Celsius && to == Fahrenheit:
		return 32 + 1.8*t
	case s == Fahrenheit && to == Celsius:
		return (t - 32) / 1.8
	}
	return t
}

// An Hour is the mean temperature of the hour that begins at an instant.
type Hour struct {
	Start time.Time
	Temp  float64
}

// ReadHours reads hourly temperatures: a column hour_start_utc, and temp_C or temp_F
// that names their unit. An hour with an empty temperature is left out. The hours are
// in order of time.
func ReadHours(r io.Reader) ([]Hour, Scale, error) {
	t, err := openTable("temperature", r, "hour_start_utc")
	if err != nil {
		return nil, "", err
	}
	scale, column := Celsius, "temp_c"
	switch c, f := t.has("temp_c"), t.has("temp_f"); {
	case c == f:
		return nil, "", errors.New("temperature: want one column temp_C or temp_F")
	case f:
		scale, column = Fahrenheit, "temp_f"
	}
	var hours []Hour
	for {
		more, err := t.next()
		if err != nil {
			return nil, "", err
		}
		if !more {
			break
		}
		at, err := t.time("hour_start_utc")
		if err != nil {
			return nil, "", err
		}
		v, ok, err := t.number(column)
		if err != nil {
			return nil, "", err
		}
		if ok {
			hours = append(hours, Hour{at, v})
		}
	}
	slices.SortStableFunc(hours, func(a, b Hour) int { return a.Start.Compare(b.Start) })
	for i := 1; i < len(hours); i++ {
		if hours[i].Start.Equal(hours[i-1].Start) {
			return nil, "", fmt.Errorf("temperature: two rows for the hour %s; keep one", hours[i].Start.Format(time.RFC3339))
		}
	}
	return hours, scale, nil
}

// warmed returns the period with the mean temperatures of its local days from hours
// in order of time. A day of which half of the hours or fewer have one has none.
//
// Source: CalTRACK 2.0, 2.2.2.3 and 3.3.
func (p Period) warmed(hours []Hour, zone *time.Location) Period {
	p.Temps, p.Seen = nil, 0
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(hours, t, func(h Hour, t time.Time) int { return h.Start.Compare(t) })
		return i
	}
	if p.From.Before(p.To) {
		p.Seen = min(float64(at(p.To)-at(p.From))/p.To.Sub(p.From).Hours(), 1)
	}
	for n := 0; ; n++ {
		from, to := step(p.From, n, zone), step(p.From, n+1, zone)
		if !from.Before(p.To) {
			return p
		}
		first, last := at(from), at(earlier(to, p.To))
		if float64(last-first) <= to.Sub(from).Hours()/2 {
			continue
		}
		var sum float64
		for _, h := range hours[first:last] {
			sum += h.Temp
		}
		p.Temps = append(p.Temps, sum/float64(last-first))
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
