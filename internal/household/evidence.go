package household

import (
	"time"

	"foyer/internal/energy"
)

// A Weather is the mean outdoor temperature of one local day.
type Weather struct {
	Day      energy.Day
	Mean     int64 // thousandths of degC
	Seen, Of time.Duration
	Source   WeatherSource // who says so
}

// A Pulse says how a meter speaks whose readings are being collected.
type Pulse struct {
	Meter    energy.MeterID
	Gateway  string
	Role     Role
	Family   FamilyID
	Since    time.Time     // when Family got it
	Last     time.Time     // its last reading, zero when there is none
	Interval time.Duration // median gap between two of its messages, 0 when unknown
}

// An Evidence is what alerts about one family are decided on.
type Evidence struct {
	Family  FamilyID
	Pilot   string
	Zone    *time.Location
	Results map[string][]Result // by indicator; the newest of each day, oldest day first
	Weather []Weather           // oldest day first
	Meters  []Pulse             // of every meter behind a gateway that has one of the family's
	Alerts  []Alert             // running ones, and the last resolved one of each rule; those of the gateways too
}

// A GatewayEvidence is what the incidents of one gateway are decided on.
type GatewayEvidence struct {
	ID     string
	Pilot  string
	Meters []Pulse
	Alerts []Alert // running ones, and the last resolved one of each rule
}
