package registry

import (
	"context"
	"errors"
	"fmt"
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
