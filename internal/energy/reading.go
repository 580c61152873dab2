package energy

import (
	"strings"
	"time"
)

// A MeterID is the random opaque name Foyer gives a device at first sight:
// 1 to 64 characters of [a-z0-9-]. It says nothing about the device or its home.
type MeterID string

// A Register is one number of a meter: a quantity and, where the meter has
// several of them, a name: "energy_import/hc", "temperature".
type Register string

// NewRegister names a register. Name is "" where the quantity stands alone.
func NewRegister(q Quantity, name string) Register {
	if name == "" {
		return Register(q)
	}
	return Register(string(q) + "/" + name)
}

// Quantity returns what r measures.
func (r Register) Quantity() Quantity {
	q, _, _ := strings.Cut(string(r), "/")
	return Quantity(q)
}

// Name returns the part after the quantity, "" when there is none.
func (r Register) Name() string {
	_, n, _ := strings.Cut(string(r), "/")
	return n
}

// A Reading is one number one meter showed at one instant.
//
// Meter, Register and At identify a Reading: storing it twice changes nothing,
// so every stage may repeat work after a crash.
type Reading struct {
	Meter    MeterID
	Register Register
	At       time.Time // when the meter showed Value; UTC, milliseconds
	Value    int64     // thousandths of the base unit of Register's quantity
	Source   TimeSource
}

// A TimeSource says whose clock At comes from.
type TimeSource string

// The clocks a reading's instant can come from.
const (
	DeviceTime  TimeSource = "device"  // the device's own, judged plausible
	ArrivalTime TimeSource = "arrival" // the message's arrival: the device sent none, or an implausible one
	Stated      TimeSource = "stated"  // a person's, who read the index off the meter
)

// Instant truncates t to what a Reading keeps: UTC milliseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// An Interval is energy used between two instants, as a bill or a grid operator
// states it. It is never turned into an index.
type Interval struct {
	Meter     MeterID
	Register  Register
	From, To  time.Time // UTC; From is included, To is not
	Energy    int64     // thousandths of the base unit of Register's quantity
	Estimated bool      // the sender says it did not measure it
}
