package weather

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Source says where temperatures come from.
type Source struct {
	Kind    Kind   `json:"kind"`
	Place   string `json:"place"`          // number of the station, or "48.9,2.3"
	Name    string `json:"name,omitempty"` // of the station
	Measure string `json:"measure"`        // what was read: "T", "TM", "TNTXM", "temperature_2m"
	Licence string `json:"licence"`
	Digest  string `json:"sha256"`          // of what was read, in hexadecimal
	Left    int    `json:"doubtful_values"` // left out because the source doubts them
}

// A Kind is a way to learn temperatures.
type Kind = household.WeatherKind

// The kinds of sources that are read here; outdoor sensors come over MQTT.
const (
	MeteoFrance = household.MeteoFrance
	OpenMeteo   = household.OpenMeteo
)

// A Series is what one source says of one place.
type Series struct {
	Source Source
	Held   []energy.Held // thousandths of degC, in order of time, none overlapping
}

// Days returns each local day of which the series knows something, in order.
func (s Series) Days(zone *time.Location) []household.Weather {
	var all []household.Weather
	for i := 0; i < len(s.Held); {
		day := energy.DayOf(s.Held[i].From, zone)
		if n := len(all); n > 0 && !all[n-1].Day.Before(day) {
			day = all[n-1].Day.Add(1) // what is held crosses midnight
		}
		start, end := day.Start(zone), day.End(zone)
		var of []energy.Held
		for _, h := range s.Held[i:] {
			if !h.From.Before(end) {
				break
			}
			of = append(of, cut(h, start, end))
		}
		all = append(all, Mean(day, zone, of))
		for i < len(s.Held) && !s.Held[i].To.After(end) {
			i++
		}
	}
	return all
}

// cut returns the part of h in [from, to).
func cut(h energy.Held, from, to time.Time) energy.Held {
	if h.From.Before(from) {
		h.From = from
	}
	if h.To.After(to) {
		h.To = to
	}
	return h
}

// Mean returns the mean of a day over the time for which it is known, rounded
// half up; nothing is seen of a day of which nothing is known.
func Mean(day energy.Day, zone *time.Location, held []energy.Held) household.Weather {
	w := household.Weather{Day: day, Of: day.End(zone).Sub(day.Start(zone))}
	var sum, length int64
	for _, h := range held {
		ms := h.To.Sub(h.From).Milliseconds()
		sum, length = sum+ms*h.Value, length+ms
	}
	if length == 0 {
		return w
	}
	w.Seen, w.Mean = time.Duration(length)*time.Millisecond, (2*sum+length)/(2*length)
	if 2*sum+length < 0 && (2*sum+length)%(2*length) != 0 {
		w.Mean-- // towards minus infinity, so that halves go up below zero too
	}
	return w
}

// DegreeDays are those of some days. A day of which less than half was seen has none
// and is missing.
type DegreeDays struct {
	Heating, Cooling int64 // thousandths of a degree day
	Known, Missing   int   // days
}

// DegreeDaysOf returns the degree days of the days in [from, to) by their mean, from
// weather in order of days, below and above a base in thousandths of degC.
//
// Source: CalTRACK 2.0, 2.2.2.3, 3.3.4 and 3.3.5.
func DegreeDaysOf(ws []household.Weather, from, to energy.Day, base int64) DegreeDays {
	d := DegreeDays{Missing: max(to.Sub(from), 0)}
	for _, w := range ws {
		if w.Day.Before(from) || !w.Day.Before(to) || w.Seen == 0 || w.Seen < w.Of-w.Seen {
			continue
		}
		d.Known, d.Missing = d.Known+1, d.Missing-1
		d.Heating += max(base-w.Mean, 0)
		d.Cooling += max(w.Mean-base, 0)
	}
	return d
}
