package records

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func entry(meter, gateway, day string, tally energy.Tally) energy.Account {
	d, err := energy.ParseDay(day)
	if err != nil {
		panic(err)
	}
	return energy.Account{Meter: energy.MeterID(meter), Gateway: gateway, Day: d, Tally: tally}
}

func TestTheLedgerAddsUpWhatIngestersCount(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		one := []energy.Account{
			entry("", "gw-1", "2026-11-25", energy.Tally{energy.FateUncounted: 2}),
			entry("m1", "", "2026-11-25", energy.Tally{energy.FateStored: 5, energy.FateHeld: -2}),
			entry("m1", "", "2026-11-26", energy.Tally{energy.FateStored: 1}),
		}
		for _, e := range []struct {
			ingester       string
			after, through int64
			accounts       []energy.Account
			moved          bool
		}{
			{"a", 0, 3, one, false},
			{"a", 0, 3, one, true}, // a second time
			{"a", 0, 5, one, true}, // with more behind it
			{"b", 0, 1, one[1:2], false},
			{"a", 3, 4, one[:1], false},
			{"a", 2, 9, one, true},
		} {
			err := db.Enter(ctx, e.ingester, e.after, e.through, e.accounts)
			if errors.Is(err, ErrLedgerMoved) != e.moved || err != nil && !e.moved {
				t.Fatalf("%+v: %v", e, err)
			}
		}
		for ingester, want := range map[string]int64{"a": 4, "b": 1, "c": 0} {
			if got, err := db.Entered(ctx, ingester); got != want || err != nil {
				t.Errorf("%s is at %d: %v", ingester, got, err)
			}
		}
		day := one[0].Day
		got, err := db.Accounts(ctx, "", day, day.Add(1))
		want := []energy.Account{
			entry("", "gw-1", "2026-11-25", energy.Tally{energy.FateUncounted: 4}),
			entry("m1", "", "2026-11-25", energy.Tally{energy.FateStored: 10, energy.FateHeld: -4}),
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, want %v: %v", got, want, err)
		}
		if got, err := db.Accounts(ctx, "m1", day, day.Add(2)); len(got) != 2 || err != nil {
			t.Error(got, err)
		}
		if err := db.TrimLedger(ctx, day.Add(1)); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Accounts(ctx, "", day, day.Add(2)); len(got) != 1 || err != nil {
			t.Error(got, err)
		}
	})
}

func TestManyAccountsAreEnteredAtOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		var all []energy.Account
		for i := range 1000 {
			all = append(all, entry(fmt.Sprintf("m%04d", i), "", "2026-11-25", energy.Tally{energy.FateStored: int64(i)}))
		}
		if err := db.Enter(t.Context(), "a", 0, 1, all); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Accounts(t.Context(), "", all[0].Day, all[0].Day.Add(1)); !slices.Equal(got, all) || err != nil {
			t.Errorf("%d accounts: %v", len(got), err)
		}
	})
}

func TestConflictsAreListedAndCounted(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		seen := time.Unix(1_700_000_000, 0).UTC()
		var all []energy.Conflict
		for i := range 4 {
			all = append(all, energy.Conflict{First: markReading("m1", "energy_import", i, 1), Second: 9, Seen: seen.Add(time.Duration(i) * time.Hour)})
		}
		all = append(all, energy.Conflict{First: markReading("m2", "energy_import", 1, 1), Second: 9, Seen: seen})
		if err := db.Conflict(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		got, err := db.Conflicts(t.Context(), seen.Add(time.Hour), 2)
		if err != nil || !slices.Equal(got, []energy.Conflict{all[3], all[2]}) {
			t.Errorf("%v %v", got, err)
		}
		for more, want := range map[int]int{0: 2, 1: 1, 3: 1, 4: 0} {
			if n, err := db.Conflicting(t.Context(), seen, more); n != want || err != nil {
				t.Errorf("%d meters have more than %d conflicts: %v", n, more, err)
			}
		}
	})
}

// TestOnlyAnOperatorSeesWhichMetersLieAndNobodyWhatTheySay goes through the Gate, as
// the interface does.
func TestOnlyAnOperatorSeesWhichMetersLieAndNobodyWhatTheySay(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		if _, err := w.registry.AddGateway(ctx, "p", "gw-1"); err != nil {
			t.Fatal(err)
		}
		m, err := w.registry.Lookup(ctx, registry.DeviceRef{Gateway: "gw-1", Scheme: "tasmota", ID: "linky"})
		if err != nil {
			t.Fatal(err)
		}
		first := energy.Reading{Meter: m.ID, Register: "energy_import/hc", At: noon, Value: 1}
		if err := db.Conflict(ctx, []energy.Conflict{{First: first, Second: 9, Seen: noon.Add(time.Minute)}}); err != nil {
			t.Fatal(err)
		}
		got, err := w.gate.Conflicts(ctx, w.operator)
		want := household.MeterConflict{Meter: m.ID, Gateway: "gw-1", Register: "energy_import/hc", At: noon, Seen: noon.Add(time.Minute)}
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%+v, want %+v: %v", got, want, err)
		}
		if got, err := w.gate.Conflicts(ctx, w.staff(t, "q", "operator")); err != nil || len(got) != 0 {
			t.Errorf("another pilot's operator sees %+v: %v", got, err)
		}
		for _, aud := range []disclosure.Audience{w.caseworker, w.machine, w.phone(t, w.family(t, "Foyer 01")), {}} {
			if got, err := w.gate.Conflicts(ctx, aud); !errors.Is(err, disclosure.ErrWithheld) || got != nil {
				t.Errorf("%s sees %+v: %v", aud.Kind(), got, err)
			}
		}
		var reads int
		if err := db.read.QueryRow(`SELECT COUNT(*) FROM access WHERE view = 'conflicts' AND audience = 'staff'`).Scan(&reads); err != nil || reads != 2 {
			t.Errorf("%d reads are written down: %v", reads, err)
		}
	})
}
