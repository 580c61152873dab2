package records

import (
	"strings"
	"testing"

	"foyer/internal/household"
)

// Answers are only ever added, in their order, and nobody reads them in the file.
func TestAnswersAreKeptInOrderAndSealed(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		f := w.family(t, "Foyer 01")
		var want []household.Answer
		for _, answer := range []string{"yes", "no", ""} {
			a := household.Answer{Family: f, Question: "unable_warm", Answer: answer, Day: day(t, "2026-11-02"), By: "A. Roy", Said: instant(1_790_000_000_000)}
			if err := db.AddAnswers(t.Context(), []household.Answer{a}); err != nil {
				t.Fatal(err)
			}
			want = append(want, a)
		}
		got, err := db.Answers(t.Context(), f)
		if err != nil || len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("%+v, %v", got, err)
		}
		for _, kept := range texts(t, db, `SELECT answer || ' ' || said_by FROM answer WHERE answer <> ''`) {
			if strings.HasPrefix(kept, "yes") || strings.HasPrefix(kept, "no ") || strings.Contains(kept, "A. Roy") {
				t.Errorf("kept in clear: %s", kept)
			}
		}
		for _, h := range homesOf(t, db) {
			if h.Family == f && len(h.Answers) > 0 {
				t.Errorf("an answer that was taken back holds: %+v", h.Answers)
			}
		}
	})
}
