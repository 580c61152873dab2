package records

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/journal"
	"foyer/internal/registry"
)

func TestTheCharterIsWrittenOnceAndNeverBackwards(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		change := func(value string, from time.Time) int {
			t.Helper()
			written, err := db.Amend(ctx, charter.Change{Name: charter.Homes, Value: value, From: from, By: "x", Why: "y"})
			if err != nil {
				t.Fatal(err)
			}
			return len(written)
		}
		later := time.Now().Add(time.Hour).Truncate(time.Millisecond)
		for n, c := range []struct {
			value string
			from  time.Time
			want  int
		}{
			{"11", time.Time{}, 0}, // it is that by default
			{"20", time.Time{}, 1},
			{"20", time.Time{}, 0},
			{"20", later, 0},
			{"30", later, 1},
			{"20", time.Time{}, 1}, // 30 begins later: it may have been meant to come back to 20 before
			{"30", later.Add(time.Hour), 0},
			{"20", later.Add(time.Hour), 1},
		} {
			if got := change(c.value, c.from); got != c.want {
				t.Errorf("%d: %d changes, want %d", n, got, c.want)
			}
		}
		if _, err := db.Amend(ctx, charter.Change{Name: charter.Share, Value: "80", From: time.Now().Add(-time.Minute), By: "x", Why: "y"}); !errors.Is(err, charter.ErrPast) {
			t.Error(err)
		}
		// Several at once are all or nothing.
		_, err := db.Amend(ctx, charter.Change{Name: charter.Share, Value: "80", By: "x", Why: "y"},
			charter.Change{Name: charter.Homes, Value: "40", From: time.Now().Add(-time.Minute), By: "x", Why: "y"})
		book, wrong := db.Charter(ctx)
		if !errors.Is(err, charter.ErrPast) || wrong != nil || len(book) != 4 {
			t.Errorf("%+v: %v, %v", book, err, wrong)
		}
		now, then := book.At(time.Now()), book.At(later)
		if now.Number(charter.Homes) != 20 || then.Number(charter.Homes) != 30 || book.At(later.Add(time.Hour)).Number(charter.Homes) != 20 || now.Number(charter.Share) != 85 {
			t.Errorf("%+v", book)
		}
		report, _, err := db.Audit(ctx, journal.NewCheck(), nil)
		if err != nil || report.Kinds[journal.Parameter] != 4 {
			t.Errorf("%+v: %v", report, err)
		}
	})
}

// Rules are noted when they change, not at every start.
func TestThresholdsAreNotedWhenTheyChange(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		r := registry.New(db, time.Now, time.Now, discard())
		for n, rules := range []map[string]string{
			{"spending": "days=3", "cold_home": "days=7"}, {"spending": "days=3", "cold_home": "days=7"}, {"spending": "days=4", "cold_home": "days=7"},
		} {
			if err := r.NoteRules(t.Context(), rules, "configuration", "alerts"); err != nil {
				t.Fatal(err)
			}
			book, err := db.Charter(t.Context())
			if want := []int{2, 2, 3}[n]; err != nil || len(book) != want {
				t.Errorf("%d changes, want %d: %v", len(book), want, err)
			}
		}
	})
}
