package records

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/keyring"
	"foyer/internal/registry"
)

func TestJournalTellsEverything(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		_, waiting, err := w.report(t)
		if err != nil || waiting != w.count(t, `SELECT COUNT(*) FROM access`) {
			t.Fatal(waiting, err)
		}
		w.keep(t)
		report, waiting, err := w.report(t)
		if err != nil {
			t.Fatal(err)
		}
		want := map[journal.Kind]int64{
			journal.Start: 1, journal.NewKey: 1, journal.Decision: 2, journal.Tariffs: 1, journal.Parameter: 1,
			journal.Consent: int64(w.count(t, `SELECT COUNT(*) FROM consent`)),
			journal.Access:  int64(w.count(t, `SELECT COUNT(DISTINCT at / 60000) FROM access`)),
		}
		if fmt.Sprint(report.Kinds) != fmt.Sprint(want) || waiting != 0 || report.Checkpoints != 2 {
			t.Errorf("%v, want %v; %d wait, %d checkpoints", report.Kinds, want, waiting, report.Checkpoints)
		}
		w.keep(t)
		again, _, err := w.report(t)
		if err != nil || again.Entries != report.Entries || again.Root != report.Root {
			t.Errorf("%+v, want %+v: %v", again, report, err)
		}
	})
}

// The journal can be shown to anybody.
func TestJournalNamesNobody(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		var all strings.Builder
		err := db.Leaves(t.Context(), 0, 1000, func(leaf []byte) error {
			all.Write(leaf)
			return nil
		})
		if err != nil || !strings.Contains(all.String(), `"kind":"access"`) {
			t.Fatal(err)
		}
		for _, marker := range []string{string(w.families[0]), string(w.families[1]), "faaaa", "Foyer 0", "Nadia", "s0", "s1", "Madame", "classeur", "a-f", "gw-", "conseil", "village"} {
			if strings.Contains(all.String(), `"`+marker+`"`) || len(marker) > 3 && strings.Contains(all.String(), marker) {
				t.Errorf("the journal says %q:\n%s", marker, &all)
			}
		}
	})
}

// What was said before there was a journal is told when it begins, once.
func TestJournalBeginsWithWhatIsThere(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			db := open(t, url)
			w := newToldTown(t, db)
			for _, table := range []string{"journal", "journal_hash", "journal_salt"} {
				w.exec(t, `DELETE FROM `+table)
			}
			for _, table := range []string{"consent", "alert_event", "access", "charter"} {
				w.exec(t, `UPDATE `+table+` SET entry = NULL, digest = NULL`)
			}
			for range 2 {
				again := open(t, url)
				report, _, err := again.Audit(t.Context(), journal.NewCheck(), nil)
				if err != nil || report.Kinds[journal.Start] != 1 || report.Kinds[journal.Decision] != 2 || report.Kinds[journal.Tariffs] != 1 || report.Kinds[journal.Parameter] != 1 ||
					report.Kinds[journal.Consent] != int64(w.count(t, `SELECT COUNT(*) FROM consent`)) {
					t.Fatalf("%+v: %v", report, err)
				}
			}
		})
	}
}

// Any bit of any row of the journal, of what it tells of, and of its checkpoints.
func TestEveryChangedRowIsFound(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		w.forget(t, w.families[1])
		w.keeper = journal.NewKeeper(db, w.key, w.path, time.Now, discard(), nil)
		w.keep(t)
		if err := w.audit(t); err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, table := range []string{"journal", "journal_hash", "journal_checkpoint", "journal_removed", "journal_salt", "consent", "access", "price", "charter"} {
			tried += w.tamper(t, table, "")
		}
		tried += w.tamper(t, "alert_event", " WHERE entry IS NOT NULL")
		if err := w.audit(t); err != nil || tried < 300 {
			t.Errorf("%d changes: %v", tried, err)
		}
	})
}

// tamper changes each column of each row of a table, and takes each row away.
func (w toldTown) tamper(t *testing.T, table, where string) (tried int) {
	t.Helper()
	names, rows := w.rows(t, `SELECT * FROM `+table+where)
	for _, row := range rows {
		match, args := whole(names, row)
		for i, name := range names {
			changed := slices.Clone(row)
			if changed[i] = flipped(row[i], tried); changed[i] == nil {
				continue
			}
			if text, ok := row[i].(string); ok && keyring.Sealed(text) {
				changed[i] = text[:len(text)/2] + text[len(text)/2+1:] // the last bits of a base64 count for nothing
			}
			_, err := w.db.write.Exec(`UPDATE `+table+` SET `+name+` = $`+strconv.Itoa(len(args)+1)+` WHERE `+match, append(slices.Clone(args), changed[i])...)
			if err != nil {
				continue // the database itself does not let it happen
			}
			w.mustFind(t, fmt.Sprintf("%s.%s of %v", table, name, row))
			undo, values := whole(names, changed)
			w.exec(t, `UPDATE `+table+` SET `+name+` = $`+strconv.Itoa(len(values)+1)+` WHERE `+undo, append(values, row[i])...)
			tried++
		}
		if table == "journal_checkpoint" {
			continue // without it less is proven, and nothing is wrong
		}
		w.exec(t, `DELETE FROM `+table+` WHERE `+match, args...)
		w.mustFind(t, fmt.Sprintf("%s without %v", table, row))
		overriding := ""
		if w.db.postgres {
			overriding = " OVERRIDING SYSTEM VALUE"
		}
		w.exec(t, `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`)`+overriding+` VALUES (`+placeholders(1, len(row))+`)`, row...)
		tried++
	}
	return tried
}

func (w toldTown) mustFind(t *testing.T, what string) {
	t.Helper()
	var f *journal.Fault
	if err := w.audit(t); !errors.As(err, &f) {
		t.Fatalf("%s: %v", what, err)
	}
}

// rows returns the rows of a query and the names of its columns.
func (w toldTown) rows(t *testing.T, query string) (names []string, all [][]any) {
	t.Helper()
	rows, err := w.db.read.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if names, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if rows.Err() != nil || len(all) == 0 {
		t.Fatalf("%s: %d rows, %v", query, len(all), rows.Err())
	}
	return names, all
}

// whole returns the condition that a row is this one, and its parameters.
func whole(names []string, row []any) (string, []any) {
	var all []string
	var args []any
	for i, name := range names {
		if row[i] == nil {
			all = append(all, name+` IS NULL`)
			continue
		}
		args = append(args, row[i])
		all = append(all, fmt.Sprint(name, ` = $`, len(args)))
	}
	return strings.Join(all, " AND "), args
}

// flipped returns a value of which one bit is another; nil for an empty one.
func flipped(v any, n int) any {
	switch x := v.(type) {
	case int64:
		return x ^ 1<<(12+n%18)
	case []byte:
		b := slices.Clone(x)
		b[n%len(b)] ^= 1 << (n % 8)
		return b
	case string:
		if x == "" {
			return "x"
		}
		b := []byte(x)
		for i := range b { // of a letter that stays one in UTF-8
			if at := (n*7 + i) % len(b); b[at] < 0x80 && b[at]^1 != 0 {
				b[at] ^= 1
				return string(b)
			}
		}
	}
	return nil
}

// forget erases a family as far as the journal goes.
func (w toldTown) forget(t *testing.T, id household.FamilyID) {
	t.Helper()
	tx, err := w.db.write.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.removeTraces(t.Context(), tx, id, "erasure"); err != nil {
		t.Fatal(errors.Join(err, tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// After an erasure nothing of the family is left to be read, and the journal verifies.
// A row that is only said to be erased is found.
func TestErasedRowsStayProven(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		before := w.count(t, `SELECT COUNT(*) FROM access`)
		id := w.families[0]
		if _, err := w.gate.Family(t.Context(), w.machine, id); err != nil { // in this minute
			t.Fatal(err)
		}
		w.forget(t, id)
		for _, query := range []string{
			`SELECT COUNT(*) FROM access WHERE family = $1`, `SELECT COUNT(*) FROM consent WHERE family = $1`,
			`SELECT COUNT(*) FROM journal_salt WHERE family = $1`,
			`SELECT COUNT(*) FROM alert_event e JOIN alert a ON a.id = e.alert WHERE a.family = $1 AND e.entry IS NOT NULL`,
		} {
			if n := w.count(t, query, string(id)); n != 0 {
				t.Errorf("%s: %d", query, n)
			}
		}
		report, _, err := w.report(t)
		if err != nil || report.Kinds[journal.Removal] != 1 || w.count(t, `SELECT COUNT(*) FROM access`) >= before {
			t.Fatalf("%+v: %v", report, err)
		}

		// A thief takes a read away as if it had been erased.
		rows, err := reads.traces(t.Context(), db.read, `x.family = $1 AND x.entry IS NOT NULL`, string(w.families[1]))
		if err != nil {
			t.Fatal(err)
		}
		w.exec(t, `DELETE FROM access WHERE id = $1`, rows[0].id)
		var f *journal.Fault
		if err := w.audit(t); !errors.As(err, &f) || f.Index != rows[0].entry.Int64 || f.Kind != journal.Access || !strings.Contains(f.Why, "minute") {
			t.Error(err)
		}
		w.exec(t, `INSERT INTO journal_removed (kind, id, entry, digest, removal) VALUES ('access', $1, $2, $3, $4)`,
			rows[0].id, rows[0].entry.Int64, rows[0].digest, report.Entries-1)
		if err := w.audit(t); !errors.As(err, &f) || f.Kind != journal.Removal {
			t.Error(err)
		}
	})
}

// However many processes write and cover at once, entries have no gap and every read
// is told once.
func TestWritersOfTheJournalTakeTurns(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			db := open(t, url)
			w := newToldTown(t, db)
			other := open(t, url)
			var group sync.WaitGroup
			for n := range 4 {
				on := []*DB{db, other}[n%2]
				group.Go(func() {
					for i := range 10 {
						if _, err := on.Append(t.Context(), journal.Release, map[string]int{"n": n, "i": i}); err != nil {
							t.Error(err)
						}
						if _, err := on.CoverAccess(t.Context()); err != nil {
							t.Error(err)
						}
						if err := w.registry.Refuse(t.Context(), w.families[n%2], consent.Offer(consent.Alert)[:1], registry.Form{}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			report, waiting, err := w.report(t)
			if err != nil || waiting != 0 || report.Kinds[journal.Release] != 40 {
				t.Errorf("%+v, %d wait: %v", report, waiting, err)
			}
			var tellings int
			err = db.Leaves(t.Context(), 0, report.Entries, func(leaf []byte) error {
				if strings.Contains(string(leaf), `"kind":"access"`) {
					tellings++
				}
				return nil
			})
			if minutes := w.count(t, `SELECT COUNT(DISTINCT at / 60000) FROM access`); err != nil || tellings != minutes {
				t.Errorf("%d entries of %d minutes: %v", tellings, minutes, err)
			}
		})
	}
}

// A read that is committed after the entry of its minute is told by another one.
func TestLateReadIsTold(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		w.exec(t, `INSERT INTO access (at, audience, subject, family, purpose, view)
			SELECT MIN(at), 'staff', 's0', $1, 'alert', 'alert' FROM access`, string(w.families[0]))
		if _, waiting, err := w.report(t); err != nil || waiting != 1 {
			t.Error(waiting, err)
		}
		if more, err := db.CoverAccess(t.Context()); err != nil || !more {
			t.Error(more, err)
		}
		if more, err := db.CoverAccess(t.Context()); err != nil || more {
			t.Error(more, err)
		}
		if _, waiting, err := w.report(t); err != nil || waiting != 0 {
			t.Error(waiting, err)
		}
	})
}

// Records that are an older copy are noticed, by who signs and by who verifies.
func TestRollbackIsNoticed(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		ctx := t.Context()
		size, err := db.Size(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.keeper.Sign(ctx); err != nil {
			t.Fatal(err)
		}
		root, err := db.Root(ctx, size)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Append(ctx, journal.Release, map[string]string{"digest": "x"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.keeper.Sign(ctx); err != nil {
			t.Fatal(err)
		}
		w.exec(t, `DELETE FROM journal WHERE id >= $1`, size)
		w.exec(t, `DELETE FROM journal_hash WHERE id IN (SELECT id FROM journal_hash ORDER BY id DESC LIMIT 1) AND $1 > 0`, size)
		w.exec(t, `DELETE FROM journal_checkpoint WHERE size > $1`, size)
		for ; ; w.exec(t, `DELETE FROM journal_hash WHERE id = (SELECT MAX(id) FROM journal_hash)`) {
			if _, _, err := db.Audit(ctx, journal.NewCheck(w.key.Public()), nil); err == nil {
				break // all of the older copy
			}
			if w.count(t, `SELECT COUNT(*) FROM journal_hash`) == 0 {
				t.Fatal("it never becomes the older copy")
			}
		}
		if again, err := db.Root(ctx, size); err != nil || again != root {
			t.Fatal(again, err)
		}
		if _, err := w.keeper.Sign(ctx); !errors.Is(err, journal.ErrRewritten) {
			t.Error(err)
		}
		var f *journal.Fault
		if err := w.audit(t); !errors.As(err, &f) || f.Index != size || f.Kind != journal.Missing {
			t.Error(err)
		}
		// Entries that take the place of others are noticed too.
		for range 3 {
			if _, err := db.Append(ctx, journal.Release, map[string]string{"digest": "y"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.keeper.Sign(ctx); !errors.Is(err, journal.ErrRewritten) {
			t.Error(err)
		}
		if err := w.audit(t); !errors.As(err, &f) || f.Index != size || f.Kind != journal.Release {
			t.Error(err)
		}
	})
}

func TestLostKeyIsNotReplaced(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	w := newToldTown(t, db)
	folder := t.TempDir()
	if _, err := journal.OpenKey(t.Context(), db, filepath.Join(folder, "journal.key"), "foyer/p"); !errors.Is(err, journal.ErrNoKey) {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	// One that somebody made on purpose is told to the journal, once, and both hold.
	w.keep(t)
	if _, err := journal.MakeKey(filepath.Join(folder, "journal.key"), "foyer/p"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		key, err := journal.OpenKey(context.WithoutCancel(t.Context()), db, filepath.Join(folder, "journal.key"), "foyer/p")
		if err != nil {
			t.Fatal(err)
		}
		w.key = key
	}
	w.keeper = journal.NewKeeper(db, w.key, w.path, time.Now, discard(), nil)
	w.keep(t)
	if report, _, err := w.report(t); err != nil || report.Kinds[journal.NewKey] != 2 || report.Checkpoints != 3 {
		t.Errorf("%+v: %v", report, err)
	}
}
