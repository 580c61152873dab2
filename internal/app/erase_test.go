package app

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx", to look at what is kept
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/account"
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

// erasedHomes is how many families are erased at make test, see S6 of the figures.
const erasedHomes = 10

// A home is what must be found nowhere once its family is erased.
type home struct {
	id     household.FamilyID
	meters []energy.MeterID
	label  string
	device string
}

// TestErasedFamiliesStandInNoFile fills an installation, erases ten families, looks for
// everything that tells of them in every file, puts back a copy from before, and looks
// again.
func TestErasedFamiliesStandInNoFile(t *testing.T) {
	for dialect, stores := range map[string]func(*config.Config){
		"sqlite":   func(*config.Config) {},
		"postgres": func(c *config.Config) { c.Records.URL = secret.New(testserver.Postgres(t)) },
		"influx":   func(c *config.Config) { c.Series.URL = "influx+" + testserver.Influx(t).URL() },
	} {
		t.Run(dialect, func(t *testing.T) {
			c := config.Default()
			c.Data = t.TempDir()
			stores(&c)
			o := openQuiet(t, c)
			_, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared")
			if err != nil {
				t.Fatal(err)
			}
			var homes []home
			for n := range erasedHomes {
				homes = append(homes, settleHome(t, o, n))
			}
			stays := settleHome(t, o, erasedHomes)
			moves(t, o, &homes[0], stays)
			closeQuiet(t, o)

			before := copied(t, c.Data)
			scan := func(when string) {
				t.Helper()
				for _, h := range homes {
					findNot(t, when, c.Data, h, dialect, c.Records.URL.Reveal())
				}
				saysNothing(t, when, c, homes)
				o := openQuiet(t, c)
				defer closeQuiet(t, o)
				families, err := o.Records.Families(t.Context(), "")
				if err != nil || len(families) != 1 || families[0].Label != stays.label {
					t.Errorf("%s: %v, %v", when, families, err)
				}
				if _, err := o.Audit(t.Context(), "", "", nil); err != nil {
					t.Errorf("%s: the journal does not hold: %v", when, err)
				}
			}
			o = openQuiet(t, c)
			public, err := o.JournalKey(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range homes {
				signed, err := o.Erase(t.Context(), h.label)
				if err != nil {
					t.Fatal(err)
				}
				cert, err := journal.OpenCertificate(signed, public)
				if err != nil || cert.Household != string(h.id) || cert.Meters != 2 || cert.Rows == 0 {
					t.Errorf("%+v, %v", cert, err)
				}
				if again, err := o.Erase(t.Context(), string(h.id)); err != nil || !strings.Contains(again, string(h.id)) {
					t.Errorf("a second time: %v", err)
				}
			}
			var cents, entries int64
			if err := o.Records.ErasedMoney(t.Context(), c.Pilot.ID, func(_ int, _ household.EntryKind, sum, n int64) {
				cents, entries = cents+sum, entries+n
			}); err != nil || cents != erasedHomes*4321 || entries != erasedHomes {
				t.Errorf("%d cents of %d entries are left, %v", cents, entries, err)
			}
			closeQuiet(t, o)
			scan("after the erasure")

			if dialect == "postgres" {
				return // its files are the server's
			}
			for name, b := range before {
				if err := os.WriteFile(filepath.Join(c.Data, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Remove(filepath.Join(c.Data, "journal.checkpoint")); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			closeQuiet(t, openQuiet(t, c))
			scan("with a copy from before")
		})
	}
}

func openQuiet(t *testing.T, c config.Config) *Office {
	t.Helper()
	o, err := OpenOffice(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	o.World = World{Start: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), Anchor: Wall(), Speed: 1e-9}
	o.Registry = registry.New(o.Records, o.World.Now, Wall, slog.New(slog.DiscardHandler))
	return o
}

func closeQuiet(t *testing.T, o *Office) {
	t.Helper()
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
}

// settleHome fills every place where something of a family is kept.
func settleHome(t *testing.T, o *Office, n int) home {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h := home{label: fmt.Sprintf("CANARI-%03d Famille Martin", n), device: fmt.Sprintf("canari-%03d", n)}
	day, now := energy.Day{Year: 2026, Month: 1, Date: 1}, o.World.Now()
	var err error
	h.id, err = o.Registry.AddFamily(ctx, household.File{
		Family:    household.Family{Pilot: o.Config.Pilot.ID, Label: h.label, Language: "fr"},
		Dwellings: []household.Dwelling{{From: day, Persons14: 2}},
		Contracts: []household.Contract{{From: day, Tariff: "fr-bleu-base", PowerKVA: 6}},
		Incomes:   []household.Income{{From: day, Disposable: 1_800_000}},
	})
	must(err)
	must(o.Registry.Bundle(ctx, h.id, registry.Form{Notice: "1", Medium: "paper", Paper: h.label + " armoire"}, true, consent.FamilyView, consent.Alert))
	gateway := fmt.Sprintf("gw-%d", n)
	_, err = o.Registry.AddGateway(ctx, o.Config.Pilot.ID, gateway)
	must(err)
	for _, at := range []string{gateway, "gw-shared"} {
		m, err := o.Registry.Lookup(ctx, registry.DeviceRef{Gateway: at, Scheme: "tasmota", ID: h.device})
		must(err)
		must(o.Registry.Claim(ctx, registry.Claim{Meter: m.ID, Family: h.id, Role: household.Electricity, From: now.Add(-48 * time.Hour)}))
		must(o.Records.Remember(ctx, at, map[string]string{"name/" + h.device: h.label}))
		must(o.Records.Change(ctx, []household.Change{{Meter: m.ID, Kind: household.Kept, At: now, By: h.label, Why: h.label, Said: now}}))
		h.meters = append(h.meters, m.ID)
	}
	must(o.Records.AddEntries(ctx, []household.Entry{
		{ID: "e" + string(h.id), Family: h.id, Day: day, Kind: household.Voucher, Cents: 4321, Source: h.label, By: h.label, Said: now},
	}))
	must(o.Records.Transit(ctx, household.Transition{
		Alert: household.Alert{
			ID: "a" + string(h.id), Pilot: o.Config.Pilot.ID, Family: h.id, Rule: "cold_home", Category: "cost", Severity: household.High,
			State: household.Open, Reason: []byte("{}"), Since: now, OpenedAt: now, Changed: now,
		},
		Step: household.StepOpened, At: now, Note: h.label,
	}))
	must(o.Records.FileResults(ctx, household.Filing{Family: h.id, Results: []household.Filed{{
		Result: household.Result{
			Indicator: "tee", From: day, To: day.Add(365), Version: "1", Status: household.OK, Value: "0.1", Unit: "ratio", At: now, Detail: []byte(`{}`),
		},
		Category: "indicators", Granularity: 1,
	}}}))
	must(o.Records.MarkDirty(ctx, h.id, day, day.Add(3)))
	_, err = o.Accounts.Invite(ctx, h.id)
	must(err)
	waits(t, o, h, now)
	return h
}

// moves gives one of a family's meters to another, which keeps it.
func moves(t *testing.T, o *Office, from *home, to home) {
	t.Helper()
	m, now := from.meters[1], o.World.Now()
	if err := o.Registry.Release(t.Context(), m, now); err != nil {
		t.Fatal(err)
	}
	if err := o.Registry.Claim(t.Context(), registry.Claim{Meter: m, Family: to.id, Role: household.Electricity, From: now}); err != nil {
		t.Fatal(err)
	}
	store, err := openSeries(t.Context(), o.Config)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := energy.Reading{Meter: m, Register: "energy_import/base", At: now.Add(time.Hour).Truncate(time.Second), Value: 2, Source: energy.DeviceTime}
	if err := store.Write(t.Context(), []energy.Reading{r}); err != nil {
		t.Fatal(err)
	}
	from.meters = from.meters[:1]
	t.Cleanup(func() { // what it said for the other family is there, and nothing of before
		store, err := openSeries(context.WithoutCancel(t.Context()), o.Config)
		if err != nil {
			t.Error(err)
			return
		}
		defer store.Close()
		rs, err := store.Read(context.WithoutCancel(t.Context()), m, time.Time{}, now.Add(24*time.Hour))
		if err != nil || len(rs) != 1 || rs[0].Value != 2 {
			t.Errorf("the meter that moved has %v, %v", rs, err)
		}
	})
}

// waits fills the series, the spool and the quarantine.
func waits(t *testing.T, o *Office, h home, now time.Time) {
	t.Helper()
	store, err := openSeries(t.Context(), o.Config)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	kept, err := spool.Open(t.Context(), o.spoolConfig(), o.Keys, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for _, m := range h.meters {
		r := energy.Reading{Meter: m, Register: "energy_import/base", At: now.Add(-time.Hour).Truncate(time.Second), Value: 1, Source: energy.DeviceTime}
		if err := store.Write(t.Context(), []energy.Reading{r}); err != nil {
			t.Fatal(err)
		}
		if err := kept.Append(t.Context(), []energy.Reading{r}); err != nil {
			t.Fatal(err)
		}
		b, err := kept.Take(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.Settle(t.Context(), ingest.Settlement{Through: b.Through, Held: b.Readings}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []ingest.Case{
		{Gateway: "gw-shared", Device: h.device, Dialect: "tasmota", Reason: h.label, At: now, Message: ingest.Message{Topic: "tele/" + h.device, Payload: []byte(h.label), At: now}},
		{Gateway: "gw-shared", Reason: "unheard of", At: now, Message: ingest.Message{Topic: "x", Payload: []byte(`{"id":"` + h.device + `"}`), At: now}},
	} {
		if _, err := kept.Isolate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
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

// findNot looks for what tells of a family in every file, and in every column of
// PostgreSQL. Its random id stands in the list of those who were erased, and there alone.
func findNot(t *testing.T, when, folder string, h home, dialect, url string) {
	t.Helper()
	marks := []string{h.label, h.device, string(h.id)}
	for _, m := range h.meters {
		marks = append(marks, string(m))
	}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range marks {
			if bytes.Contains(b, []byte(m)) && (filepath.Base(path) != "keys.db" || m != string(h.id)) {
				t.Errorf("%s: %s holds %s", when, filepath.Base(path), m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if dialect == "postgres" {
		findNotIn(t, when, url, marks)
	}
}

// saysNothing asks the series for what the meters of families said.
func saysNothing(t *testing.T, when string, c config.Config, homes []home) {
	t.Helper()
	store, err := openSeries(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, h := range homes {
		for _, m := range h.meters {
			rs, err := store.Read(t.Context(), m, time.Time{}, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
			if err != nil || len(rs) > 0 {
				t.Errorf("%s: a meter of an erased family said %v, %v", when, rs, err)
			}
		}
	}
}

func findNotIn(t *testing.T, when, url string, marks []string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) < 30 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, table := range tables {
		for _, m := range marks {
			var n int
			if err := db.QueryRow(`SELECT COUNT(*) FROM "`+table+`" x WHERE position($1 IN x::text) > 0`, m).Scan(&n); err != nil || n > 0 {
				t.Errorf("%s: %s holds %s in %d rows, %v", when, table, m, n, err)
			}
		}
	}
}

// TestWhatWasWithdrawnStaysWithdrawnInACopyFromBefore puts back records from before a
// withdrawal.
// Less of something is a withdrawal too: of the period of the data, and of when it ends.
func TestWhatWasNarrowedDoesNotComeBackWithACopyFromBefore(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	o := openQuiet(t, c)
	if _, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
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
	for name, b := range before {
		if err := os.WriteFile(filepath.Join(c.Data, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
	c := config.Default()
	c.Data = t.TempDir()
	o := openQuiet(t, c)
	if _, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
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
		for file, b := range before {
			must(os.WriteFile(filepath.Join(c.Data, file), b, 0o600))
		}
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
	c := config.Default()
	c.Data = t.TempDir()
	o := openQuiet(t, c)
	ctx := t.Context()
	if _, err := o.Registry.AddGateway(ctx, c.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
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
	for name, b := range before {
		must(os.WriteFile(filepath.Join(c.Data, name), b, 0o600))
	}
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

func TestWhatWasWithdrawnStaysWithdrawnInACopyFromBefore(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	o := openQuiet(t, c)
	if _, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
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
	for name, b := range before {
		if err := os.WriteFile(filepath.Join(c.Data, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
