package ingest

import (
	"time"

	"foyer/internal/energy"
)

const (
	maxAhead = 5 * time.Minute     // a device's clock may be this far before ours
	maxLate  = 35 * 24 * time.Hour // older waits for a person
)

// A verdict says what becomes of an observation because of its time.
type verdict int

const (
	dated   verdict = iota // it has an instant
	ageless                // a copy of unknown age: it is no reading
	tooOld                 // a person has to look
)

// instant decides when an observation was made, and by whose clock. own is the
// device's own time, zero when it sent none; since is [Meter.Since].
//
// A device's clock is not believed when it is more than 5 minutes ahead of the
// arrival or before the meter was enrolled: then the arrival counts. Lateness
// alone refuses nothing within 35 days.
func instant(own time.Time, m Message, since time.Time) (time.Time, energy.TimeSource, verdict) {
	believed := !own.IsZero() && own.Sub(m.At) <= maxAhead && !own.Before(since)
	switch {
	case believed && m.At.Sub(own) > maxLate && !m.Vouched:
		return time.Time{}, "", tooOld
	case believed:
		return energy.Instant(own), energy.DeviceTime, dated
	case m.Retained:
		return time.Time{}, "", ageless
	default:
		return energy.Instant(m.At), energy.ArrivalTime, dated
	}
}
