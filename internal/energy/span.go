package energy

import "time"

// A Span is a stretch of one meter's time in which its readings changed.
type Span struct {
	Meter    MeterID
	From, To time.Time // UTC; From is included, To is not
}

// A Conflict is another value that a register showed at an instant of the same
// device time. The first one stands.
type Conflict struct {
	First  Reading
	Second int64     // thousandths of the base unit
	Seen   time.Time // when the second one was noticed, world clock
}
