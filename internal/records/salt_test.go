package records

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"foyer/internal/household"
	"foyer/internal/journal"
)

// A digest holds whatever the keys are and however a text is sealed, and a text that is
// another one is found.
func TestDigestsOutliveHowTextsAreSealed(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		w := newToldTown(t, db)
		w.keep(t)
		if err := ring.Rotate(ctx); err != nil {
			t.Fatal(err)
		}
		if err := w.audit(t); err != nil {
			t.Error(err)
		}
		family, alert := w.families[0], "a-"+string(w.families[0])+"-cold_home"
		for text, sound := range map[string]bool{"Madame B. attend un artisan": true, "Madame B. attend": false, "": false} {
			sealed, err := db.seal(ctx, family, noteOf(alert, 3), text) // under another nonce than before
			if err != nil {
				t.Fatal(err)
			}
			was := texts(t, db, `SELECT note FROM alert_event WHERE alert = '`+alert+`' AND seq = 3`)[0]
			if was == sealed || was == "" {
				t.Fatal("there is no note, or it is sealed alike")
			}
			w.exec(t, `UPDATE alert_event SET note = $1 WHERE alert = $2 AND seq = 3`, sealed, alert)
			var f *journal.Fault
			if err := w.audit(t); (err == nil) != sound || err != nil && (!errors.As(err, &f) || f.Kind != journal.Decision) {
				t.Errorf("%q: %v", text, err)
			}
			w.exec(t, `UPDATE alert_event SET note = $1 WHERE alert = $2 AND seq = 3`, was, alert)
		}
		sealed, err := db.seal(ctx, family, paperOf(family, "c"), "classeur 3")
		if err != nil {
			t.Fatal(err)
		}
		w.exec(t, `UPDATE consent SET paper = $1 WHERE family = $2 AND paper <> ''`, sealed, string(family)) // where another act is
		var f *journal.Fault
		if err := w.audit(t); !errors.As(err, &f) || f.Kind != journal.Consent {
			t.Error(err)
		}
	})
}

// Whoever has the records, or a copy of them, and not the keys, cannot try out what was
// digested.
func TestSaltsLieSealed(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			db := open(t, url)
			w := newToldTown(t, db)
			w.keep(t)
			salts := func() (all [][]byte) {
				t.Helper()
				rows, err := db.read.Query(`SELECT salt FROM journal_salt ORDER BY family`)
				if err != nil {
					t.Fatal(err)
				}
				defer rows.Close()
				for rows.Next() {
					var b []byte
					if err := rows.Scan(&b); err != nil {
						t.Fatal(err)
					}
					all = append(all, b)
				}
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
				return all
			}
			if got := salts(); len(got) != 3 || len(got[1]) <= 32 {
				t.Fatalf("%d salts, %x", len(got), got)
			}
			// As an installation of before has them.
			var clear [][]byte
			for i, family := range append([]household.FamilyID{""}, w.families...) {
				tx, err := db.write.Begin()
				if err != nil {
					t.Fatal(err)
				}
				one, err := db.saltOf(t.Context(), tx, string(family), false)
				if err := errors.Join(err, tx.Commit()); err != nil || len(one.secret) != 32 {
					t.Fatal(i, one, err)
				}
				clear = append(clear, one.secret)
				w.exec(t, `UPDATE journal_salt SET salt = $1 WHERE family = $2`, one.secret, string(family))
			}
			if err := w.audit(t); err != nil {
				t.Error(err)
			}
			open(t, url)
			for _, b := range salts() {
				if len(b) <= 32 {
					t.Errorf("%x is in clear", b)
				}
			}
			if err := w.audit(t); err != nil {
				t.Error(err)
			}
			if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
				files, err := filepath.Glob(path + "*")
				if err != nil || len(files) == 0 {
					t.Fatal(files, err)
				}
				for _, file := range files {
					raw, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					for _, secret := range clear {
						if bytes.Contains(raw, secret) {
							t.Errorf("%s has a salt in clear", filepath.Base(file))
						}
					}
				}
			}
		})
	}
}

// With the key of a family its salt is gone, in every copy. The journal verifies, before
// its rows are removed and after that, though nobody can digest them any more.
func TestAFamilyWhoseKeyIsDestroyedStaysProven(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		id := w.families[0]
		if err := ring.Destroy(t.Context(), string(id)); err != nil {
			t.Fatal(err)
		}
		told := w.count(t, `SELECT (SELECT COUNT(*) FROM consent WHERE family = $1) + (SELECT COUNT(*) FROM access WHERE family = $1) +
			(SELECT COUNT(*) FROM alert_event e JOIN alert a ON a.id = e.alert WHERE a.family = $1 AND e.entry IS NOT NULL)`, string(id))
		report, _, err := w.report(t)
		if err != nil || report.Unproven != int64(told) || told == 0 {
			t.Errorf("%+v, want %d unproven: %v", report, told, err)
		}
		w.exec(t, `INSERT INTO access (at, audience, subject, family, purpose, view)
			SELECT MIN(at), 'staff', 's0', $1, 'alert', 'withheld' FROM access`, string(id)) // somebody asks meanwhile
		if _, err := db.CoverAccess(t.Context()); err != nil {
			t.Error(err)
		}
		w.forget(t, id)
		if report, _, err = w.report(t); err != nil || report.Unproven != 0 || report.Kinds[journal.Removal] != 1 {
			t.Errorf("%+v: %v", report, err)
		}
		var left int
		err = db.read.QueryRow(`SELECT COUNT(*) FROM journal_salt WHERE family = $1`, string(id)).Scan(&left)
		if err != nil || left != 0 {
			t.Error(left, err)
		}
		// Nobody's rows of before are anybody's loss.
		if w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1`, string(w.families[1])) == 0 {
			t.Error("rows of another family are gone")
		}
	})
}
