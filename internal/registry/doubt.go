package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

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
