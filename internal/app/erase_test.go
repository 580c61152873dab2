package app

import (
	"bytes"
	"context"
	"database/sql"
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
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
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
			putBack(t, c.Data, before)
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
