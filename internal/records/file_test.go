package records

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// shut is a store whose files on families are not to be opened.
type shut struct{ *DB }

func (shut) File(context.Context, household.FamilyID) (household.File, bool, error) {
	return household.File{}, false, errors.New("a whole file was read")
}

// TestAChangeOpensNoFile: that a family is there is all that a change needs to know.
func TestAChangeOpensNoFile(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		r := registry.New(shut{db}, func() time.Time { return noon }, time.Now, discard())
		x := household.Dwelling{Family: id, From: energy.Day{Year: 2025, Month: 3, Date: 1}, Persons14: 2}
		if err := r.ChangeDwelling(t.Context(), x); err != nil {
			t.Error(err)
		}
		x.Family = "f"
		if err := r.ChangeDwelling(t.Context(), x); !errors.Is(err, registry.ErrUnknown) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

// TestTheFirstReadingOfAMeterIsItsFamilys: the meter is taken in some milliseconds after
// what it said arrived.
func TestTheFirstReadingOfAMeterIsItsFamilys(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		arrived := noon.Add(-20 * time.Millisecond)
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "linky", Heard: arrived})
		id := w.family(t, "Foyer 01")
		if err := w.registry.Claim(t.Context(), registry.Claim{Meter: m.ID, Family: id, Role: household.Electricity}); err != nil {
			t.Fatal(err)
		}
		f, err := w.registry.File(t.Context(), id)
		if err != nil || len(f.Meters) != 1 || f.Meters[0].From.After(arrived) {
			t.Errorf("%+v %v: what arrived at %s is nobody's", f.Meters, err, arrived)
		}
	})
}
