package household

import (
	"time"

	"foyer/internal/energy"
)

// A WeatherKind is a way to learn outdoor temperatures.
type WeatherKind string

// The kinds of sources. An archive is computed on a grid, for no place in particular.
const (
	OwnSensor   WeatherKind = "sensor" // outdoor meters of the pilot
	MeteoFrance WeatherKind = "meteo_france"
	OpenMeteo   WeatherKind = "open_meteo"
)

// A WeatherSource names who says how warm it was: "sensor" without a place, else the
// number of a station or the point of a grid.
type WeatherSource struct {
	Kind  WeatherKind
	Place string
}

// String returns "sensor", "meteo_france:01089001" or "open_meteo:45.8,4.8".
func (s WeatherSource) String() string {
	if s.Place == "" {
		return string(s.Kind)
	}
	return string(s.Kind) + ":" + s.Place
}

// A WeatherImport is what one source was read to say for a pilot, at one time. It is
// never changed; what is read later of the same source and day holds instead.
type WeatherImport struct {
	ID      int64
	Pilot   string
	Source  WeatherSource
	Name    string // of the station
	Measure string // "T", "TM", "temperature_2m"
	Licence string
	Digest  string // SHA-256 of what was read, in hexadecimal
	Left    int    // values left out because the source doubts them
	At      time.Time
	Days    []Weather     // in order
	Held    []energy.Held // what it says for how long, in order: hours, or UTC days
}

// A WeatherPin says that a source holds for some days of a pilot whatever others say,
// or takes that back. Pins are only ever added; the last of a day holds.
type WeatherPin struct {
	ID       int64
	Pilot    string
	From, To energy.Day // To is not included
	Source   WeatherSource
	Undone   bool
	By, Why  string
	At       time.Time
}

// A Climate is what a pass finds out about the weather of a pilot.
type Climate struct {
	Pilot   string
	At      time.Time  // world clock
	Today   energy.Day // the day that runs
	Sensed  []Weather  // what the pilot's sensors say of days that were looked at
	Chosen  []Weather  // who is believed of these days; nothing seen: nobody says anything
	Pulses  map[energy.MeterID]time.Duration
	Handled []int64 // marks of sensors that this deals with
	Dealt   []int64 // marks of days likewise
}

// A StaleWeather is a mark of days of a pilot whose weather has to be chosen again.
type StaleWeather struct {
	ID       int64
	Pilot    string
	Zone     *time.Location
	From, To energy.Day // To is not included
}
