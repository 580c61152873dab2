package records

import (
	"slices"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// TestWhoAgreedIsCountedUntilItSaysNo looks at a year of two homes, one of which agrees.
func TestWhoAgreedIsCountedUntilItSaysNo(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		agreed, other := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		from, to := day(t, "2025-10-01"), day(t, "2026-10-01")
		for _, f := range []household.FamilyID{agreed, other} {
			w.result(t, f, energyYear, from, to, "1200.00", "indicators", consent.Annual, household.Year{Expense: "1200.00"})
		}
		w.agrees(t, agreed, consent.OpenStatistics)
		year := func() household.CohortYear {
			t.Helper()
			all, err := db.CohortYears(t.Context())
			if err != nil || len(all) != 1 || all[0].From != from || all[0].To != to || all[0].Least != 11 {
				t.Fatalf("%+v, %v", all, err)
			}
			return all[0]
		}
		covered := func(want ...string) {
			t.Helper()
			var homes []household.Counted
			err := db.CohortHomes(t.Context(), year(), func(h household.Counted) error {
				homes = append(homes, h)
				return nil
			})
			if err != nil || len(homes) != 2 {
				t.Fatalf("%+v, %v", homes, err)
			}
			for _, h := range homes {
				if h.Value != "1200.00" || h.Family == agreed && !slices.Equal(h.Covers, want) || h.Family == other && len(h.Covers) > 0 {
					t.Errorf("%+v, want %v", h, want)
				}
			}
		}
		covered("consumption", "cost")

		y := year()
		for _, figures := range []string{`{"medians":{}}`, `{"medians":{}}`, `{"medians":{"x":{"homes":11,"value":"1/3"}}}`} {
			if err := db.SaveCohort(t.Context(), household.Cohort{CohortYear: y, At: instant(1_790_000_000_000), Figures: []byte(figures)}); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.count(t, `SELECT COUNT(*) FROM cohort`); n != 2 {
			t.Errorf("%d rows: what is as it was is kept once, and what differs beside it", n)
		}
		if now := year(); now.Kept != now.Stamp {
			t.Errorf("kept %s of %s", now.Kept, now.Stamp)
		}

		by, err := db.CountedBy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.exec(t, `DELETE FROM "grant" WHERE purpose = 'open_statistics'`)
		covered()
		if now := year(); now.Kept == now.Stamp {
			t.Error("a home is not counted any more, and the year is as it was")
		}
		if now, err := db.CountedBy(t.Context()); err != nil || now == by {
			t.Errorf("%q is as it was, %v", now, err)
		}
		if err := db.MarkCohorts(t.Context(), day(t, "2026-09-01"), day(t, "2026-09-02")); err != nil {
			t.Fatal(err)
		}
		if now := year(); now.Kept != "" {
			t.Errorf("marked, it is %q", now.Kept)
		}
	})
}
