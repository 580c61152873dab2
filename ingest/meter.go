package ingest

import (
	"context"
	"time"

	"foyer/internal/energy"
)

// A DeviceRef is what a message says of where it comes from.
type DeviceRef struct {
	Gateway string
	Scheme  string    // naming world of ID: "tasmota", "zigbee2mqtt"
	ID      string    // unique behind one gateway within the scheme
	Aliases []string  // other ids of the same device in the same scheme
	Own     string    // the one of ID and Aliases that the hardware was made with; "" when none is
	Heard   time.Time // when the message arrived: a meter that it is the first of was seen then
}

// A MeterState says what becomes of a meter's readings.
type MeterState string

// The states of a meter.
const (
	Unclaimed MeterState = "unclaimed" // nobody's yet: readings wait 24 hours
	Claimed   MeterState = "claimed"   // readings are kept
	Ignored   MeterState = "ignored"   // readings are dropped
	Stopped   MeterState = "stopped"   // nobody agreed to collect them: readings are dropped
)

// fate returns what becomes of readings of a meter that are not kept.
func (s MeterState) fate() energy.Fate {
	if s == Stopped {
		return energy.FateStopped
	}
	return energy.FateIgnored
}

// A Meter is what ingest may know of a device: nothing about people.
type Meter struct {
	ID       energy.MeterID
	State    MeterState
	Zone     *time.Location // of zone-less device times
	Since    time.Time      // a device's own instant before this is not believed; zero: any is
	MaxPower int64          // thousandths of W; 0 when unknown
	Kept     time.Time      // readings from before are kept whatever State says; zero: none are
}

// keeps reports whether a reading of that instant is kept or waits. Of a meter that is
// nobody's now, those are that have a time from before Kept.
func (m Meter) keeps(at time.Time, v verdict) bool {
	gone := m.State == Ignored || m.State == Stopped
	return !gone || v == dated && at.Before(m.Kept)
}

// Meters knows devices.
type Meters interface {
	// Lookup returns the meter behind a device and takes it in as unclaimed at
	// first sight. It answers from memory for devices it has met.
	Lookup(ctx context.Context, ref DeviceRef) (Meter, error)

	// State returns what becomes of a meter's readings now, [Ignored] for one that
	// it does not know. Those from before kept are kept whatever it is: the meter was
	// somebody's then who agrees.
	State(ctx context.Context, id energy.MeterID) (state MeterState, kept time.Time, err error)
}
