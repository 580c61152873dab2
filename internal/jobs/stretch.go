package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// around is how many readings on either side of a stretch are read at first.
const around = 16

// ahead is how far after the world's present a reading may be dated.
const ahead = 24 * time.Hour

// A window is the part of the history of one meter that belongs to somebody: from
// one installation of it, or one replacement, to the next.
type window struct {
	meter    energy.MeterID
	from, to time.Time       // to is not included, but for an index that was read off at the end
	home     *household.Home // whose changes it knows; nil for none
}

func (w window) holds(r energy.Reading) bool { return !r.At.Before(w.from) && r.At.Before(w.to) }

// installations returns the parts of an attachment between which the meter was replaced:
// each is judged by itself.
func installations(home *household.Home, a household.Attachment) []window {
	from := a.From
	var all []window
	for _, at := range append(home.Replacements(a), a.To) {
		all = append(all, window{a.Meter, from, at, home})
		from = at
	}
	return all
}

// stated returns the indexes that a person read off a register at the start and at
// the end of the window.
func (w window) stated(register energy.Register) (first, last []energy.Reading) {
	if w.home == nil {
		return nil, nil
	}
	reading := func(i household.Index, at time.Time) []energy.Reading {
		if !i.Known {
			return nil
		}
		return []energy.Reading{{Meter: w.meter, Register: register, At: at, Value: i.Value, Source: energy.Stated}}
	}
	_, start := w.home.Indexes(w.meter, register, w.from)
	end, _ := w.home.Indexes(w.meter, register, w.to)
	return reading(start, w.from), reading(end, w.to)
}

// before returns the last n readings of a register before an instant, as far as
// they are in the window, and whether history begins with them.
func (p *Planner) before(ctx context.Context, w window, register energy.Register, at time.Time, n int) ([]energy.Reading, bool, error) {
	rs, err := p.series.Before(ctx, w.meter, register, earlier(at, w.to), n)
	kept := slices.DeleteFunc(slices.Clone(rs), func(r energy.Reading) bool { return !w.holds(r) })
	begins := len(rs) < n || len(kept) < len(rs)
	first, last := w.stated(register)
	if begins && w.from.Before(at) {
		kept = behind(first, kept)
	}
	if w.to.Before(at) {
		kept = append(kept, last...)
	}
	return kept, begins, err
}

// after returns the first n readings of a register at or after an instant,
// likewise, and whether history ends with them.
func (p *Planner) after(ctx context.Context, w window, register energy.Register, at time.Time, n int) ([]energy.Reading, bool, error) {
	rs, err := p.series.After(ctx, w.meter, register, later(at, w.from), n)
	kept := slices.DeleteFunc(slices.Clone(rs), func(r energy.Reading) bool { return !w.holds(r) })
	ends := len(rs) < n || len(kept) < len(rs)
	first, last := w.stated(register)
	if !w.from.Before(at) {
		kept = behind(first, kept)
	}
	if ends && !w.to.Before(at) {
		kept = append(kept, last...)
	}
	return kept, ends, err
}

// between adds to the readings of a register in [from, to), which are in the
// window, what a person read off then.
func (w window) between(register energy.Register, rs []energy.Reading, from, to time.Time) []energy.Reading {
	first, last := w.stated(register)
	if !w.from.Before(from) && w.from.Before(to) {
		rs = behind(first, rs)
	}
	if !w.to.Before(from) && w.to.Before(to) {
		rs = slices.Concat(rs, last)
	}
	return rs
}

// behind puts readings behind the one that a person stated, which stands for all of
// its instant.
func behind(stated, rs []energy.Reading) []energy.Reading {
	if len(stated) == 0 {
		return rs
	}
	return slices.Concat(stated, slices.DeleteFunc(slices.Clone(rs), func(r energy.Reading) bool { return r.At.Equal(stated[0].At) }))
}

// reach returns the stretch of time in which usage changes when a counter's
// readings in [from, to) change: to the readings around, and no further.
func (p *Planner) reach(ctx context.Context, w window, register energy.Register, limit energy.Limit, from, to time.Time) (time.Time, time.Time, error) {
	for n := around; ; n *= 2 {
		rs, begins, err := p.before(ctx, w, register, from, n)
		if err != nil {
			return from, to, err
		}
		if at, ok := energy.ReachBack(rs, limit, begins); ok {
			if !at.IsZero() && at.Before(from) {
				from = at
			}
			break
		}
	}
	for n := around; ; n *= 2 {
		rs, ends, err := p.after(ctx, w, register, to, n)
		if err != nil {
			return from, to, err
		}
		if at, ok := energy.ReachOn(rs, limit, ends); ok {
			if at.After(to) {
				to = at
			}
			return from, to, nil
		}
	}
}

// stretch returns what decides the usage of a counter in [from, to), in being the
// register's readings there: those, and as many around as it takes.
func (p *Planner) stretch(ctx context.Context, w window, register energy.Register, limit energy.Limit, from, to time.Time, in []energy.Reading) ([]energy.Reading, error) {
	nBefore, nAfter := around, around
	for {
		before, begins, err := p.before(ctx, w, register, from, nBefore)
		if err != nil {
			return nil, err
		}
		after, ends, err := p.after(ctx, w, register, to, nAfter)
		if err != nil {
			return nil, err
		}
		rs := slices.Concat(before, in, after)
		early, late := energy.Decided(rs, limit, from, to, begins, ends)
		if early && late {
			return rs, nil
		}
		if !early {
			nBefore *= 2
		}
		if !late {
			nAfter *= 2
		}
	}
}

// counted says what the meters of a role count that is computed.
var counted = map[household.Role][]energy.Quantity{
	household.Electricity: {energy.EnergyImport},
	household.Gas:         {energy.GasVolume, energy.GasEnergy},
	household.Water:       {energy.WaterVolume},
	household.Heat:        {energy.HeatEnergy, energy.HeatCostAllocator},
}

// counters returns the registers of a meter that count what its role is about.
func (p *Planner) counters(ctx context.Context, a household.Attachment) ([]energy.Register, error) {
	all, err := p.store.Registers(ctx, a.Meter)
	return slices.DeleteFunc(all, func(r energy.Register) bool { return !slices.Contains(counted[a.Role], r.Quantity()) }), err
}
