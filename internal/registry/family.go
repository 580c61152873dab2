package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// AddFamily takes a family in and returns its id. f.Family needs a pilot and a
// label; its language is "fr" and it takes part since now unless it says
// otherwise. Ids in f are ignored. Dwellings, contracts and incomes without a
// first day begin with the family. [ErrTaken] when the label is.
func (r *Registry) AddFamily(ctx context.Context, f household.File) (household.FamilyID, error) {
	ids, err := r.AddFamilies(ctx, []household.File{f})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// AddFamilies takes several families in, all or none.
func (r *Registry) AddFamilies(ctx context.Context, files []household.File) ([]household.FamilyID, error) {
	pilots, err := r.store.Pilots(ctx)
	if err != nil {
		return nil, err
	}
	fresh := make([]household.File, len(files))
	ids := make([]household.FamilyID, len(files))
	var faults []error
	for i, f := range files {
		ids[i] = household.FamilyID(randomID("f"))
		if fresh[i], err = r.prepare(f, ids[i], pilots); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	taken, err := r.store.AddFamilies(ctx, fresh)
	if err != nil {
		return nil, err
	}
	if taken != "" {
		return nil, fmt.Errorf("add family %q: %w", taken, ErrTaken)
	}
	return ids, nil
}

// prepare returns f complete and under its new id.
func (r *Registry) prepare(f household.File, id household.FamilyID, pilots []household.Pilot) (household.File, error) {
	p, err := pilotOf(f.Family.Pilot, pilots)
	if err != nil {
		return household.File{}, err
	}
	f.Family.ID, f.Family.Pilot = id, p.ID
	f.Family.Label = strings.TrimSpace(f.Family.Label)
	if n := utf8.RuneCountInString(f.Family.Label); n < 1 || n > 80 {
		return household.File{}, fmt.Errorf("family label %q: want 1 to 80 characters", f.Family.Label)
	}
	if f.Family.Language == "" {
		f.Family.Language = "fr"
	}
	if f.Family.Since.IsZero() {
		f.Family.Since = r.world()
	}
	zone, err := loadZone(p.Zone)
	if err != nil {
		return household.File{}, err
	}
	since := energy.DayOf(f.Family.Since, zone)
	f.Dwellings = each(f.Dwellings, func(x *household.Dwelling) { x.Family, x.From = id, dayOr(x.From, since) })
	f.Contracts = each(f.Contracts, func(x *household.Contract) { x.Family, x.From = id, dayOr(x.From, since) })
	f.Incomes = each(f.Incomes, func(x *household.Income) { x.Family, x.From = id, dayOr(x.From, since) })
	return f, check(f)
}

// check reports every fault of a file.
func check(f household.File) error {
	var faults []error
	for _, x := range f.Dwellings {
		faults = append(faults, checkDwelling(x))
	}
	for _, x := range f.Contracts {
		faults = append(faults, checkContract(x))
	}
	for _, x := range f.Incomes {
		faults = append(faults, checkIncome(x))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("family %q: %w", f.Family.Label, err)
	}
	return nil
}

// pilotOf finds a pilot by id; "" is the only one there is.
func pilotOf(id string, pilots []household.Pilot) (household.Pilot, error) {
	if id == "" && len(pilots) == 1 {
		return pilots[0], nil
	}
	for _, p := range pilots {
		if p.ID == id {
			return p, nil
		}
	}
	return household.Pilot{}, fmt.Errorf("pilot %q: %w", id, ErrUnknown)
}

// each returns a copy of xs with set applied to every one.
func each[T any](xs []T, set func(*T)) []T {
	out := append([]T(nil), xs...)
	for i := range out {
		set(&out[i])
	}
	return out
}

func dayOr(d, other energy.Day) energy.Day {
	if d == (energy.Day{}) {
		return other
	}
	return d
}

// Families lists the families of a pilot by label, of every pilot for "". It is
// for operators: a label shown to anybody else comes from the Gate.
func (r *Registry) Families(ctx context.Context, pilot string) ([]household.Family, error) {
	return r.store.Families(ctx, pilot)
}

// File returns what is held on a family, or [ErrUnknown]. It is for operators.
func (r *Registry) File(ctx context.Context, id household.FamilyID) (household.File, error) {
	f, ok, err := r.store.File(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("family: %w", ErrUnknown)
	}
	return f, err
}
