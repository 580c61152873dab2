package decoder

import (
	"errors"
	"time"

	"foyer/internal/energy"
)

// A verdict says what became of a time in a message.
type verdict uint8

const (
	noTime      verdict = iota // the sender gave none
	instant                    // it says when
	ambiguous                  // in the repeated autumn hour, and nothing says which
	implausible                // the clock was not set, or runs ahead
)

// A stamp is a time a message gives, with the path it came from.
type stamp struct {
	at      time.Time // zero for none; of an implausible one what it shows, near enough
	verdict verdict
	path    string
}

// A season says which of two equal hours is meant.
type season uint8

const (
	anySeason season = iota
	summer
	winter
)

const (
	// ahead is how far a device clock may run before arrival.
	ahead = 5 * time.Minute
	// near is how close to one candidate an arrival settles the repeated hour.
	near = 30 * time.Minute
)

// Clocks that were never set count from 1970, 2000 or their boot. 2016 is where
// Tasmota itself takes the time for set; nothing here is older.
var (
	epochFrom = time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	epochTo   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instant returns the first time that the stamps tell, zero for the arrival. It
// refuses when the only times are ambiguous.
func (in *Input) instant(stamps []stamp) (time.Time, error) {
	unclear := false
	for _, s := range stamps {
		switch s.verdict {
		case instant:
			if in.trace != nil {
				in.trace.addf("time: %s -> %s", s.path, s.at.Format(time.RFC3339Nano))
			}
			return s.at, nil
		case ambiguous:
			unclear = true
			in.trace.addf("time: %s: the repeated autumn hour", s.path)
		case implausible:
			if !s.at.IsZero() { // not a text that this format does not know
				in.disbelieved = s.at
			}
			in.trace.addf("time: %s: implausible", s.path)
		case noTime:
		}
	}
	if unclear {
		return time.Time{}, errors.New(reasonAutumn)
	}
	in.trace.addf("time: the arrival")
	return time.Time{}, nil
}

// judge holds an instant to what a clock can say.
func (in *Input) judge(t time.Time, path string) stamp {
	if t.Before(epochFrom) || !t.Before(epochTo) ||
		!in.message.ReceivedAt.IsZero() && t.After(in.message.ReceivedAt.Add(ahead)) {
		return stamp{energy.Instant(t), implausible, path}
	}
	return stamp{energy.Instant(t), instant, path}
}

// civil places a local time, given as if it were UTC, in zone.
func (in *Input) civil(c time.Time, zone *time.Location, s season, path string) stamp {
	if zone == nil || c.Before(epochFrom) || !c.Before(epochTo) {
		return stamp{c, implausible, path}
	}
	early, late := candidates(c, zone)
	switch {
	case early.IsZero(): // a local time that never was: the clock is not the zone's
		return stamp{verdict: implausible, path: path}
	case early.Equal(late):
		return in.judge(early, path)
	case s == summer:
		return in.judge(early, path)
	case s == winter:
		return in.judge(late, path)
	}
	arrival := in.message.ReceivedAt
	if arrival.IsZero() {
		return stamp{verdict: ambiguous, path: path}
	}
	isEarly, isLate := arrival.Sub(early).Abs() <= near, arrival.Sub(late).Abs() <= near
	switch {
	case isEarly && !isLate:
		return in.judge(early, path)
	case isLate && !isEarly:
		return in.judge(late, path)
	}
	return stamp{verdict: ambiguous, path: path}
}

// candidates returns the first and the last instant at which clocks in zone show
// c (given as if it were UTC); both zero when they never do.
func candidates(c time.Time, zone *time.Location) (early, late time.Time) {
	_, before := c.Add(-24 * time.Hour).In(zone).Zone()
	_, after := c.Add(24 * time.Hour).In(zone).Zone()
	for _, offset := range [2]int{max(before, after), min(before, after)} { // the greater offset is the earlier instant
		t := c.Add(-time.Duration(offset) * time.Second)
		if _, o := t.In(zone).Zone(); o != offset {
			continue
		}
		if early.IsZero() {
			early = t
		}
		late = t
	}
	return early, late
}
