package energy

import (
	"math/bits"
	"slices"
	"time"
)

const (
	cadenceLeast = 5    // intervals that tell a cadence
	cadenceShare = 0.75 // of them that keep it, for a device that has one
)

// A Cadence says how often a device speaks.
type Cadence struct {
	// Every is the time between two messages: the mean of the intervals that are
	// between half and one and a half times their median. 0 when too few are known.
	//
	// The median alone would be off where a device states whole seconds and has a
	// cadence of 10.4: by a message in 25 over a long gap.
	Every time.Duration

	// Regular says that at least three quarters of the intervals are among those. What a device that speaks when it likes
	// has not said cannot be counted.
	Regular bool
}

// CadenceOf returns the cadence of a device that spoke at instants, in any order.
func CadenceOf(instants []time.Time) Cadence {
	at := distinct(instants)
	if len(at) <= cadenceLeast {
		return Cadence{}
	}
	intervals := make([]time.Duration, len(at)-1)
	for i := range intervals {
		intervals[i] = at[i+1].Sub(at[i])
	}
	slices.Sort(intervals)
	median, keep, sum := intervals[len(intervals)/2], 0, time.Duration(0)
	for _, d := range intervals {
		if 2*d >= median && 2*d <= 3*median {
			keep++
			sum += d
		}
	}
	return Cadence{Every: sum / time.Duration(keep), Regular: float64(keep) >= cadenceShare*float64(len(intervals))}
}

// A Gap is a stretch in which a regular device did not speak, or was not heard.
type Gap struct {
	From, To time.Time // the messages around it; To is zero while none has followed
	Missing  int       // messages that should have come in between
	Every    time.Duration
}

// Instants returns when the missing messages should have come.
func (g Gap) Instants() []time.Time {
	all := make([]time.Time, g.Missing)
	for i := range all {
		all[i] = g.instant(i)
	}
	return all
}

// instant returns when the missing message i should have come, 0 being the first.
func (g Gap) instant(i int) time.Time {
	if g.To.IsZero() {
		return g.From.Add(time.Duration(i+1) * g.Every)
	}
	// A clock that drifts is met on both sides. The product is of two large numbers
	// where a device speaks each millisecond.
	high, low := bits.Mul64(uint64(g.To.Sub(g.From).Milliseconds()), uint64(i+1)) //nolint:gosec // To is after From
	ms, _ := bits.Div64(high, low, uint64(g.Missing+1))                           //nolint:gosec // Missing counts
	return g.From.Add(time.Duration(ms) * time.Millisecond)                       //nolint:gosec // less than To is from From
}

// before returns how many of the missing messages should have come before t.
func (g Gap) before(t time.Time) int {
	low, high := 0, g.Missing
	for low < high {
		if middle := low + (high-low)/2; g.instant(middle).Before(t) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// Gaps returns what is missing between messages at instants, in any order, and
// after the last of them until now. Between two messages further apart than 1.5
// times the cadence, as many are missing as make the distance even. A device
// without a regular cadence has no gaps that anybody could be sure of.
//
// The last gap is open, its To zero, while no message has followed: what is
// missing there may still be on its way. A zero now asks for none.
func Gaps(instants []time.Time, c Cadence, now time.Time) []Gap {
	if !c.Regular || c.Every <= 0 {
		return nil
	}
	at := distinct(instants)
	var all []Gap
	for i := 1; i < len(at); i++ {
		if n := missing(at[i].Sub(at[i-1]), c.Every); n > 0 {
			all = append(all, Gap{From: at[i-1], To: at[i], Missing: n, Every: c.Every})
		}
	}
	if len(at) == 0 || now.IsZero() {
		return all
	}
	last := at[len(at)-1]
	if silent := now.Sub(last); 2*silent > 3*c.Every {
		all = append(all, Gap{From: last, Missing: int(silent / c.Every), Every: c.Every})
	}
	return all
}

// missing returns how many messages fit between two that are d apart.
func missing(d, every time.Duration) int {
	if 2*d <= 3*every {
		return 0
	}
	return int((d+every/2)/every) - 1
}

// distinct returns instants in order, each once.
func distinct(instants []time.Time) []time.Time {
	at := slices.Clone(instants)
	slices.SortFunc(at, time.Time.Compare)
	return slices.CompactFunc(at, time.Time.Equal)
}
