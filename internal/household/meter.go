package household

import (
	"time"

	"foyer/internal/energy"
)

// A Pilot is one town's use of Foyer: its families share a zone and a climate.
type Pilot struct {
	ID   string // 1 to 32 characters of [a-z0-9-]
	Name string
	Zone string // IANA name, "Europe/Paris"

	// Shared lets each caseworker see every family of the pilot that agreed, and not
	// only those assigned to it.
	Shared bool
}

// A MeterState says what becomes of a meter's readings.
type MeterState string

// The states of a meter.
const (
	Unclaimed MeterState = "unclaimed" // heard of, nobody's yet: readings wait a day
	Claimed   MeterState = "claimed"   // readings are kept
	Ignored   MeterState = "ignored"   // not ours: readings are dropped
	Stopped   MeterState = "stopped"   // its family agreed to nothing now: readings are dropped
)

// A Room is how many meters may be unclaimed.
type Room struct {
	Gateway int // of one gateway
	All     int // in the whole installation
}

// A Role is what a meter measures for its family.
type Role string

// The roles of a meter. An outdoor meter belongs to the pilot, not to a family.
const (
	Electricity Role = "electricity"
	Gas         Role = "gas"
	Water       Role = "water"
	Heat        Role = "heat"
	Indoor      Role = "indoor"
	Outdoor     Role = "outdoor"
)

// Roles lists every role.
var Roles = []Role{Electricity, Gas, Water, Heat, Indoor, Outdoor}

// A Device is a name under which a gateway speaks of a meter.
type Device struct {
	Scheme string // "tasmota", "zigbee2mqtt"
	ID     string
}

// A Meter is a device as the registry knows it.
type Meter struct {
	ID        energy.MeterID
	Gateway   string
	State     MeterState
	Role      Role
	MaxPower  int64     // thousandths of W; 0 when unknown
	FirstSeen time.Time // world clock
	Family    FamilyID  // "" while nobody's, and for an outdoor meter
	From      time.Time // since when the readings are Family's
	Enrolled  time.Time // since when they were anybody's; FirstSeen when they never were
	Kept      time.Time // until when they are kept though State says otherwise: a family's that still agrees
	Zone      string    // IANA name of the pilot's zone
	Devices   []Device
	Last      *energy.Reading // last one kept; nil when there is none
}

// A Publisher is a gateway: what publishes for one or more meters.
type Publisher struct {
	ID    string
	Pilot string
}

// A File is what the registry holds on a family. It has no figure of use.
type File struct {
	Family    Family
	Dwellings []Dwelling
	Contracts []Contract
	Incomes   []Income
	Meters    []Meter
}
