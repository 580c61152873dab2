package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"foyer/internal/account"
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/registry"
)

// Tests of records that are as they were, beside keys that are not: copied, lived with, put
// back.

// founded opens an installation with a gateway, where nobody lives yet.
func founded(t *testing.T) (config.Config, *Office) {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	o := openQuiet(t, c)
	if _, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
	return c, o
}

// copied returns the files of a data folder, without the keys.
func copied(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"records.db", "spool.db", "readings.db"} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	return files
}

// putBack writes the files of a copy that [copied] made.
func putBack(t *testing.T, folder string, before map[string][]byte) {
	t.Helper()
	for name, b := range before {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Less of something is a withdrawal too: of the period of the data, and of when it ends.
func TestWhatWasNarrowedDoesNotComeBackWithACopyFromBefore(t *testing.T) {
	c, o := founded(t)
	h := settleHome(t, o, 1)
	closeQuiet(t, o)
	before := copied(t, c.Data)

	o = openQuiet(t, c)
	seen := time.Now()
	for _, l := range []consent.Limits{
		{Purpose: consent.FamilyView, Category: consent.Cost, DataFrom: seen},
		{Purpose: consent.FamilyView, Category: consent.Consumption, Expires: seen.Add(time.Hour)},
	} {
		if id, err := o.Registry.Narrow(t.Context(), h.id, l, registry.Form{Notice: "1"}); err != nil || id == "" {
			t.Fatal(id, err)
		}
	}
	want, err := o.Registry.Grants(t.Context(), h.id)
	if err != nil {
		t.Fatal(err)
	}
	closeQuiet(t, o)
	putBack(t, c.Data, before)
	o = openQuiet(t, c)
	defer closeQuiet(t, o)
	got, err := o.Registry.Grants(t.Context(), h.id)
	if err != nil || len(got) == 0 || len(got) != len(want)-3 { // cost, days and half-hours
		t.Errorf("agrees to %d things, wants %d, %v", len(got), len(want)-3, err)
	}
	for _, g := range got {
		if g.Scope.Purpose == consent.FamilyView && (g.Scope.Category == consent.Cost || g.Scope.Category == consent.Consumption) {
			t.Errorf("what was narrowed is as wide as before: %+v", g)
		}
	}
}

// What a family confirmed is carried out though the records that were to say so are gone.
func TestAConfirmedErasureIsDueInACopyFromBefore(t *testing.T) {
	c, o := founded(t)
	asks, unasked := settleHome(t, o, 1), settleHome(t, o, 2)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	closeQuiet(t, o)
	never := copied(t, c.Data) // of before it was asked for
	o = openQuiet(t, c)
	code, _, err := o.Registry.AskErasure(t.Context(), asks.id, c.Pilot.ID)
	must(err)
	closeQuiet(t, o)
	asked := copied(t, c.Data)
	o = openQuiet(t, c)
	must(o.Registry.ConfirmErasure(t.Context(), asks.id, code, registry.Form{}))
	closeQuiet(t, o)
	for name, before := range map[string]map[string][]byte{"before it was asked for": never, "before it was confirmed": asked} {
		putBack(t, c.Data, before)
		o = openQuiet(t, c)
		due, err := o.Records.DueErasures(t.Context(), "")
		if err != nil || len(due) != 1 || due[0].Family != asks.id || o.Settled.Due != 1 {
			t.Errorf("%s: due are %+v, %d again, %v", name, due, o.Settled.Due, err)
		}
		if e, err := o.Registry.Erasure(t.Context(), code); err != nil || e.Confirmed.IsZero() {
			t.Errorf("%s: its code says %+v, %v", name, e, err)
		}
		if held, err := o.Registry.Grants(t.Context(), unasked.id); err != nil || len(held) == 0 {
			t.Errorf("%s: another family agrees to %d things, %v", name, len(held), err)
		}
		closeQuiet(t, o)
	}
}

// A phone that a family disconnected, a token that was taken back, and who works there no
// longer do not come in again; the others do.
func TestWhoWasShownOutStaysOutInACopyFromBefore(t *testing.T) {
	c, o := founded(t)
	ctx := t.Context()
	h, other := settleHome(t, o, 1), settleHome(t, o, 2)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	phone := func(id household.FamilyID) string {
		t.Helper()
		token, err := o.Accounts.ConnectPhone(ctx, id)
		must(err)
		return token
	}
	person := func(email string) string {
		t.Helper()
		id, err := o.Accounts.AddStaff(ctx, household.Staff{Pilot: c.Pilot.ID, Email: email, Name: email, Role: "caseworker"}, "quatre chevaux verts")
		must(err)
		session, err := o.Accounts.OpenStaff(ctx, id)
		must(err)
		return session
	}
	machine := func(name string) (id, bearer string) {
		t.Helper()
		id, bearer, err := o.Accounts.AddToken(ctx, c.Pilot.ID, name, 0, permission.ReadFamilies)
		must(err)
		return id, bearer
	}
	shut, kept, all := phone(h.id), phone(h.id), phone(other.id)
	gone, stays := person("karim@ville.example"), person("nadia@ville.example")
	revoked, old := machine("old")
	_, current := machine("current")
	closeQuiet(t, o)
	before := copied(t, c.Data)

	o = openQuiet(t, c)
	phones, err := o.Accounts.Phones(ctx, h.id, shut)
	must(err)
	for _, p := range phones {
		if p.This {
			must(o.Accounts.Disconnect(ctx, h.id, p.ID))
		}
	}
	must(o.Accounts.DisconnectAll(ctx, other.id))
	must(o.Accounts.RemoveStaff(ctx, "karim@ville.example"))
	must(o.Accounts.RemoveToken(ctx, revoked))
	closeQuiet(t, o)
	putBack(t, c.Data, before)
	o = openQuiet(t, c)
	defer closeQuiet(t, o)
	if o.Settled.Shut != 4 {
		t.Errorf("%d were shown out again, want 4", o.Settled.Shut)
	}
	for name, x := range map[string]struct {
		read  func(context.Context, string) (consent.Reader, error)
		token string
		in    bool
	}{
		"a phone": {o.Records.SessionReader, shut, false}, "its other phone": {o.Records.SessionReader, kept, true}, "all phones": {o.Records.SessionReader, all, false},
		"who left": {o.Records.SessionReader, gone, false}, "who stays": {o.Records.SessionReader, stays, true},
		"a token": {o.Records.BearerReader, old, false}, "another token": {o.Records.BearerReader, current, true},
	} {
		if r, err := x.read(ctx, x.token); err != nil || (r.Kind != "") != x.in {
			t.Errorf("%s: comes in as %q, %v", name, r.Kind, err)
		}
	}
	if _, err := o.Accounts.SignIn(ctx, "karim@ville.example", "quatre chevaux verts", "192.0.2.1"); !errors.Is(err, account.ErrDenied) {
		t.Error("who left signs in:", err)
	}
}

// What a family agrees to no longer is not in force again.
func TestWhatWasWithdrawnStaysWithdrawnInACopyFromBefore(t *testing.T) {
	c, o := founded(t)
	h, other := settleHome(t, o, 1), settleHome(t, o, 2)
	closeQuiet(t, o)
	before := copied(t, c.Data)

	o = openQuiet(t, c)
	held, err := o.Registry.Grants(t.Context(), other.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Registry.Withdraw(t.Context(), h.id, []consent.Scope{consent.Hourly()}, registry.Form{Notice: "1"}); err != nil {
		t.Fatal(err)
	}
	want, err := o.Registry.Grants(t.Context(), h.id)
	if err != nil || len(want) == 0 {
		t.Fatal(len(want), err)
	}
	closeQuiet(t, o)
	putBack(t, c.Data, before)
	o = openQuiet(t, c)
	got, err := o.Registry.Grants(t.Context(), h.id)
	if err != nil || len(got) != len(want) {
		t.Errorf("agrees to %d things, wants %d, %v", len(got), len(want), err)
	}
	for _, g := range got {
		if g.Scope == consent.Hourly() {
			t.Error("what was withdrawn is in force again")
		}
	}
	if still, err := o.Registry.Grants(t.Context(), other.id); err != nil || len(still) != len(held) {
		t.Errorf("another family agrees to %d things, did to %d, %v", len(still), len(held), err)
	}
	// What is given after that holds, whatever is noted.
	if err := o.Registry.Give(t.Context(), h.id, []consent.Scope{consent.Hourly()}, registry.Form{Notice: "1"}); err != nil {
		t.Fatal(err)
	}
	closeQuiet(t, o)
	o = openQuiet(t, c)
	defer closeQuiet(t, o)
	if again, err := o.Registry.Grants(t.Context(), h.id); err != nil || len(again) != len(want)+1 {
		t.Errorf("agrees to %d things, wants %d, %v", len(again), len(want)+1, err)
	}
}
