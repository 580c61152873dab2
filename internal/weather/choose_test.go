package weather

import (
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// said is what a source says of one day of 24 hours.
func said(kind Kind, place string, hours int) household.Weather {
	return household.Weather{Mean: 5000, Seen: time.Duration(hours) * time.Hour, Of: 24 * time.Hour, Source: household.WeatherSource{Kind: kind, Place: place}}
}

// TestWhoIsBelievedOfADay tries the rule in every order of the sources.
func TestWhoIsBelievedOfADay(t *testing.T) {
	t.Parallel()
	sensor, station, archive := household.OwnSensor, MeteoFrance, OpenMeteo
	for name, c := range map[string]struct {
		offers []household.Weather
		pinned *household.WeatherSource
		want   household.WeatherSource
	}{
		"nobody":                             {nil, nil, household.WeatherSource{}},
		"nothing seen":                       {[]household.Weather{said(sensor, "", 0)}, nil, household.WeatherSource{}},
		"own sensor before a fuller archive": {[]household.Weather{said(sensor, "", 22), said(archive, "45.8,4.8", 24)}, nil, household.WeatherSource{Kind: sensor}},
		"too little of a sensor":             {[]household.Weather{said(sensor, "", 21), said(archive, "45.8,4.8", 24)}, nil, household.WeatherSource{Kind: archive, Place: "45.8,4.8"}},
		"station before archive":             {[]household.Weather{said(archive, "45.8,4.8", 24), said(station, "69029001", 23)}, nil, household.WeatherSource{Kind: station, Place: "69029001"}},
		"nobody whole: who saw most":         {[]household.Weather{said(sensor, "", 3), said(station, "69029001", 9)}, nil, household.WeatherSource{Kind: station, Place: "69029001"}},
		"as much of either":                  {[]household.Weather{said(archive, "45.8,4.8", 9), said(sensor, "", 9)}, nil, household.WeatherSource{Kind: sensor}},
		"two stations":                       {[]household.Weather{said(station, "69029001", 24), said(station, "01089001", 24)}, nil, household.WeatherSource{Kind: station, Place: "01089001"}},
		"pinned":                             {[]household.Weather{said(sensor, "", 24), said(archive, "45.8,4.8", 2)}, &household.WeatherSource{Kind: archive, Place: "45.8,4.8"}, household.WeatherSource{Kind: archive, Place: "45.8,4.8"}},
		"pinned, and says nothing":           {[]household.Weather{said(sensor, "", 24), said(archive, "45.8,4.8", 0)}, &household.WeatherSource{Kind: archive, Place: "45.8,4.8"}, household.WeatherSource{Kind: sensor}},
	} {
		for range 2 {
			if got := Choose(c.offers, c.pinned); got.Source != c.want {
				t.Errorf("%s: %s, want %s", name, got.Source, c.want)
			}
			slices.Reverse(c.offers)
		}
	}
}

// TestTheLastPinOfADayHolds takes pins back, and pins again.
func TestTheLastPinOfADayHolds(t *testing.T) {
	t.Parallel()
	day := energy.Day{Year: 2026, Month: time.March, Date: 1}
	a, b := household.WeatherSource{Kind: MeteoFrance, Place: "1"}, household.WeatherSource{Kind: OpenMeteo, Place: "2"}
	pins := []household.WeatherPin{{From: day, To: day.Add(3), Source: a}, {From: day.Add(1), To: day.Add(2), Source: b}, {From: day.Add(2), To: day.Add(3), Source: a, Undone: true}}
	for n, want := range []*household.WeatherSource{nil, &a, &b, nil, nil} {
		got := Pinned(pins, day.Add(n-1))
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%s: %v, want %v", day.Add(n-1), got, want)
		}
	}
}
