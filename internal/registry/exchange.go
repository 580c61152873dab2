package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// An Exchange says that another meter hangs where one did from an instant on, and
// what somebody read off the old and the new one, by register.
type Exchange struct {
	Meter energy.MeterID
	// New is the meter that speaks from then on: Meter itself, also for "", where the
	// gateway goes on under the same name.
	New         energy.MeterID
	At          time.Time
	Last, First map[energy.Register]int64 // thousandths of the base unit
	Undo        bool                      // it was not: take back what was said of that instant
	Word
}

// Replace writes down that a meter was replaced. What the old one counted until Last
// and the new one from First on are one history; without them what was used between
// the readings around is not known. Where another device speaks from then on, it
// becomes the family's in the same role. [ErrUnknown] for an unknown meter.
func (r *Registry) Replace(ctx context.Context, x Exchange) error {
	x.At = energy.Instant(x.At)
	if err := r.checkExchange(ctx, &x); err != nil {
		return fmt.Errorf("replace meter: %w", err)
	}
	if x.New != x.Meter {
		if err := r.succeed(ctx, x); err != nil {
			return fmt.Errorf("replace meter: %w", err)
		}
	}
	if err := r.store.Change(ctx, x.changes(r.world())); err != nil {
		return fmt.Errorf("replace meter: %w", err)
	}
	return nil
}

// checkExchange completes an exchange and returns what is wrong with it.
func (r *Registry) checkExchange(ctx context.Context, x *Exchange) error {
	if x.New == "" {
		x.New = x.Meter
	}
	if err := x.check(); err != nil {
		return err
	}
	if x.At.Year() < earliest || x.At.After(r.world()) {
		return fmt.Errorf("at %s: want an instant of the past from %d on", x.At.Format(time.RFC3339), earliest)
	}
	if x.Undo && (x.New != x.Meter || len(x.Last)+len(x.First) > 0) {
		return errors.New("what is taken back has no indexes and no other meter")
	}
	for _, side := range []struct {
		meter   energy.MeterID
		indexes map[energy.Register]int64
	}{{x.Meter, x.Last}, {x.New, x.First}} {
		m, ok, err := r.store.Meter(ctx, side.meter)
		switch {
		case err != nil || !ok:
			return errors.Join(err, unless(ok, fmt.Errorf("%q: %w", side.meter, ErrUnknown)))
		case side.meter == x.Meter && x.New != x.Meter && m.Family == "":
			return fmt.Errorf("%q is nobody's now: %w", side.meter, ErrUnknown)
		case side.meter != x.Meter && m.Family != "":
			return fmt.Errorf("%q: %w", side.meter, ErrClaimed)
		}
		known, err := r.store.Registers(ctx, side.meter)
		if err != nil {
			return err
		}
		for register, value := range side.indexes {
			switch {
			case value < 0 || !register.Quantity().Cumulative():
				return fmt.Errorf("index %d of %q: want what a counter shows, 0 or more", value, register)
			case side.meter == x.Meter && !slices.Contains(known, register):
				return fmt.Errorf("register %q: the meter showed only %v", register, known)
			}
		}
	}
	return nil
}

// unless returns err when ok is false.
func unless(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// succeed gives the place of a meter to another one from an instant on.
func (r *Registry) succeed(ctx context.Context, x Exchange) error {
	old, _, err := r.store.Meter(ctx, x.Meter)
	if err != nil {
		return err
	}
	if err := r.Release(ctx, x.Meter, x.At); err != nil {
		return err
	}
	return r.Claim(ctx, Claim{Meter: x.New, Family: old.Family, Role: old.Role, From: x.At, MaxPower: old.MaxPower})
}

// changes returns what an exchange writes down: a change for the instant, and one
// for each register that was read off.
func (x Exchange) changes(now time.Time) []household.Change {
	said := household.Change{Meter: x.Meter, Kind: household.Replaced, At: x.At, By: x.By, Why: x.Why, Said: now}
	if x.Undo {
		said.Kind = household.Kept
		return []household.Change{said}
	}
	all := []household.Change{said}
	of := map[energy.MeterID]map[energy.Register]*household.Change{}
	at := func(m energy.MeterID, register energy.Register) *household.Change {
		if of[m] == nil {
			of[m] = map[energy.Register]*household.Change{}
		}
		if of[m][register] == nil {
			c := said
			c.Meter, c.Register = m, register
			of[m][register] = &c
		}
		return of[m][register]
	}
	for register, value := range x.Last {
		at(x.Meter, register).Last = household.Index{Value: value, Known: true}
	}
	for register, value := range x.First {
		at(x.New, register).First = household.Index{Value: value, Known: true}
	}
	for _, m := range slices.Compact([]energy.MeterID{x.Meter, x.New}) {
		var registers []energy.Register
		for register := range of[m] {
			registers = append(registers, register)
		}
		slices.Sort(registers)
		for _, register := range registers {
			all = append(all, *of[m][register])
		}
	}
	return all
}
