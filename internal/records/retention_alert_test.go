package records

import (
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/journal"
)

// TestAlertsGoAfterTheirTimeAndTheJournalStillHolds removes a family's alert that was
// resolved, and a gateway's; one that runs stays, whatever its age, and so does one that
// was resolved at the border.
func TestAlertsGoAfterTheirTimeAndTheJournalStillHolds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		db.Tell(twoRoutes(household.StepResolved))
		resolve := func(id string, family household.FamilyID, gateway string, at time.Time) {
			t.Helper()
			opened := coldAlert(id, family)
			opened.Alert.Pilot, opened.Alert.Rule, opened.Alert.Gateway, opened.At = "p", id, gateway, at.Add(-time.Hour)
			for _, step := range []household.Transition{opened, stepAfter(opened, household.StepResolved, household.Resolved)} {
				if err := db.Transit(t.Context(), step); err != nil {
					t.Fatal(err)
				}
			}
		}
		border := noon.Add(24 * time.Hour) // after all that the town did
		resolve("incident", "", "g", border.Add(-time.Millisecond))
		resolve("late", w.families[0], "", border)
		running := w.count(t, `SELECT COUNT(*) FROM alert WHERE state <> 'resolved'`)
		old := w.count(t, `SELECT COUNT(*) FROM alert WHERE state = 'resolved' AND id <> 'late'`)
		decided := w.count(t, `SELECT COUNT(*) FROM alert_event WHERE entry IS NOT NULL`)
		if running == 0 || old < 2 || decided != 2 {
			t.Fatalf("%d run, %d are resolved, %d decisions", running, old, decided)
		}
		counted, err := db.ExpiredAlerts(t.Context(), border)
		if err != nil || counted == 0 {
			t.Fatalf("%d are counted: %v", counted, err)
		}
		for _, want := range []int64{counted, 0} { // the second time there is nothing left
			if rows, err := db.DecayAlerts(t.Context(), border); err != nil || rows != want {
				t.Fatalf("%d of %d rows go: %v", rows, want, err)
			}
		}
		for query, want := range map[string]int{
			`SELECT COUNT(*) FROM alert WHERE state <> 'resolved'`:                       running,
			`SELECT COUNT(*) FROM alert WHERE state = 'resolved'`:                        1, // at the border
			`SELECT COUNT(*) FROM alert_event WHERE alert = 'late'`:                      2,
			`SELECT COUNT(*) FROM outbox WHERE alert = 'late'`:                           2,
			`SELECT COUNT(*) FROM alert_event WHERE alert NOT IN (SELECT id FROM alert)`: 0,
			`SELECT COUNT(*) FROM outbox WHERE alert NOT IN (SELECT id FROM alert)`:      0,
			`SELECT COUNT(*) FROM alert_event WHERE entry IS NOT NULL`:                   0,
		} {
			if n := w.count(t, query); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
		report, waiting, err := w.report(t)
		if err != nil || waiting != 0 || report.Kinds[journal.Removal] != 1 {
			t.Errorf("%+v, %d wait: %v", report, waiting, err)
		}
	})
}
