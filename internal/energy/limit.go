package energy

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// A Limit is what a counter can do between two readings. Its zero value knows
// nothing: no rise is too steep.
type Limit struct {
	// Rate is the most the register can carry, in thousandths of its base unit an
	// hour: of W for energy, of litres an hour for a volume. 0 means unknown: no
	// rise is too steep.
	Rate int64
	// Changes say from when on it is another one, in order of time.
	Changes []RateChange
	// Used are instants of readings of which a person said that what the counter
	// rose by up to them was used, however much it is; in order of time.
	Used []time.Time
}

// A RateChange is another rate from an instant on.
type RateChange struct {
	From time.Time
	Rate int64 // as [Limit.Rate]
}

// The margin over the rate, and the slack of one coarse display step and of
// messages that arrive in a burst: half as much again, and 1 kWh, 1 m3 or 1,000
// units.
const (
	marginNum, marginDen = 3, 2
	slack                = 1_000_000 // thousandths of the base unit
)

// What an index shows before it starts again at zero, in thousandths: nine digits
// of Wh, which is the same energy as six of kWh, and eight digits of litres, the
// same volume as five of m3.
const (
	wrap       = 1_000_000_000_000
	wrapVolume = 100_000_000_000
)

// What stands in for an unknown subscribed power, in thousandths of W: 36 kVA, the
// largest subscription of a home in France.
const usualPower = 36_000_000

// usualRates are the most a home's meter carries where no subscription says it, in
// thousandths of the base unit an hour. Heat-cost allocators and pulses have none:
// what a unit is worth is the installer's choice.
//
// Sources: EN 1359, maximum flow of a G6 gas meter, 10 m3/h, and 12 kWh for each m3
// for its energy; ISO 4064-1, overload flow Q4 of a DN 20 water meter of Q3 = 4, 5
// m3/h; EN 1434-1, a heat meter of qp = 1.5 m3/h at a difference of 60 K.
var usualRates = map[Quantity]int64{
	EnergyImport: usualPower,
	EnergyExport: usualPower,
	GasVolume:    10_000_000,
	GasEnergy:    120_000_000,
	WaterVolume:  5_000_000,
	HeatEnergy:   105_000_000,
}

// UsualLimit is the limit of a home's meter of which nothing else is known.
func UsualLimit(q Quantity) Limit { return Limit{Rate: usualRates[q]} }

// PowerLimit is the limit of a home's meter of subscribed power kva, in kVA; of
// the largest subscription of a home in France, 36 kVA, when that is unknown.
func PowerLimit(kva int) Limit {
	if kva <= 0 {
		return UsualLimit(EnergyImport)
	}
	return Limit{Rate: int64(kva) * 1_000_000}
}

// allows reports whether a counter that stood at a can stand at b, not below it,
// afterwards.
//
// A zero says little: after a start it means that the device does not know yet. A
// counter that leaves it has had 90 minutes to do so, however long nothing was
// heard, unless a person stated the zero.
func (l *Limit) allows(a, b *Reading) bool {
	if len(l.Used) > 0 && slices.ContainsFunc(l.Used, b.At.Equal) {
		return true
	}
	from := a.At
	if a.Value == 0 && a.Source != Stated && b.At.Sub(from) > Longest {
		from = b.At.Add(-Longest)
	}
	most, known := l.most(from, b.At)
	return !known || b.Value-a.Value <= most
}

// most returns the largest rise between two instants, and whether any is too large.
func (l *Limit) most(from, to time.Time) (int64, bool) {
	var hi, lo uint64 // thousandths of the base unit an hour, times marginNum milliseconds
	rate := l.Rate
	for i := 0; from.Before(to); i++ {
		until := to
		if i < len(l.Changes) && l.Changes[i].From.Before(to) {
			until = l.Changes[i].From
		}
		if from.Before(until) {
			if rate <= 0 {
				return 0, false
			}
			h, n := bits.Mul64(uint64(rate), uint64(until.Sub(from).Milliseconds())*marginNum) //nolint:gosec // neither is negative
			var carry uint64
			lo, carry = bits.Add64(lo, n, 0)
			hi, _ = bits.Add64(hi, h, carry)
			from = until
		}
		if i < len(l.Changes) {
			rate = l.Changes[i].Rate
		}
	}
	const hour = uint64(time.Hour/time.Millisecond) * marginDen
	if hi >= hour {
		return math.MaxInt64, true
	}
	q, _ := bits.Div64(hi, lo, hour)
	if q > math.MaxInt64-slack {
		return math.MaxInt64, true
	}
	return int64(q) + slack, true
}

// wraps returns what an index of q shows before it starts again at zero; 0 when
// that is not known.
func wraps(q Quantity) int64 {
	switch q.Base() {
	case "Wh":
		return wrap
	case "l":
		return wrapVolume
	}
	return 0
}

// rollover returns the rise of a counter that fell from a to b because it passed
// its last digit, and whether it can have done so.
func (l Limit) rollover(a, b *Reading) (int64, bool) {
	q := b.Register.Quantity()
	if a.Value >= wraps(q) || b.Value < 0 {
		return 0, false
	}
	rise := wraps(q) - a.Value + b.Value
	for i, c := range l.Changes { // a drop is not taken for use without any limit
		if c.Rate <= 0 {
			l.Changes = slices.Clone(l.Changes)
			l.Changes[i].Rate = usualRates[q]
		}
	}
	if l.Rate <= 0 {
		l.Rate = usualRates[q]
	}
	most, known := l.most(a.At, b.At)
	return rise, known && rise <= most
}
