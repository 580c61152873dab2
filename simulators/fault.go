package simulators

import (
	"errors"
	"slices"
	"time"
)

// A FaultKind is a way for messages to go wrong.
type FaultKind string

// The faults. Whatever goes wrong, the oracle says what the registers showed.
const (
	Gap       FaultKind = "gap"       // nothing is sent; what was counted meanwhile is in the next message
	Duplicate FaultKind = "duplicate" // every message is sent twice, the second By later (1 s)
	Reset     FaultKind = "reset"     // counters start again from 0 at After
	Skew      FaultKind = "skew"      // the device's clock is By ahead, or behind when By is negative
	Burst     FaultKind = "burst"     // what an outage held back is sent at its end
	Shuffle   FaultKind = "shuffle"   // messages of an hour are sent at its end, in any order
	Late      FaultKind = "late"      // messages are sent By later (24 h)
	Glitch    FaultKind = "glitch"    // the first message shows 0 where it counts
	Zeros     FaultKind = "zeros"     // every message shows 0 where it counts
	Leap      FaultKind = "leap"      // counters show 39,000 kWh more from After on, which nobody used
)

// A Fault is something that goes wrong in a home for a while.
type Fault struct {
	Kind  FaultKind     `yaml:"kind"`
	On    Role          `yaml:"on"`    // devices it strikes; all of the home by default
	After time.Duration `yaml:"after"` // since the home's Start; whole five minutes
	For   time.Duration `yaml:"for"`   // until the end by default; whole five minutes
	By    time.Duration `yaml:"by"`    // see the kinds
}

// complete fills in defaults and returns the mistakes of f.
func (f *Fault) complete() (errs []error) {
	note := func(bad bool, field string, value any, why string) {
		if bad {
			errs = append(errs, mistake(field, value, why))
		}
	}
	switch f.Kind {
	case Gap, Reset, Glitch, Shuffle, Leap:
	case Duplicate:
		fill(&f.By, time.Second)
	case Late:
		fill(&f.By, 24*time.Hour)
	case Zeros:
		note(f.For == 0, "for", f.For, "zeros need an end")
	case Burst:
		note(f.For == 0, "for", f.For, "a burst needs an end")
	case Skew:
		note(f.By == 0, "by", f.By, "a skew needs an amount")
	default:
		errs = append(errs, mistake("kind", f.Kind, "unknown"))
	}
	note(f.Kind != Skew && f.By < 0, "by", f.By, "nothing is sent before it is known")
	note(f.On != "" && !slices.Contains([]Role{Electricity, Indoor, Outdoor, Appliance}, f.On), "on", f.On, "unknown role")
	note(outside(f.By, -100*24*time.Hour, 100*24*time.Hour), "by", f.By, "want 100 days at most")
	note(f.After < 0 || f.After%(5*time.Minute) != 0, "after", f.After, "want whole five minutes")
	note(f.For < 0 || f.For%(5*time.Minute) != 0, "for", f.For, "want whole five minutes")
	return errs
}

// A strike is a fault of one device, in Unix ms.
type strike struct {
	kind     FaultKind
	from, to int64 // to is not included
	by       int64
}

func (s *strike) on(at int64) bool { return at >= s.from && at < s.to }

// strikes returns the faults that strike a device of a role, counted from start.
func strikes(faults []Fault, start time.Time, role Role) (all []strike) {
	for _, f := range faults {
		if f.On != "" && f.On != role {
			continue
		}
		s := strike{f.Kind, start.Add(f.After).UnixMilli(), forever, f.By.Milliseconds()}
		if f.For > 0 {
			s.to = s.from + f.For.Milliseconds()
		}
		all = append(all, s)
	}
	return all
}

// sending says what becomes of one message on its way.
type sending struct {
	sent  int64 // Unix ms
	order int64 // among those sent at the same instant
	again int64 // when it is sent a second time; 0 when it is not
	twin  int64 // order of the second
}

var errNotSent = errors.New("nobody sends it")

// deliver says when a message made at instant at is sent, or that it is not.
// The faults apply in one order: what holds back, then what mixes, then what repeats.
func (t *tap) deliver(at int64) (sending, error) {
	out := sending{sent: at}
	mixed := false
	for i := range t.strikes {
		switch s := &t.strikes[i]; {
		case !s.on(at):
		case s.kind == Gap:
			return out, errNotSent
		case s.kind == Burst:
			out.sent = max(out.sent, s.to)
		case s.kind == Late:
			out.sent += s.by
		case s.kind == Shuffle:
			mixed = true
		}
	}
	if mixed {
		out.sent = (floorDiv(out.sent, hour) + 1) * hour
		out.order = t.dice.below(1<<40, at, 1)
	}
	for i := range t.strikes {
		if s := &t.strikes[i]; s.kind == Duplicate && s.on(at) {
			out.again, out.twin = out.sent+s.by, 0
			if mixed {
				out.again, out.twin = out.sent, t.dice.below(1<<40, at, 2)
			}
		}
	}
	return out, nil
}

// skew returns how far the device's clock is ahead at instant at, ms.
func (t *tap) skew(at int64) (ahead int64) {
	if t.untimed {
		return 0 // it shows no clock
	}
	for i := range t.strikes {
		if s := &t.strikes[i]; s.kind == Skew && s.on(at) {
			ahead += s.by
		}
	}
	return ahead
}
