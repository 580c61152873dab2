package records

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// before are the last migrations that kept names in clear.
var before = map[string]int64{"sqlite": 16, "postgres": 18}

// old fills a store as an earlier version left it, with texts that begin with "plain-".
func old(t *testing.T, dialect, address string) {
	t.Helper()
	d, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(map[string]goose.Dialect{"sqlite": goose.DialectSQLite3, "postgres": goose.DialectPostgres}[dialect], d.write, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), before[dialect]); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO pilot (id, name, zone) VALUES ('p', 'P', 'Europe/Paris')`,
		`INSERT INTO family (id, pilot, label, since) VALUES ('f1', 'p', 'plain-label-1', 1), ('f2', 'p', 'plain-label-2', 1)`,
		`INSERT INTO income (family, from_day, disposable, aid) VALUES ('f1', '2026-01-01', 31415926535, 27182818), ('f1', '2026-06-01', 0, 0)`,
		`INSERT INTO staff (id, pilot, email, name, role, password) VALUES ('s1', 'p', 'plain-mail', 'plain-name', 'operator', 'x'),
			('s2', 'p', 'removed:s2', 'plain-former', 'operator', '')`,
		`INSERT INTO token (id, hash, pilot, name, expires_at) VALUES ('t1', 'h', 'p', 'plain-token', 9223372036854775807)`,
		`INSERT INTO meter (id, gateway, state, role, first_seen) VALUES ('m1', 'g', 'claimed', 'electricity', 1), ('m2', 'g', 'unclaimed', '', 1)`,
		`INSERT INTO attachment (meter, family, from_at) VALUES ('m1', 'f1', 1)`,
		`INSERT INTO meter_alias (gateway, scheme, device, meter) VALUES ('g', 's', 'plain-serial-1', 'm1'), ('g', 's', 'plain-serial-2', 'm2')`,
		`INSERT INTO meter_change (meter, kind, at, said_by, why, said_at) VALUES ('m1', 'kept', 5, 'plain-by', 'plain-why', 6), ('m2', 'kept', 5, 'plain-by', '', 6)`,
		`INSERT INTO fact (gateway, key, value) VALUES ('g', 'plain-key', 'plain-value')`,
		`INSERT INTO fact_change (gateway, revision) VALUES ('g', 1)`,
		`INSERT INTO alert (id, pilot, family, rule, category, severity, state, reason, since, changed_at) VALUES
			('a1', 'p', 'f1', 'r', 'cost', 'high', 'open', '{}', 1, 1), ('a2', 'p', NULL, 'r', 'cost', 'high', 'open', '{}', 1, 1)`,
		`INSERT INTO alert_event (alert, seq, step, at, wall_at, state, severity, reason, note) VALUES
			('a1', 1, 'opened', 1, 1, 'open', 'high', '{}', 'plain-note-1'), ('a2', 1, 'opened', 1, 1, 'open', 'high', '{}', 'plain-note-2')`,
		`INSERT INTO consent (family, at, state, purpose, recipient, category, granularity, data_from, data_to, expires_at, notice, language, medium, act, paper)
			VALUES ('f1', 1, 'given', 'alert', 'cooperative', 'cost', 3, 0, 9, 9, '1', 'fr', 'paper', 'c1', 'plain-folder')`,
		`UPDATE staff SET totp = 'plain-secret', totp_at = 1 WHERE id = 's1'`,
		`INSERT INTO session (hash, kind, subject, expires_at) VALUES ('` + digest("held") + `', 'held', 's1', 9223372036854775807)`,
		`INSERT INTO session (hash, kind, subject, expires_at) VALUES ('` + digest("phone") + `', 'family', 'f1', 9000000012345678), ('` + digest("second") + `', 'family', 'f1', 9000000012345679)`,
		`INSERT INTO money (id, family, fuel, day, start_at, kind, category, cents, source, said_by, said_at) VALUES
			('e1', 'f1', 'gas', '2026-01-01', 1, 'voucher', 'income', 314159265, 'plain-source', 'plain-by', 1),
			('e2', 'f1', 'gas', '2026-01-02', 1, 'refund', 'cost', 500, 'plain-source', 'plain-by', 1)`,
		`INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at) VALUES
			('f1', 'tee', '2025-01-01', '2026-01-01', 1, '1', 'ok', '0.31415926', 'ratio', '{"income_eur":"plain-income"}', 'indicators', 1, 7),
			('f1', 'cost_day', '2026-01-01', '2026-01-02', 1, '1', 'ok', '2.5', 'EUR', '{}', 'cost', 3, 7)`,
	} {
		if _, err := d.write.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

// texts returns the only column of a query.
func texts(t *testing.T, db *DB, query string) []string {
	t.Helper()
	rows, err := db.read.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dumped returns every text and number of every table.
func dumped(t *testing.T, db *DB) string {
	t.Helper()
	tables := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if db.postgres {
		tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
	}
	var b strings.Builder
	for _, name := range texts(t, db, tables) {
		dump(t, db, name, &b)
	}
	return b.String()
}

func dump(t *testing.T, db *DB, table string, b *strings.Builder) {
	t.Helper()
	rows, err := db.read.Query(`SELECT * FROM "` + table + `"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			b.WriteString(c.String + "\n")
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// inTheClear looks for what old wrote.
func inTheClear(text string) []string {
	var found []string
	for _, marker := range []string{"plain-", "31415926", "27182818"} {
		if strings.Contains(text, marker) {
			found = append(found, marker)
		}
	}
	return found
}

func TestOldStoreIsSealedAtItsFirstStart(t *testing.T) {
	for dialect, address := range stores {
		t.Run(dialect, func(t *testing.T) {
			url := address(t)
			old(t, dialect, url)
			d, err := dial(url)
			if err != nil {
				t.Fatal(err)
			}
			if found := inTheClear(dumped(t, d)); len(found) != 3 {
				t.Fatalf("the test sees only %v of what is in clear", found)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			// Twice: what is sealed is not sealed again.
			for range 2 {
				db := open(t, url)
				if found := inTheClear(dumped(t, db)); found != nil {
					t.Errorf("in clear are %v", found)
				}
				holds(t, db)
			}
			if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
				files, err := filepath.Glob(path + "*")
				if err != nil || len(files) == 0 {
					t.Fatal(files, err)
				}
				for _, name := range files {
					b, err := os.ReadFile(name)
					if err != nil {
						t.Fatal(err)
					}
					if found := inTheClear(string(b)); found != nil {
						t.Errorf("%s holds %v", filepath.Base(name), found)
					}
				}
			}
		})
	}
}

// holds wants what old wrote.
func holds(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	fail := func(what string, got any, err error) { t.Errorf("%s: %+v, %v", what, got, err) }
	families, err := db.Families(ctx, "p")
	if err != nil || len(families) != 2 || families[0].Label != "plain-label-1" || families[1].Label != "plain-label-2" {
		fail("families", families, err)
	}
	f, _, err := db.File(ctx, "f1")
	day := energy.Day{Year: 2026, Month: 1, Date: 1}
	if err != nil || len(f.Incomes) != 2 || f.Incomes[0] != (household.Income{Family: "f1", From: day, Disposable: 31415926535, Aid: 27182818}) || f.Incomes[1].Disposable != 0 {
		fail("file", f, err)
	}
	if s, password, known, err := db.StaffByEmail(ctx, "plain-mail"); err != nil || !known || password != "x" || s.Name != "plain-name" || s.Email != "plain-mail" {
		fail("staff", s, err)
	}
	if all, err := db.Staff(ctx); err != nil || len(all) != 1 {
		fail("staff", all, err)
	}
	if all, err := db.Tokens(ctx); err != nil || len(all) != 1 || all[0].Name != "plain-token" {
		fail("tokens", all, err)
	}
	if ids, err := db.DeviceMeters(ctx, "g", "s", []string{"plain-serial-2", "plain-serial-1", "other"}); err != nil || len(ids) != 2 || ids["plain-serial-1"] != "m1" {
		fail("devices", ids, err)
	}
	if all, err := db.Meters(ctx, "f1", ""); err != nil || len(all) != 1 || !slices.Equal(all[0].Devices, []household.Device{{Scheme: "s", ID: "plain-serial-1"}}) {
		fail("meters", all, err)
	}
	if all, err := db.Changes(ctx, "m1"); err != nil || len(all) != 1 || all[0].By != "plain-by" || all[0].Why != "plain-why" {
		fail("changes", all, err)
	}
	if facts, _, err := db.Facts(ctx, 0); err != nil || facts["g"]["plain-key"] != "plain-value" {
		fail("facts", facts, err)
	}
	year := energy.Day{Year: 2025, Month: 1, Date: 1}
	results, err := db.Newest(ctx, "f1", []string{"tee"}, year, year.Add(1))
	if err != nil || len(results) != 1 || results[0].Value != "0.31415926" || string(results[0].Detail) != `{"income_eur":"plain-income"}` {
		fail("results", results, err)
	}
	if all, err := db.Said(ctx, "f1"); err != nil || len(all) != 1 || all[0].Paper != "plain-folder" {
		fail("consent", all, err)
	}
	if s, secret, known, err := db.Held(ctx, "held"); err != nil || !known || secret != "plain-secret" || s.Name != "plain-name" || s.Email != "plain-mail" {
		fail("second factor", s, err)
	}
	entries, err := db.Entries(ctx, "f1")
	if err != nil || len(entries) != 2 || entries[0].Cents != 314159265 || entries[1].Cents != 500 || entries[0].Source != "plain-source" || entries[1].By != "plain-by" {
		fail("amounts", entries, err)
	}
	for alert, want := range map[string]string{"a1": "plain-note-1", "a2": "plain-note-2"} {
		var family household.FamilyID
		var note string
		err := db.read.QueryRow(`SELECT COALESCE(a.family, ''), e.note FROM alert_event e JOIN alert a ON a.id = e.alert WHERE a.id = $1`, alert).Scan(&family, &note)
		if err == nil {
			err = db.unseal(ctx, family, noteOf(alert, 1), &note)
		}
		if err != nil || note != want {
			fail("note", note, err)
		}
	}
}

// TestSealingCutShortBeginsAgain stops it after its last table, and between its two steps.
func TestSealingCutShortBeginsAgain(t *testing.T) {
	for dialect, address := range stores {
		t.Run(dialect, func(t *testing.T) {
			url := address(t)
			old(t, dialect, url)
			d, err := dial(url)
			if err != nil {
				t.Fatal(err)
			}
			d.keys = ring
			if err := d.migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			killed := errors.New("killed")
			err = d.tx(t.Context(), func(tx *sql.Tx) error { return errors.Join(d.sealTables(t.Context(), tx), killed) })
			if !errors.Is(err, killed) || len(inTheClear(dumped(t, d))) != 3 {
				t.Fatalf("%v: what was there is not there", err)
			}
			if err := d.tx(t.Context(), func(tx *sql.Tx) error { return d.sealTables(t.Context(), tx) }); err != nil {
				t.Fatal(err)
			}
			if done, err := d.sealedState(t.Context()); done != sealed || err != nil {
				t.Errorf("state %d, %v", done, err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			db := open(t, url)
			if done, err := db.sealedState(t.Context()); done != swept || err != nil {
				t.Errorf("state %d, %v", done, err)
			}
			holds(t, db)
		})
	}
}

func TestOtherKeysServeNothing(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			open(t, url)
			other, err := keyring.Open(t.Context(), keyring.Defaults().In(t.TempDir()), time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			db, err := Open(t.Context(), url, other)
			if db != nil || !errors.Is(err, ErrOtherKeys) || !strings.Contains(err.Error(), ring.ID()) || !strings.Contains(err.Error(), other.ID()) {
				t.Errorf("opens with %v", err)
			}
		})
	}
}

// TestMovedTextIsNotRead swaps sealed texts between rows, as somebody could who may
// write the database.
func TestMovedTextIsNotRead(t *testing.T) {
	for name, c := range map[string]struct {
		swap string
		read func(t *testing.T, db *DB) error
	}{
		"label": {`UPDATE family SET label = (SELECT note FROM alert_event WHERE alert = 'a1') WHERE id = 'f1'`, func(t *testing.T, db *DB) error {
			_, err := db.Families(t.Context(), "")
			return err
		}},
		"income": {`UPDATE income SET amounts = (SELECT amounts FROM income WHERE from_day = '2026-06-01') WHERE from_day = '2026-01-01'`, func(t *testing.T, db *DB) error {
			all, err := db.Residences(t.Context())
			if err != nil {
				return err
			}
			_, err = db.Homes(t.Context(), all)
			return err
		}},
		"mail": {`UPDATE staff SET name = email WHERE id = 's1'`, func(t *testing.T, db *DB) error {
			_, err := db.Staff(t.Context())
			return err
		}},
		"device": {`UPDATE meter_alias SET owner = 'f1', name = (SELECT name FROM meter_alias WHERE meter = 'm1') WHERE meter = 'm2'`, func(t *testing.T, db *DB) error {
			_, err := db.Meters(t.Context(), "", "")
			return err
		}},
		"why": {`UPDATE meter_change SET why = said_by`, func(t *testing.T, db *DB) error {
			_, err := db.Changes(t.Context(), "m1")
			return err
		}},
		"fact": {`UPDATE fact SET gateway = 'h'`, func(t *testing.T, db *DB) error {
			_, err := db.write.ExecContext(t.Context(), `UPDATE fact_change SET gateway = 'h'`)
			if err == nil {
				_, _, err = db.Facts(t.Context(), 0)
			}
			return err
		}},
		"paper": {`UPDATE consent SET act = 'c2'`, func(t *testing.T, db *DB) error {
			_, err := db.Said(t.Context(), "f1")
			return err
		}},
		"amount": {`UPDATE money SET said_by = source WHERE id = 'e1'`, func(t *testing.T, db *DB) error {
			_, err := db.Entries(t.Context(), "f1")
			return err
		}},
		"secret": {`UPDATE staff SET totp = name WHERE id = 's1'`, func(t *testing.T, db *DB) error {
			_, _, _, err := db.Held(t.Context(), "held")
			return err
		}},
		"result": {`UPDATE result SET detail = value WHERE indicator = 'tee'`, func(t *testing.T, db *DB) error {
			day := energy.Day{Year: 2025, Month: 1, Date: 1}
			all, err := db.Newest(t.Context(), "f1", []string{"tee"}, day, day.Add(1))
			if err == nil && (len(all) != 1 || all[0].Unread) {
				err = keyring.ErrNotOpened // as computed again it differs
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			url := stores["sqlite"](t)
			old(t, "sqlite", url)
			db := open(t, url)
			if err := c.read(t, open(t, url)); err != nil && name != "fact" {
				t.Fatal(err)
			}
			if _, err := db.write.ExecContext(t.Context(), c.swap); err != nil {
				t.Fatal(err)
			}
			if err := c.read(t, db); !errors.Is(err, keyring.ErrNotOpened) {
				t.Errorf("reads with %v", err)
			}
		})
	}
}

// TestDeviceGoesWithItsFamily: the name of a device is under the key of who has it.
func TestDeviceGoesWithItsFamily(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx, at := t.Context(), time.UnixMilli(1_700_000_000_000).UTC()
		for _, add := range []func() (bool, error){
			func() (bool, error) { return db.AddPilot(ctx, household.Pilot{ID: "p", Zone: "Europe/Paris"}) },
			func() (bool, error) {
				return db.EnrolMeter(ctx, "g", "s", []string{"one", "two"}, "m1", at, household.Room{Gateway: 9, All: 9})
			},
		} {
			if ok, err := add(); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		one, two := household.FamilyID("f"+rand.Text()), household.FamilyID("f"+rand.Text())
		if taken, err := db.AddFamilies(ctx, []household.File{{Family: household.Family{ID: one, Pilot: "p", Label: "A"}}, {Family: household.Family{ID: two, Pilot: "p", Label: "B"}}}); taken != "" || err != nil {
			t.Fatal(taken, err)
		}
		under := func(family household.FamilyID, names ...string) {
			t.Helper()
			var owners []string
			if owners = texts(t, db, `SELECT DISTINCT owner FROM meter_alias`); !slices.Equal(owners, []string{string(family)}) {
				t.Errorf("under the keys of %v, want %q", owners, family)
			}
			all, err := db.Meters(ctx, "", "")
			var got []string
			for _, d := range all[0].Devices {
				got = append(got, d.ID)
			}
			if err != nil || !slices.Equal(got, names) {
				t.Errorf("devices %v, %v; want %v", got, err, names)
			}
		}
		under("", "one", "two")
		if ok, err := db.AttachMeter(ctx, household.Meter{ID: "m1", Family: one, Role: household.Electricity, From: at}, at); !ok || err != nil {
			t.Fatal(ok, err)
		}
		// Another name is heard while the family has it.
		if ok, err := db.EnrolMeter(ctx, "g", "s", []string{"one", "three"}, "m9", at, household.Room{Gateway: 9, All: 9}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		under(one, "one", "three", "two")
		if refused, err := db.MoveMeters(ctx, []household.Handover{{Meter: "m1", From: one, To: two, At: at.Add(time.Hour)}}, at); refused != "" || err != nil {
			t.Fatal(refused, err)
		}
		under(two, "one", "three", "two")
		if err := ring.Destroy(ctx, string(one)); err != nil {
			t.Fatal(err)
		}
		under(two, "one", "three", "two")
		if ok, err := db.DetachMeter(ctx, "m1", at.Add(2*time.Hour), at); !ok || err != nil {
			t.Fatal(ok, err)
		}
		under("", "one", "three", "two")
		// What is left of the first family names it no more.
		if families, err := db.Families(ctx, "p"); err != nil || len(families) != 2 || families[0].Label != "" || families[1].Label != "B" {
			t.Errorf("%+v, %v", families, err)
		}
	})
}

func TestSameLabelIsTakenOnceInItsPilot(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		for n, c := range []struct{ pilot, label, taken string }{{"p", "A", ""}, {"p", "A", "A"}, {"q", "A", ""}, {"p", "a", ""}} {
			if _, err := db.AddPilot(ctx, household.Pilot{ID: c.pilot, Zone: "Europe/Paris"}); err != nil {
				t.Fatal(err)
			}
			f := household.Family{ID: household.FamilyID("fsame" + string(rune('a'+n))), Pilot: c.pilot, Label: c.label}
			if taken, err := db.AddFamilies(ctx, []household.File{{Family: f}}); taken != c.taken || err != nil {
				t.Errorf("%v: %q, %v", c, taken, err)
			}
		}
	})
}
