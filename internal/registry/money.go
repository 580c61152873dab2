package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/household"
)

// A Monies store keeps dated amounts of families. It is only ever added to.
type Monies interface {
	// AddEntries keeps all or none.
	AddEntries(ctx context.Context, entries []household.Entry) error
	// TakeBackEntry writes down, as an entry of its own, that one was wrong; false when
	// none of that id holds.
	TakeBackEntry(ctx context.Context, id string, by household.Entry) (bool, error)
	Entries(ctx context.Context, family household.FamilyID) ([]household.Entry, error)
}

// AddMoney writes down dated amounts of families, all or none, and returns their ids.
// An amount without a fuel is of electricity. One that stands there already, with the
// same day, kind, fuel, amount and source, is refused: the same voucher counts once.
func (r *Registry) AddMoney(ctx context.Context, entries []household.Entry) ([]string, error) {
	fresh, err := r.prepareMoney(ctx, entries)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(fresh))
	for i := range fresh {
		ids[i] = fresh[i].ID
	}
	return ids, r.store.AddEntries(ctx, fresh)
}

// CheckMoney says what [Registry.AddMoney] would refuse, and writes nothing.
func (r *Registry) CheckMoney(ctx context.Context, entries []household.Entry) error {
	_, err := r.prepareMoney(ctx, entries)
	return err
}

// prepareMoney returns amounts complete and under their new ids.
func (r *Registry) prepareMoney(ctx context.Context, entries []household.Entry) ([]household.Entry, error) {
	known := map[household.FamilyID][]household.Entry{}
	fresh := slices.Clone(entries)
	var faults []error
	for i := range fresh {
		e := &fresh[i]
		if e.Fuel == "" {
			e.Fuel = household.FuelElectricity
		}
		if _, read := known[e.Family]; !read {
			if err := r.exists(ctx, e.Family); err != nil {
				return nil, err
			}
			all, err := r.store.Entries(ctx, e.Family)
			if err != nil {
				return nil, err
			}
			known[e.Family] = all
		}
		if err := checkEntry(*e); err != nil {
			faults = append(faults, err)
			continue
		}
		if slices.ContainsFunc(known[e.Family], func(k household.Entry) bool { return k.Taken.IsZero() && sameEntry(k, *e) }) {
			faults = append(faults, fmt.Errorf("%s of %s on %s from %q: %w already; say another source where there were two", e.Kind, e.Fuel, e.Day, e.Source, ErrTaken))
		}
		e.ID, e.Said = randomID("e"), r.world()
		known[e.Family] = append(known[e.Family], *e)
	}
	return fresh, errors.Join(faults...)
}

func sameEntry(a, b household.Entry) bool {
	return a.Day == b.Day && a.Kind == b.Kind && a.Fuel == b.Fuel && a.Cents == b.Cents && a.Source == b.Source
}

// checkEntry says what is wrong with an amount.
func checkEntry(e household.Entry) error {
	const most = 100_000_00 // cents: more is a slip of the comma
	switch {
	case dated(e.Day) != nil:
		return errors.New("day: is missing")
	case !slices.Contains(household.EntryKinds, e.Kind):
		return fmt.Errorf("kind %q: want one of %v", e.Kind, household.EntryKinds)
	case !e.Fuel.Known():
		return fmt.Errorf("fuel %q: want one of %v", e.Fuel, household.Fuels)
	case e.Cents <= 0 || e.Cents > most:
		return fmt.Errorf("amount of %d cents: want above 0 and at most %d", e.Cents, most)
	case (e.Kind == household.Brought) != e.Fuel.Delivered() && (e.Kind == household.Brought || !e.Kind.Helps()):
		return fmt.Errorf("%s of %s: a delivery is of oil, lpg or wood, and these are paid by the delivery", e.Kind, e.Fuel)
	case e.Kind == household.RentHeat && e.Fuel != household.FuelHeat:
		return fmt.Errorf("rent_heat of %s: want fuel heat", e.Fuel)
	case e.Kind != household.Brought && (e.Quantity != 0 || e.Unit != ""):
		return fmt.Errorf("%s: a quantity is that of a delivery", e.Kind)
	case e.Quantity < 0 || (e.Quantity > 0) != (e.Unit != "") || e.Unit != "" && !slices.Contains([]string{"l", "kg", "stere"}, e.Unit):
		return fmt.Errorf("quantity in %q: want a number above 0 with l, kg or stere, or neither", e.Unit)
	case len(e.Source) > 200 || strings.TrimSpace(e.By) == "" || len(e.By) > 200:
		return errors.New("say who says so, and the source in at most 200 characters")
	}
	return nil
}

// TakeBackMoney writes down that an amount was wrong: it counts no longer, and stays
// to be seen. [ErrUnknown] when no amount of that id holds.
func (r *Registry) TakeBackMoney(ctx context.Context, id string, w Word) error {
	if err := w.check(); err != nil {
		return err
	}
	ok, err := r.store.TakeBackEntry(ctx, id, household.Entry{ID: randomID("e"), By: w.By, Source: w.Why, Said: r.world()})
	if err == nil && !ok {
		err = fmt.Errorf("amount %q: %w that holds", id, ErrUnknown)
	}
	return err
}

// Money returns the amounts of a family, those taken back too. It is for operators.
func (r *Registry) Money(ctx context.Context, family household.FamilyID) ([]household.Entry, error) {
	return r.store.Entries(ctx, family)
}
