package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// ChangeDwelling says that a family lives otherwise from x.From on. What was true
// before stays.
func (r *Registry) ChangeDwelling(ctx context.Context, x household.Dwelling) error {
	if err := errors.Join(dated(x.From), checkDwelling(x), r.exists(ctx, x.Family)); err != nil {
		return err
	}
	return r.store.PutDwelling(ctx, x)
}

// ChangeContract says that a family has another contract from x.From on.
func (r *Registry) ChangeContract(ctx context.Context, x household.Contract) error {
	if err := errors.Join(dated(x.From), checkContract(x), r.exists(ctx, x.Family)); err != nil {
		return err
	}
	return r.store.PutContract(ctx, x)
}

// ChangeIncome says what a family lives on from x.From on.
func (r *Registry) ChangeIncome(ctx context.Context, x household.Income) error {
	if err := errors.Join(dated(x.From), checkIncome(x), r.exists(ctx, x.Family)); err != nil {
		return err
	}
	return r.store.PutIncome(ctx, x)
}

func (r *Registry) exists(ctx context.Context, id household.FamilyID) error {
	ok, err := r.store.HasFamily(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("family: %w", ErrUnknown)
	}
	return err
}

func dated(from energy.Day) error {
	if from == (energy.Day{}) {
		return errors.New("a change needs its first day")
	}
	return nil
}

func checkDwelling(x household.Dwelling) error {
	if x.Persons14 < 0 || x.PersonsUnder14 < 0 || x.Persons14+x.PersonsUnder14 < 1 || x.Persons14+x.PersonsUnder14 > 30 {
		return fmt.Errorf("%d persons: want 1 to 30", x.Persons14+x.PersonsUnder14)
	}
	if x.AreaM2 < 0 || x.AreaM2 > 2000 {
		return fmt.Errorf("area of %d m2: want 0 to 2000", x.AreaM2)
	}
	return ordered(x.From, x.To)
}

func checkContract(x household.Contract) error {
	power := x.Fuel == "" || x.Fuel == household.FuelElectricity
	switch {
	case x.Fuel != "" && !x.Fuel.Known():
		return fmt.Errorf("fuel %q: want one of %v", x.Fuel, household.Fuels)
	case x.Tariff == "" && !x.Fuel.Delivered():
		return errors.New("a contract needs a tariff")
	case x.Tariff != "" && x.Fuel.Delivered():
		return fmt.Errorf("tariff %q: %s is delivered, and what each delivery cost is written down instead", x.Tariff, x.Fuel)
	case power && (x.PowerKVA < 1 || x.PowerKVA > 250), !power && x.PowerKVA != 0:
		return fmt.Errorf("subscribed power of %d kVA: want 1 to 250 for electricity, none for another fuel", x.PowerKVA)
	case x.Settles != "" && !monthDay(x.Settles):
		return fmt.Errorf("settles %q: want the month and day on which a year of the contract ends, 05-31", x.Settles)
	case x.Instalment < 0:
		return errors.New("an instalment is not negative")
	}
	return ordered(x.From, x.To)
}

// monthDay reports whether text is a day of every year, "05-31".
func monthDay(text string) bool {
	_, err := energy.ParseDay("2025-" + text) // which has no 29 February
	return err == nil
}

func checkIncome(x household.Income) error {
	if x.Aid < 0 {
		return errors.New("an aid is not negative")
	}
	return nil
}

func ordered(from, to energy.Day) error {
	if to != (energy.Day{}) && !from.Before(to) {
		return fmt.Errorf("ends on %s, before it begins on %s", to, from)
	}
	return nil
}

var zones sync.Map // by name: *time.Location

// loadZone reads a zone once: time.LoadLocation reads and parses its file each time.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	zones.Store(name, zone)
	return zone, nil
}
