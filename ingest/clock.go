package ingest

import (
	"time"

	"foyer/internal/energy"
)

const (
	clockSpread = 2 * time.Minute  // offsets of a clock that is steadily behind
	clockLeast  = 5                // messages that show that it is
	clockFor    = 30 * time.Minute // and over how long they arrive: a backlog comes all at once
	clockHour   = 5 * time.Minute  // from an hour, of a clock that is an hour off
)

// unsetBefore is an instant that no device shows whose clock was ever set.
var unsetBefore = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A clockWatch tells from a device's times and their arrivals how its clock goes.
// A clock that is ahead shows at once, because nothing arrives before it is sent.
// One that is behind looks like a message that was late: only when the offset stays
// the same over half an hour is it the clock's. Its zero value knows nothing.
type clockWatch struct {
	clock  energy.Clock
	offset time.Duration

	// A run of messages that were behind by about the same.
	low, high time.Duration
	first     stamp // arrival
	n         int32
}

// A stamp is an instant in a third of the room of a [time.Time]: UTC milliseconds, 0 for
// none.
type stamp int64

func stampOf(t time.Time) stamp { return stamp(t.UnixMilli()) }

func (s stamp) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(s)).UTC()
}

// sub returns how long s is after t.
func (s stamp) sub(t stamp) time.Duration { return time.Duration(s-t) * time.Millisecond }

// see takes a device's own time and the arrival, and reports whether the clock
// goes otherwise than it did.
func (w *clockWatch) see(own, arrival time.Time) bool {
	offset := own.Sub(arrival)
	verdict := w.judge(own, arrival, offset)
	if verdict == "" {
		return false
	}
	changed := verdict != w.clock
	w.clock, w.offset = verdict, offset
	return changed
}

// judge returns "" when a message tells nothing.
func (w *clockWatch) judge(own, arrival time.Time, offset time.Duration) energy.Clock {
	switch {
	case own.Before(unsetBefore):
		return energy.ClockUnset
	case (offset-time.Hour).Abs() <= clockHour && offset > maxAhead:
		w.n = 0
		return energy.ClockHourAhead
	case offset > maxAhead:
		w.n = 0
		return energy.ClockAhead
	case offset >= -maxAhead:
		w.n = 0
		return energy.ClockGood
	}
	low, high := min(w.low, offset), max(w.high, offset)
	if w.n == 0 || high-low > clockSpread {
		w.low, w.high, w.first, w.n = offset, offset, stampOf(arrival), 1
		return ""
	}
	w.low, w.high, w.n = low, high, w.n+1
	switch {
	case w.n < clockLeast || stampOf(arrival).sub(w.first) < clockFor:
		return ""
	case (offset + time.Hour).Abs() <= clockHour:
		return energy.ClockHourBehind
	default:
		return energy.ClockBehind
	}
}
