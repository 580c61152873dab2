package energy

import "time"

// A Clock says how a device's clock goes, as far as its messages tell. Nothing is
// corrected because of it: a person looks at the device.
type Clock string

// How a clock goes. "" is not known yet, or none.
const (
	ClockGood       Clock = "good"        // within 5 minutes of the arrival
	ClockAhead      Clock = "ahead"       // more than 5 minutes before the arrival, which counts instead
	ClockHourAhead  Clock = "hour_ahead"  // ahead by an hour: summer time in winter, or a wrong zone
	ClockBehind     Clock = "behind"      // always the same time behind, or its messages are always as late
	ClockHourBehind Clock = "hour_behind" // behind by an hour: winter time in summer, or a wrong zone
	ClockUnset      Clock = "unset"       // before the year 2000: the device started and nobody told it the time
)

// Clocks lists how a clock can go.
var Clocks = []Clock{ClockGood, ClockAhead, ClockHourAhead, ClockBehind, ClockHourBehind, ClockUnset}

// A Health is what the messages of a meter say of the device.
type Health struct {
	Meter   MeterID
	Dialect string // of its last message, "tasmota_energy/sensor"
	Clock   Clock
	Offset  time.Duration // of the clock before the arrival at Seen, below 0 behind; 0 while Clock is ""
	Since   time.Time     // of this Clock, world clock; zero while it is ""
	Seen    time.Time     // the last message, world clock; up to an hour old
}
