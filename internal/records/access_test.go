package records

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// Each family of each read is one row, and each row is one family of one read.
func TestEveryReadIsWrittenDown(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two, none := w.family(t, "Foyer 01"), w.family(t, "Foyer 02"), w.family(t, "Foyer 03")
		one, two = min(one, two), max(one, two) // as their alerts are listed
		for _, id := range []household.FamilyID{one, two} {
			w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		}
		me, ctx := w.phone(t, one), t.Context()
		alert := fmt.Sprintf("a-%s-cold_home", one)
		for _, read := range []struct {
			name string
			do   func() error
			rows []string // audience family purpose view
		}{
			{"families", func() error { return second(w.gate.Families(ctx, w.caseworker)) }, []string{"staff 1 cooperative_summary summaries", "staff 2 cooperative_summary summaries"}},
			{"family", func() error { return second(w.gate.Family(ctx, w.machine, one)) }, []string{"token 1 cooperative_summary summary"}},
			{"withheld", func() error { return second(w.gate.Family(ctx, w.caseworker, none)) }, []string{"staff 3 cooperative_summary withheld"}},
			{"unknown", func() error { return second(w.gate.Family(ctx, w.caseworker, "faaaaaaaaaaaaaaaa")) }, []string{"staff faaaaaaaaaaaaaaaa cooperative_summary withheld"}},
			{"no id", func() error { return second(w.gate.Family(ctx, w.caseworker, "Robert'); DROP TABLE")) }, []string{"staff ? cooperative_summary withheld"}},
			{"no name", func() error { return second(w.gate.Family(ctx, w.caseworker, "")) }, []string{"staff ? cooperative_summary withheld"}},
			{"usage", func() error { return second(w.gate.Usage(ctx, w.caseworker, one, by(t, "month"))) }, []string{"staff 1 cooperative_summary usage_month"}},
			{"too fine", func() error { return second(w.gate.Usage(ctx, w.caseworker, one, by(t, "day"))) }, []string{"staff 1 cooperative_summary withheld"}},
			{"own usage", func() error { return second(w.gate.Usage(ctx, me, one, by(t, "day"))) }, []string{"family 1 family_view usage_day"}},
			{"alerts", func() error { return second(w.gate.Alerts(ctx, w.caseworker, disclosure.AlertQuery{})) }, []string{"staff 1 alert alerts", "staff 2 alert alerts"}},
			{"a page", func() error { return second(w.gate.Alerts(ctx, w.caseworker, disclosure.AlertQuery{Limit: 1})) }, []string{"staff 1 alert alerts"}},
			{"alert", func() error { return second(w.gate.Alert(ctx, w.caseworker, alert)) }, []string{"staff 1 alert alert"}},
			{"no alert", func() error { return second(w.gate.Alert(ctx, w.caseworker, "a-x")) }, []string{"staff  alert withheld"}},
			{"message", func() error { return second(w.gate.Send(ctx, alert, consent.ToCooperative)) }, []string{"channel 1 alert alert_message"}},
			{"changes", func() error { return second(w.gate.Changes(ctx, w.caseworker, 0)) }, []string{"staff 1 alert alert_changes", "staff 2 alert alert_changes"}},
			{"no changes", func() error { return second(w.gate.Changes(ctx, w.caseworker, 1000)) }, nil},
			{"too late", func() error { return second(w.gate.Acknowledge(ctx, w.caseworker, alert, 7)) }, []string{"staff 1 alert alert_change"}},
			{"taken", func() error { return second(w.gate.Acknowledge(ctx, w.caseworker, alert, 1)) }, []string{"staff 1 alert alert_change"}},
			{"home", func() error { return second(w.gate.Home(ctx, me)) }, []string{"family 1 family_view home"}},
			{"agreements", func() error { return second(w.gate.Agreements(ctx, me)) }, []string{"family 1 family_view agreements"}},
			{"position", func() error { return second(w.gate.Position(ctx, w.caseworker)) }, nil},
		} {
			before := w.count(t, `SELECT COALESCE(MAX(id), 0) FROM access`)
			var stale disclosure.ErrStale
			if err := read.do(); err != nil && !errors.Is(err, disclosure.ErrWithheld) && !errors.As(err, &stale) {
				t.Fatal(read.name, err)
			}
			rows := w.accesses(t, before, map[string]string{string(one): "1", string(two): "2", string(none): "3"})
			if !slices.Equal(rows, read.rows) {
				t.Errorf("%s: %q, want %q", read.name, rows, read.rows)
			}
		}
	})
}

func (w town) accesses(t *testing.T, after int, names map[string]string) []string {
	t.Helper()
	rows, err := w.db.read.Query(`SELECT audience, family, purpose, view, at FROM access WHERE id > $1 ORDER BY family, id`, after)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var audience, family, purpose, view string
		var at int64
		if err := rows.Scan(&audience, &family, &purpose, &view, &at); err != nil {
			t.Fatal(err)
		}
		if names[family] != "" {
			family = names[family]
		}
		if at < 1e12 {
			t.Error("no time", at)
		}
		all = append(all, strings.Join([]string{audience, family, purpose, view}, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// The family sees who read, when and why: not itself, and not who got nothing.
func TestAFamilySeesWhoRead(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		me, ctx := w.phone(t, id), t.Context()
		for range 3 {
			for _, err := range []error{
				second(w.gate.Family(ctx, w.caseworker, id)), second(w.gate.Alert(ctx, w.machine, fmt.Sprintf("a-%s-cold_home", id))),
				second(w.gate.Home(ctx, me)),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := w.gate.Usage(ctx, w.caseworker, id, by(t, "slot")); !errors.Is(err, disclosure.ErrWithheld) {
			t.Fatal(err)
		}
		home, err := w.gate.Home(ctx, me)
		if err != nil || len(home.Reads) != 2 || home.Phones != 1 {
			t.Fatalf("%+v %d phones %v", home.Reads, home.Phones, err)
		}
		for _, r := range home.Reads {
			if r.Times != 3 || r.At.IsZero() || r.Kind == consent.Family {
				t.Errorf("%+v", r)
			}
		}
		if err := w.registry.WithdrawAll(ctx, id, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		// Who stopped still may know who read before.
		if a, err := w.gate.Agreements(ctx, me); err != nil || len(a.Reads) != 2 || a.Phones != 1 {
			t.Errorf("%+v %v", a, err)
		}
	})
}

// A recorder is a driver that writes down which statements run.
type recorder struct {
	mu         sync.Mutex
	path       string
	statements []string
	refuses    error // what a commit ends with
}

func (r *recorder) note(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, s)
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.statements
	r.statements = nil
	return s
}

func (r *recorder) Driver() driver.Driver { return &sqlite.Driver{} }

func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := (&sqlite.Driver{}).Open("file:" + r.path + "?_pragma=foreign_keys(1)&_txlock=immediate")
	return recorded{c, r}, err
}

type recorded struct {
	driver.Conn
	to *recorder
}

func (c recorded) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.to.note("BEGIN")
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return recordedTx{tx, c.to}, err
}

type recordedTx struct {
	driver.Tx
	to *recorder
}

func (t recordedTx) Commit() error {
	t.to.note("COMMIT")
	if t.to.refuses != nil {
		return errors.Join(t.to.refuses, t.Rollback())
	}
	return t.Tx.Commit()
}

func (c recorded) ExecContext(ctx context.Context, q string, a []driver.NamedValue) (driver.Result, error) {
	c.to.note(q)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, a)
}

func (c recorded) QueryContext(ctx context.Context, q string, a []driver.NamedValue) (driver.Rows, error) {
	c.to.note(q)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, a)
}

func (c recorded) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q)
	return recordedStatement{s, q, c.to}, err
}

// A recordedStatement is noted when it runs, as one that was not prepared before.
type recordedStatement struct {
	driver.Stmt
	text string
	to   *recorder
}

func (s recordedStatement) ExecContext(ctx context.Context, a []driver.NamedValue) (driver.Result, error) {
	s.to.note(s.text)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, a)
}

func (s recordedStatement) QueryContext(ctx context.Context, a []driver.NamedValue) (driver.Rows, error) {
	s.to.note(s.text)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, a)
}

// openRecorded opens an empty SQLite store of which is written down what its writer runs.
func openRecorded(t *testing.T) (*DB, *recorder) {
	t.Helper()
	rec := &recorder{path: filepath.Join(t.TempDir(), "records.db")}
	db := open(t, "sqlite://"+rec.path)
	if err := db.write.Close(); err != nil {
		t.Fatal(err)
	}
	db.write = sql.OpenDB(rec)
	db.write.SetMaxOpenConns(1)
	return db, rec
}

// Who asks cannot tell an unknown family from one that did not agree, not even by
// how long the answer takes: the same statements run.
func TestUnknownAndWithheldAreTheSameStatements(t *testing.T) {
	db, rec := openRecorded(t)
	w := newTown(t, db)
	hidden := w.family(t, "Foyer 01")
	ctx := t.Context()
	for name, ask := range map[string]func(household.FamilyID) error{
		"family": func(id household.FamilyID) error { return second(w.gate.Family(ctx, w.caseworker, id)) },
		"month":  func(id household.FamilyID) error { return second(w.gate.Usage(ctx, w.caseworker, id, by(t, "month"))) },
		"day":    func(id household.FamilyID) error { return second(w.gate.Usage(ctx, w.caseworker, id, by(t, "day"))) },
		"slot":   func(id household.FamilyID) error { return second(w.gate.Usage(ctx, w.machine, id, by(t, "slot"))) },
		"alert": func(id household.FamilyID) error {
			return second(w.gate.Alert(ctx, w.caseworker, fmt.Sprintf("a-%s-cold_home", id)))
		},
		"take": func(id household.FamilyID) error {
			return second(w.gate.Acknowledge(ctx, w.caseworker, fmt.Sprintf("a-%s-cold_home", id), 1))
		},
		"message": func(id household.FamilyID) error {
			return second(w.gate.Send(ctx, fmt.Sprintf("a-%s-cold_home", id), consent.ToCooperative))
		},
	} {
		var first []string
		for _, id := range []household.FamilyID{hidden, "faaaaaaaaaaaaaaaa", "F", ""} {
			rec.take()
			err := ask(id)
			got := rec.take()
			if !errors.Is(err, disclosure.ErrWithheld) || err.Error() != disclosure.ErrWithheld.Error() {
				t.Errorf("%s: %v", name, err)
			}
			if len(got) < 3 || got[0] != "BEGIN" || !strings.Contains(strings.Join(got, "\n"), "INSERT INTO access") {
				t.Errorf("%s: %q", name, got)
			}
			if first == nil {
				first = got
			}
			if !slices.Equal(got, first) {
				t.Errorf("%s: an unknown family runs\n%s\nand a withheld one\n%s", name, strings.Join(got, "\n"), strings.Join(first, "\n"))
			}
		}
	}
}

// On PostgreSQL the Gate's own rights end where the views end: even a query for a
// table would be refused there.
func TestTheGateWorksUnderItsOwnRole(t *testing.T) {
	db := open(t, stores["postgres"](t))
	err := db.disclose(t.Context(), func(_ context.Context, tx *sql.Tx) error {
		_, err := tx.Exec(`SELECT label FROM family`)
		return err
	})
	if !forbidden(err) {
		t.Fatal(err)
	}
	var role string
	if err := db.write.QueryRow(`SELECT current_user`).Scan(&role); err != nil || role == "foyer_gate" {
		t.Fatal(role, err)
	}
}

// TestAReadAgainIsTheSameRead: its statements are kept prepared from the second time on,
// and see what changed since.
func TestAReadAgainIsTheSameRead(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one := w.family(t, "Foyer 01")
		for i, agree := range []bool{true, true, false, true} {
			if agree {
				w.agrees(t, one, consent.CooperativeSummary)
			} else if err := w.registry.WithdrawAll(t.Context(), one, registry.Form{}); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				all, err := w.gate.Families(t.Context(), w.caseworker)
				if err != nil || (len(all) == 1) != agree {
					t.Errorf("step %d: %d families, %v; agreed: %t", i, len(all), err, agree)
				}
			}
		}
		var written int
		if err := db.read.QueryRow(`SELECT COUNT(*) FROM access WHERE view = 'summaries'`).Scan(&written); err != nil || written != 9 {
			t.Errorf("%d of 9 reads are written down: %v", written, err)
		}
		kept := 0
		for _, stmt := range db.writes.all {
			if stmt != nil {
				kept++
			}
		}
		if kept == 0 && !db.postgres || kept > 0 && db.postgres {
			t.Errorf("%d statements are kept prepared", kept)
		}
	})
}

// TestKeptStatementsAreParsedOnce: SQLite plans for the value of a limit that is a
// parameter by itself, and so parses the whole text again at each use.
func TestKeptStatementsAreParsedOnce(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	w := newTown(t, db)
	id, ctx := w.family(t, "Foyer 01"), t.Context()
	w.agrees(t, id, consent.FamilyView, consent.Alert)
	x, err := w.gate.ExportAtDesk(ctx, "p", id)
	if err != nil {
		t.Fatal(err)
	}
	err = x.Rows(ctx, household.Tables[0], time.Now, func([]any) error { return nil }, func() error { return nil })
	_, alerts := w.gate.Alerts(ctx, w.caseworker, disclosure.AlertQuery{})
	_, changes := w.gate.Changes(ctx, w.caseworker, 0)
	if err := errors.Join(err, alerts, changes); err != nil {
		t.Fatal(err)
	}
	limited := 0
	for text := range db.writes.all {
		if regexp.MustCompile(`(?i)(LIMIT|OFFSET)\s+[$?]`).MatchString(text) {
			t.Errorf("is parsed at each use: %s", text)
		}
		if strings.Contains(text, "LIMIT CAST") {
			limited++
		}
	}
	if limited < 4 {
		t.Errorf("%d statements with a limit are kept", limited)
	}
}

// TestFewStatementsAreKept: who asks in ever new ways fills no memory.
func TestFewStatementsAreKept(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	for i := range 2 * mostPrepared {
		err := db.disclose(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			return db.exec(ctx, tx, fmt.Sprintf("SELECT %d", i), nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(db.writes.all) != mostPrepared || len(db.writes.missing) != 0 {
		t.Errorf("%d texts, %d of them without a statement", len(db.writes.all), len(db.writes.missing))
	}
}

// TestReadsAreToldInTheOrderTheyWereWritten whatever the clock did meanwhile: what was read
// last is told first.
func TestReadsAreToldInTheOrderTheyWereWritten(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		for i, view := range []string{"summary", "money", "alert"} {
			w.exec(t, `INSERT INTO access (at, audience, subject, family, purpose, view) VALUES ($1, 'token', 't', $2, 'cooperative_summary', $3)`, 1000-i, string(id), view)
		}
		a := consent.Access{Purpose: consent.FamilyView, View: "home", Reader: consent.Reader{
			Kind: consent.Family, Subject: string(id), Pilot: "p", Recipient: consent.ToFamily,
		}}
		_, own, err := db.Own(t.Context(), a, id, household.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range own.Reads {
			got = append(got, r.View)
		}
		if want := []string{"alert", "money", "summary"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}
