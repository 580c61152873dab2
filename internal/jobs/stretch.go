package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
)

// around is how many readings on either side of a stretch are read at first.
const around = 16

// ahead is how far after the world's present a reading may be dated.
const ahead = 24 * time.Hour

// A window is the part of a meter's history that belongs to somebody.
type window struct {
	meter    energy.MeterID
	from, to time.Time // to is not included
}

func (w window) holds(r energy.Reading) bool { return !r.At.Before(w.from) && r.At.Before(w.to) }

// before returns the last n readings of a register before an instant, as far as
// they are in the window, and whether history begins with them.
func (p *Planner) before(ctx context.Context, w window, register energy.Register, at time.Time, n int) ([]energy.Reading, bool, error) {
	rs, err := p.series.Before(ctx, w.meter, register, at, n)
	begins := len(rs) < n
	if i := slices.IndexFunc(rs, w.holds); i != 0 && len(rs) > 0 {
		begins = true
		if i < 0 {
			i = len(rs)
		}
		rs = rs[i:]
	}
	return slices.DeleteFunc(rs, func(r energy.Reading) bool { return !w.holds(r) }), begins, err
}

// after returns the first n readings of a register at or after an instant,
// likewise, and whether history ends with them.
func (p *Planner) after(ctx context.Context, w window, register energy.Register, at time.Time, n int) ([]energy.Reading, bool, error) {
	rs, err := p.series.After(ctx, w.meter, register, at, n)
	ends := len(rs) < n
	kept := slices.DeleteFunc(slices.Clone(rs), func(r energy.Reading) bool { return !w.holds(r) })
	return kept, ends || len(kept) < len(rs), err
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

// counters returns the registers of a meter that count imported electricity.
func (p *Planner) counters(ctx context.Context, meter energy.MeterID) ([]energy.Register, error) {
	all, err := p.store.Registers(ctx, meter)
	return slices.DeleteFunc(all, func(r energy.Register) bool { return r.Quantity() != energy.EnergyImport }), err
}

// pulse returns how often a meter speaks.
func (p *Planner) pulse(ctx context.Context, meter energy.MeterID, now time.Time) (time.Duration, error) {
	registers, err := p.store.Registers(ctx, meter)
	if err != nil {
		return 0, err
	}
	var rs []energy.Reading
	for _, r := range registers {
		last, err := p.series.Before(ctx, meter, r, now.Add(ahead), 4*around)
		if err != nil {
			return 0, err
		}
		rs = append(rs, last...)
	}
	return energy.Pulse(rs), nil
}
