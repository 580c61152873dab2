package records

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func (w town) lookup(t *testing.T, ref registry.DeviceRef) registry.Meter {
	t.Helper()
	m, err := w.registry.Lookup(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w town) state(t *testing.T, id energy.MeterID, want household.MeterState) {
	t.Helper()
	if got, _, err := w.registry.State(t.Context(), id); err != nil || got != want {
		t.Errorf("state %q %v, want %q", got, err, want)
	}
}

func TestCollectionFollowsConsent(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ref := registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "linky"}
		m := w.lookup(t, ref)
		w.state(t, m.ID, household.Unclaimed)
		claim := registry.Claim{Meter: m.ID, Family: id, Role: household.Electricity, MaxPower: 9_000_000}
		if err := w.registry.Claim(t.Context(), claim); err != nil {
			t.Fatal(err)
		}
		w.state(t, m.ID, household.Stopped) // nothing was agreed to yet
		w.agrees(t, id, consent.FamilyView, consent.Alert)
		w.state(t, m.ID, household.Claimed)
		got := w.lookup(t, ref)
		if got.State != household.Claimed || got.MaxPower != 9_000_000 || !got.Since.Equal(noon.Add(-24*time.Hour)) {
			t.Errorf("%+v", got)
		}
		if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.FamilyView), registry.Form{}); err != nil {
			t.Fatal(err)
		}
		w.state(t, m.ID, household.Claimed) // alerts still need it
		if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.Alert), registry.Form{}); err != nil {
			t.Fatal(err)
		}
		w.state(t, m.ID, household.Stopped)
		if got := w.lookup(t, ref); got.State != household.Stopped {
			t.Errorf("%+v", got)
		}
		w.agrees(t, id, consent.FamilyView)
		w.state(t, m.ID, household.Claimed)
		w.state(t, "mnever", household.Ignored)
	})
}

// What a meter said while it was a family's stays the family's, for as long as that agrees.
func TestWhatAMeterSaidBeforeItWasGivenBackIsKept(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		w.agrees(t, one, consent.FamilyView)
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "linky"})
		kept := func(when string, wantState household.MeterState, want time.Time) {
			t.Helper()
			state, got, err := w.registry.State(t.Context(), m.ID)
			if err != nil || state != wantState || !got.Equal(want) {
				t.Errorf("%s: %s, kept until %v: %v", when, state, got, err)
			}
		}
		kept("nobody's", household.Unclaimed, time.Time{})
		if err := w.registry.Claim(t.Context(), registry.Claim{Meter: m.ID, Family: one, Role: household.Electricity, From: noon.AddDate(0, 0, -9)}); err != nil {
			t.Fatal(err)
		}
		kept("claimed", household.Claimed, time.Time{})
		if err := w.registry.Release(t.Context(), m.ID, noon.AddDate(0, 0, -5)); err != nil {
			t.Fatal(err)
		}
		kept("released", household.Unclaimed, noon.AddDate(0, 0, -5))
		if err := w.registry.Claim(t.Context(), registry.Claim{Meter: m.ID, Family: two, Role: household.Electricity, From: noon.AddDate(0, 0, -3)}); err != nil {
			t.Fatal(err)
		}
		kept("of a family that has not agreed yet", household.Stopped, noon.AddDate(0, 0, -5))
		if err := w.registry.Withdraw(t.Context(), one, consent.Offer(consent.FamilyView), registry.Form{}); err != nil {
			t.Fatal(err)
		}
		kept("nobody agrees any more", household.Stopped, time.Time{})
	})
}

func TestAnotherProcessesChangeIsSeenWithinTwoSeconds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		wall := time.Now()
		here := registry.New(db, func() time.Time { return noon }, func() time.Time { return wall }, discard())
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.FamilyView)
		ref := registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "linky"}
		m, err := here.Lookup(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if err := here.Claim(t.Context(), registry.Claim{Meter: m.ID, Family: id, Role: household.Electricity}); err != nil {
			t.Fatal(err)
		}
		at := func(after time.Duration, want household.MeterState) {
			t.Helper()
			wall = wall.Add(after)
			if got, err := here.Lookup(t.Context(), ref); err != nil || got.State != want {
				t.Errorf("%+v %v, want %s", got, err, want)
			}
		}
		at(0, household.Claimed)
		if err := w.registry.WithdrawAll(t.Context(), id, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		at(time.Second, household.Claimed)
		at(time.Second, household.Stopped)
		w.agrees(t, id, consent.FamilyView)
		at(-time.Hour, household.Claimed) // a wall clock that jumped back trusts nothing
	})
}

func TestAMeterHasOneFamilyAtATime(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "linky"})
		ctx := t.Context()
		claim := func(id household.FamilyID, from time.Time) error {
			return w.registry.Claim(ctx, registry.Claim{Meter: m.ID, Family: id, Role: household.Electricity, From: from})
		}
		if err := claim(one, noon.AddDate(0, 0, -10)); err != nil {
			t.Fatal(err)
		}
		if err := claim(two, noon); !errors.Is(err, registry.ErrClaimed) {
			t.Error(err)
		}
		if err := w.registry.Ignore(ctx, m.ID); !errors.Is(err, registry.ErrUnknown) {
			t.Error("a claimed meter was ignored:", err)
		}
		if err := w.registry.Release(ctx, m.ID, noon); err != nil {
			t.Fatal(err)
		}
		w.state(t, m.ID, household.Unclaimed)
		if err := w.registry.Release(ctx, m.ID, noon); !errors.Is(err, registry.ErrUnknown) {
			t.Error("released twice:", err)
		}
		if err := claim(two, noon.Add(-time.Hour)); !errors.Is(err, registry.ErrClaimed) {
			t.Error("two families at once:", err)
		}
		if err := claim(two, noon); err != nil {
			t.Error(err)
		}
		f, err := w.registry.File(ctx, two)
		if err != nil || len(f.Meters) != 1 || f.Meters[0].Family != two || !f.Meters[0].From.Equal(noon) {
			t.Errorf("%+v %v", f.Meters, err)
		}
		for name, c := range map[string]registry.Claim{
			"no meter":       {Meter: "m", Family: one, Role: household.Indoor},
			"no family":      {Meter: m.ID, Role: household.Indoor},
			"unknown family": {Meter: m.ID, Family: "f", Role: household.Indoor},
			"no role":        {Meter: m.ID, Family: one},
			"no such year":   {Meter: m.ID, Family: one, Role: household.Indoor, From: noon.AddDate(-1999, 0, 0)},
			"outdoor":        {Meter: m.ID, Family: one, Role: household.Outdoor},
		} {
			if err := w.registry.Claim(ctx, c); err == nil {
				t.Error(name, "passed")
			}
		}
		station := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "roof"})
		if err := w.registry.Claim(ctx, registry.Claim{Meter: station.ID, Role: household.Outdoor}); err != nil {
			t.Fatal(err)
		}
		w.state(t, station.ID, household.Claimed)
		if got := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "roof"}); !got.Since.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

func TestAFamilyDatesItsMeterBackAndCorrectsItsPower(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "linky"})
		claim := func(id household.FamilyID, days int, power int64) error {
			return w.registry.Claim(t.Context(), registry.Claim{
				Meter: m.ID, Family: id, Role: household.Electricity, From: noon.AddDate(0, 0, -days), MaxPower: power,
			})
		}
		since := func(id household.FamilyID, days int) {
			t.Helper()
			f, err := w.registry.File(t.Context(), id)
			if err != nil || len(f.Meters) != 1 || !f.Meters[0].From.Equal(noon.AddDate(0, 0, -days)) {
				t.Errorf("%+v %v, want from %d days ago", f.Meters, err, days)
			}
		}
		if err := claim(one, 1, 6_000_000); err != nil {
			t.Fatal(err)
		}
		if err := claim(one, 400, 9_000_000); err != nil {
			t.Fatal(err)
		}
		since(one, 400)
		if err := claim(one, 10, 0); err != nil { // later, and no power: nothing is lost
			t.Fatal(err)
		}
		since(one, 400)
		if n := w.count(t, `SELECT max_power FROM meter WHERE id = $1`, m.ID); n != 9_000_000 {
			t.Errorf("power %d", n)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM stale WHERE meter = $1 AND from_at <= $2`, m.ID, noon.AddDate(0, 0, -400).UnixMilli()); n == 0 {
			t.Error("what it measured before is not counted again")
		}
		if err := w.registry.Release(t.Context(), m.ID, noon.AddDate(0, 0, -5)); err != nil {
			t.Fatal(err)
		}
		if err := claim(two, 3, 0); err != nil {
			t.Fatal(err)
		}
		if err := claim(two, 6, 0); !errors.Is(err, registry.ErrClaimed) {
			t.Error("dated back into another family's time:", err)
		}
		since(two, 3)
	})
}

// TestASecretOfAnotherProcessHoldsAndEndsInASecond: the command line adds and removes
// gateways beside a server that remembers their secrets.
func TestASecretOfAnotherProcessHoldsAndEndsInASecond(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		wall := time.Now()
		server := registry.New(db, time.Now, func() time.Time { return wall }, slog.New(slog.DiscardHandler))
		verify := func(secret string, want bool) {
			t.Helper()
			if ok, err := server.Verify(ctx, "gw-1", secret); err != nil || ok != want {
				t.Errorf("%v %v", ok, err)
			}
		}
		verify("x", false)
		secret, err := w.registry.AddGateway(ctx, "p", "gw-1")
		if err != nil {
			t.Fatal(err)
		}
		wall = wall.Add(time.Second)
		verify(secret, true)
		if err := w.registry.RemoveGateway(ctx, "gw-1"); err != nil {
			t.Fatal(err)
		}
		verify(secret, true) // within half a second
		wall = wall.Add(time.Second)
		verify(secret, false)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		wall = wall.Add(time.Second)
		if _, err := server.Verify(gone, "gw-1", secret); err == nil {
			t.Error("verified though nothing was read")
		}
		verify(secret, false) // the next caller asks again
	})
}

func TestOnlyTheRightSecretVerifies(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		secret, err := w.registry.AddGateway(ctx, "p", "gw-1")
		if err != nil || len(secret) != 43 {
			t.Fatal(secret, err)
		}
		verify := func(gateway, secret string, want bool) {
			t.Helper()
			if ok, err := w.registry.Verify(ctx, gateway, secret); err != nil || ok != want {
				t.Errorf("%s: %v %v", gateway, ok, err)
			}
		}
		verify("gw-1", secret, true)
		verify("gw-1", secret+"x", false)
		verify("gw-1", "", false)
		verify("gw-2", secret, false)
		verify("", "", false)
		if n := w.count(t, `SELECT COUNT(*) FROM gateway WHERE secret_hash || mosquitto_hash LIKE '%' || $1 || '%'`, secret); n != 0 {
			t.Error("the secret is kept in clear")
		}
		again, err := w.registry.AddGateway(ctx, "p", "gw-1")
		if err != nil {
			t.Fatal(err)
		}
		verify("gw-1", secret, false)
		verify("gw-1", again, true)
		if _, err := w.registry.AddGateway(ctx, "q", "gw-1"); !errors.Is(err, registry.ErrTaken) {
			t.Error(err)
		}
		for _, id := range []string{"", "GW", "a/b", "+", "#"} {
			if _, err := w.registry.AddGateway(ctx, "p", id); err == nil {
				t.Errorf("%q passed", id)
			}
		}
		if err := w.registry.RemoveGateway(ctx, "gw-1"); err != nil {
			t.Fatal(err)
		}
		verify("gw-1", again, false)
		if err := w.registry.RemoveGateway(ctx, "gw-1"); !errors.Is(err, registry.ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestChangesAreDatedAndNothingIsLost(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ctx := t.Context()
		for _, c := range []household.Contract{
			{Family: id, Tariff: "second", PowerKVA: 9, From: day(t, "2026-11-10")},
			{Family: id, Tariff: "between", PowerKVA: 3, From: day(t, "2026-11-01")},
			{Family: id, Tariff: "second", PowerKVA: 12, From: day(t, "2026-11-10")}, // put right
		} {
			if err := w.registry.ChangeContract(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		f, err := w.registry.File(ctx, id)
		if err != nil || len(f.Contracts) != 3 {
			t.Fatalf("%+v %v", f.Contracts, err)
		}
		for i, want := range []string{"fr-bleu-base 6 2025-11-25 2026-11-01", "between 3 2026-11-01 2026-11-10"} {
			c := f.Contracts[i]
			if got := fmt.Sprint(c.Tariff, " ", c.PowerKVA, " ", c.From, " ", c.To); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		if last := f.Contracts[2]; last.Tariff != "second" || last.PowerKVA != 12 || last.To != (energy.Day{}) {
			t.Errorf("%+v", last)
		}
		if err := w.registry.ChangeDwelling(ctx, household.Dwelling{Family: id, Persons14: 2, AreaM2: 60, Fragile: true, From: day(t, "2026-11-10")}); err != nil {
			t.Fatal(err)
		}
		if err := w.registry.ChangeIncome(ctx, household.Income{Family: id, Disposable: -5, Aid: 7, From: day(t, "2026-11-10")}); err != nil {
			t.Fatal(err)
		}
		f, err = w.registry.File(ctx, id)
		if err != nil || len(f.Dwellings) != 1 || !f.Dwellings[0].Fragile || len(f.Incomes) != 1 || f.Incomes[0].Disposable != -5 {
			t.Errorf("%+v %v", f, err)
		}
		for name, err := range map[string]error{
			"no day":         w.registry.ChangeContract(ctx, household.Contract{Family: id, Tariff: "x", PowerKVA: 3}),
			"no tariff":      w.registry.ChangeContract(ctx, household.Contract{Family: id, PowerKVA: 3, From: day(t, "2026-11-10")}),
			"nobody at home": w.registry.ChangeDwelling(ctx, household.Dwelling{Family: id, From: day(t, "2026-11-10")}),
			"no family":      w.registry.ChangeIncome(ctx, household.Income{Family: "f", From: day(t, "2026-11-10")}),
		} {
			if err == nil {
				t.Error(name, "passed")
			}
		}
	})
}

func TestFamiliesAreTakenInAllOrNone(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		label := func(s string) household.File { return household.File{Family: household.Family{Pilot: "p", Label: s}} }
		if _, err := w.registry.AddFamilies(ctx, []household.File{label("A"), label("B"), label("A")}); !errors.Is(err, registry.ErrTaken) {
			t.Error(err)
		}
		if _, err := w.registry.AddFamilies(ctx, []household.File{label("A"), label("")}); err == nil {
			t.Error("a family without a label passed")
		}
		if all, err := w.registry.Families(ctx, ""); err != nil || len(all) > 0 {
			t.Fatal(all, err)
		}
		ids, err := w.registry.AddFamilies(ctx, []household.File{label(" B "), label("A")})
		if err != nil || len(ids) != 2 || len(ids[0]) != 17 {
			t.Fatal(ids, err)
		}
		all, err := w.registry.Families(ctx, "p")
		if err != nil || len(all) != 2 || all[0].Label != "A" || all[1].ID != ids[0] || all[0].Language != "fr" || !all[0].Since.Equal(noon) {
			t.Errorf("%+v %v", all, err)
		}
		if err := w.registry.AddPilot(ctx, household.Pilot{ID: "p", Zone: "UTC"}); !errors.Is(err, registry.ErrTaken) {
			t.Error(err)
		}
		if _, err := w.registry.File(ctx, "f"); !errors.Is(err, registry.ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestWhatWasSaidIsKeptAsItWasSaid(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ctx := t.Context()
		form := registry.Form{
			Notice: "2026-11", Hash: "9f2c", Language: "ar", Medium: "paper", By: "s1", Witness: "s2", Paper: "folder 3",
			DataFrom: noon.AddDate(0, 0, -3), DataTo: noon.AddDate(0, 1, 0), Expires: time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC(),
		}
		scopes := consent.Offer(consent.CooperativeSummary)
		if err := w.registry.Give(ctx, id, scopes, form); err != nil {
			t.Fatal(err)
		}
		said, err := w.registry.Said(ctx, id)
		if err != nil || len(said) != len(scopes) {
			t.Fatal(said, err)
		}
		for i, e := range said {
			want := consent.Event{
				ID: e.ID, Act: said[0].Act, Verb: consent.Give, At: e.At, State: consent.Given, Scope: scopes[i], DataFrom: form.DataFrom, DataTo: form.DataTo, Expires: form.Expires,
				Notice: form.Notice, Hash: "9f2c", Language: "ar", Medium: "paper", By: "s1", Witness: "s2", Paper: "folder 3",
			}
			if e != want || !e.At.Equal(said[0].At) || time.Since(e.At).Abs() > time.Minute {
				t.Errorf("%+v, want %+v", e, want)
			}
		}
		held, err := w.registry.Grants(ctx, id)
		if err != nil || len(held) != len(scopes) || !held[0].Since.Equal(said[0].At) || !held[0].Expires.Equal(form.Expires) {
			t.Errorf("%+v %v", held, err)
		}
		if err := w.registry.Refuse(ctx, id, scopes[:1], registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if held, err := w.registry.Grants(ctx, id); err != nil || len(held) != len(scopes)-1 {
			t.Errorf("a refusal left what was given before: %+v %v", held, err)
		}
		for name, err := range map[string]error{
			"nothing":      w.registry.Give(ctx, id, nil, registry.Form{}),
			"nobody":       w.registry.Give(ctx, "f", scopes, registry.Form{}),
			"no such word": w.registry.Give(ctx, id, []consent.Scope{{Purpose: "x"}}, registry.Form{}),
			"no period":    w.registry.Give(ctx, id, scopes, registry.Form{DataFrom: noon, DataTo: noon}),
			"operator":     w.registry.Give(ctx, id, []consent.Scope{{Purpose: consent.Alert, Recipient: consent.ToOperator, Category: consent.Cost, Granularity: consent.Daily}}, registry.Form{}),
		} {
			if err == nil {
				t.Error(name, "passed")
			}
		}
	})
}

func TestStampOfAHomeIsShortHoweverMuchIsKnown(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	w := newTown(t, db)
	id := w.family(t, "one")
	stamp := func() string {
		t.Helper()
		homes := homesOf(t, db)
		if len(homes) != 1 {
			t.Fatal(homes)
		}
		return homes[0].Stamp
	}
	before := stamp()
	for day := range 20 {
		err := w.registry.ChangeIncome(t.Context(), household.Income{
			Family: id, From: energy.Day{Year: 2026, Month: 1, Date: day + 1}, Disposable: 1_000_000 + int64(day),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if after := stamp(); after == before || len(after) != len(before) || len(after) > 32 {
		t.Errorf("%q, then %q", before, after)
	}
}
