package energy

import (
	"math"
	"math/bits"
	"time"
)

// A Limit is what a counter can do between two readings.
type Limit struct {
	// Power is the most the register can carry, in thousandths of W: the
	// subscribed power. 0 means unknown: no rise is too steep.
	Power int64
}

// The margin over the subscribed power, and the slack of one coarse display step
// and of messages that arrive in a burst: half as much again, and 1 kWh.
const (
	marginNum, marginDen = 3, 2
	slack                = 1_000_000 // thousandths of Wh
)

// wrap is what a nine-digit counter of Wh shows before it starts again at zero,
// in thousandths. A six-digit counter of kWh wraps at the same energy.
const wrap = 1_000_000_000_000

// usualPower stands in for an unknown limit where a rollover must be told from a
// reset: 36 kVA, the largest subscription of a home in France.
const usualPower = 36_000_000

// allows reports whether a counter can rise by rise, at least 0, within d.
func (l Limit) allows(rise int64, d time.Duration) bool {
	return l.Power <= 0 || rise <= most(l.Power, d)
}

// most returns the largest rise in thousandths of Wh that power explains over d.
func most(power int64, d time.Duration) int64 {
	hi, lo := bits.Mul64(uint64(power), uint64(max(d.Milliseconds(), 0))*marginNum) //nolint:gosec // neither is negative
	const hour = uint64(time.Hour/time.Millisecond) * marginDen
	if hi >= hour {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, hour)
	if q > math.MaxInt64-slack {
		return math.MaxInt64
	}
	return int64(q) + slack
}

// rollover returns the rise of a counter of r that fell from one value to
// another because it passed its last digit, and whether it can have done so.
func (l Limit) rollover(r Register, from, to int64, d time.Duration) (int64, bool) {
	if r.Quantity().Base() != "Wh" || from >= wrap || to < 0 {
		return 0, false
	}
	if l.Power <= 0 {
		l.Power = usualPower
	}
	rise := wrap - from + to
	return rise, l.allows(rise, d)
}
