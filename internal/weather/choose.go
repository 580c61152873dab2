package weather

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Choose returns who is believed of a day among several who say something of it.
//
// Whoever a person pinned, if it says anything of the day. Else of those who saw at
// least nine tenths of it the pilot's own sensors, before a station, before an archive
// on a grid. Where nobody saw as much, who saw most; of those who saw as much, in the
// same order. What remains is decided by the name of the place, so that the order in
// which sources came says nothing.
//
// Source: nine tenths by CalTRACK 2.0, 2.2.3.2; the order is a convention: what was
// measured where the homes are before what was measured elsewhere, before what was
// computed.
func Choose(offers []household.Weather, pinned *household.WeatherSource) household.Weather {
	var best household.Weather
	for _, o := range offers {
		if o.Seen > 0 && (best.Seen == 0 || better(o, best, pinned)) {
			best = o
		}
	}
	return best
}

func better(a, b household.Weather, pinned *household.WeatherSource) bool {
	if pinned != nil && (a.Source == *pinned) != (b.Source == *pinned) {
		return a.Source == *pinned
	}
	if Whole(a) != Whole(b) {
		return Whole(a)
	}
	// Of one day: how much of it was seen compares as it is.
	if !Whole(a) && a.Seen != b.Seen {
		return a.Seen > b.Seen
	}
	if ranks[a.Source.Kind] != ranks[b.Source.Kind] {
		return ranks[a.Source.Kind] < ranks[b.Source.Kind]
	}
	return a.Source.Place < b.Source.Place
}

var ranks = map[Kind]int{household.OwnSensor: 0, MeteoFrance: 1, OpenMeteo: 2}

// Whole reports whether nine tenths of a day were seen.
func Whole(w household.Weather) bool { return w.Seen > 0 && w.Seen >= w.Of-w.Of/10 }

// Pinned returns whom a person believes of a day, by pins in the order in which they
// were said; nil when nobody.
func Pinned(pins []household.WeatherPin, d energy.Day) *household.WeatherSource {
	var source *household.WeatherSource
	for _, p := range pins {
		if d.Before(p.From) || !d.Before(p.To) {
			continue
		}
		source = &p.Source
		if p.Undone {
			source = nil
		}
	}
	return source
}

// Import returns what is kept of a series for a pilot: its local days, and its hours.
func (s Series) Import(pilot string, zone *time.Location, at time.Time) household.WeatherImport {
	x := household.WeatherImport{
		Pilot: pilot, Source: household.WeatherSource{Kind: s.Source.Kind, Place: s.Source.Place}, Name: s.Source.Name, Measure: s.Source.Measure,
		Licence: s.Source.Licence, Digest: s.Source.Digest, Left: s.Source.Left, At: at, Days: s.Days(zone), Held: s.Held,
	}
	for i := range x.Days {
		x.Days[i].Source = x.Source
	}
	return x
}
