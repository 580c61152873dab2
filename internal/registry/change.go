package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Changes store keeps what people said of meters. It is only ever added to.
type Changes interface {
	// Change writes changes down, all or none, and has what they touch counted again.
	Change(ctx context.Context, changes []household.Change) error
	// Changes returns what was said of a meter, in the order it was said.
	Changes(ctx context.Context, meter energy.MeterID) ([]household.Change, error)
	// MoveMeters returns the first meter that cannot be moved; then none is.
	MoveMeters(ctx context.Context, moves []household.Handover, now time.Time) (refused energy.MeterID, err error)
	// Registers returns every register a meter ever showed.
	Registers(ctx context.Context, meter energy.MeterID) ([]energy.Register, error)
	// Doubts returns the rises that are not counted and wait for somebody's word.
	Doubts(ctx context.Context) ([]energy.Doubt, error)
}

// ErrNoDoubt says that nothing waits for somebody's word at an instant.
var ErrNoDoubt = errors.New("no rise of that meter waits for a decision at that instant")

// A Word is who says something of a meter, and why.
type Word struct{ By, Why string }

func (w Word) check() error {
	if strings.TrimSpace(w.By) == "" || strings.TrimSpace(w.Why) == "" {
		return errors.New("say who says so and why: what is written down stays")
	}
	return nil
}

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

// Doubts returns the rises of counters that are not counted until somebody says that
// they were used. It is for operators.
func (r *Registry) Doubts(ctx context.Context) ([]energy.Doubt, error) { return r.store.Doubts(ctx) }

// Judge writes down whether what a meter rose by up to a reading was used. Register
// may be "" where one alone waits. It can be said again otherwise. [ErrNoDoubt] when
// nothing waits there and nothing was said of it.
func (r *Registry) Judge(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, used bool, w Word) error {
	if err := w.check(); err != nil {
		return err
	}
	registers, err := r.judged(ctx, meter, energy.Instant(at))
	if err != nil {
		return err
	}
	switch {
	case register == "" && len(registers) == 1:
		register = registers[0]
	case register == "" && len(registers) > 1:
		return fmt.Errorf("several registers wait at that instant, say which: %v", registers)
	case !slices.Contains(registers, register):
		return ErrNoDoubt
	}
	kind := household.Unused
	if used {
		kind = household.Used
	}
	return r.store.Change(ctx, []household.Change{{
		Meter: meter, Kind: kind, At: energy.Instant(at), Register: register, By: w.By, Why: w.Why, Said: r.world(),
	}})
}

// judged returns the registers of a meter of which somebody can say whether a rise
// was used: it waits, or something was said of it before.
func (r *Registry) judged(ctx context.Context, meter energy.MeterID, at time.Time) ([]energy.Register, error) {
	doubts, err := r.store.Doubts(ctx)
	if err != nil {
		return nil, err
	}
	said, err := r.store.Changes(ctx, meter)
	if err != nil {
		return nil, err
	}
	var all []energy.Register
	for _, d := range doubts {
		if d.After.Meter == meter && d.After.At.Equal(at) {
			all = append(all, d.After.Register)
		}
	}
	for _, c := range said {
		if c.At.Equal(at) && (c.Kind == household.Used || c.Kind == household.Unused) {
			all = append(all, c.Register)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Move makes a meter of one family another's from an instant on, in the role it had.
// [ErrClaimed] when it is not from's then, or was somebody's after.
func (r *Registry) Move(ctx context.Context, meter energy.MeterID, from, to household.FamilyID, at time.Time, w Word) error {
	return r.move(ctx, []household.Handover{{Meter: meter, From: from, To: to, At: energy.Instant(at), By: w.By, Why: w.Why}})
}

// MoveOut ends at an instant that a family lives where it does: its meters are to's
// from then on, nobody's when to is "". What was used before stays its own. It
// returns how many meters that are.
func (r *Registry) MoveOut(ctx context.Context, from, to household.FamilyID, at time.Time, w Word) (int, error) {
	f, err := r.File(ctx, from)
	if err != nil {
		return 0, err
	}
	var moves []household.Handover
	for _, m := range f.Meters {
		moves = append(moves, household.Handover{Meter: m.ID, From: from, To: to, At: energy.Instant(at), By: w.By, Why: w.Why})
	}
	return len(moves), r.move(ctx, moves)
}

func (r *Registry) move(ctx context.Context, moves []household.Handover) error {
	for _, m := range moves {
		if err := (Word{m.By, m.Why}).check(); err != nil {
			return err
		}
		if m.From == m.To {
			return errors.New("move meter: it is that family's already")
		}
		if m.At.Year() < earliest {
			return fmt.Errorf("move meter: at %s: want a year from %d on", m.At.Format(time.DateOnly), earliest)
		}
		if m.To != "" {
			if err := r.exists(ctx, m.To); err != nil {
				return fmt.Errorf("move meter: %w", err)
			}
		}
	}
	refused, err := r.store.MoveMeters(ctx, moves, r.world())
	r.known.forget()
	if err == nil && refused != "" {
		err = fmt.Errorf("move meter %q: %w", refused, ErrClaimed)
	}
	return err
}

// History returns what was said of a meter, in the order it was said. It is for
// operators.
func (r *Registry) History(ctx context.Context, meter energy.MeterID) ([]household.Change, error) {
	if _, ok, err := r.store.Meter(ctx, meter); err != nil || !ok {
		return nil, errors.Join(err, unless(ok, fmt.Errorf("meter %q: %w", meter, ErrUnknown)))
	}
	return r.store.Changes(ctx, meter)
}

// Registers returns every register a meter ever showed.
func (r *Registry) Registers(ctx context.Context, meter energy.MeterID) ([]energy.Register, error) {
	return r.store.Registers(ctx, meter)
}
