package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/household"
)

// TestAlertsThatWereResolvedGoByYears keeps them for one, counted in local days from when
// they were resolved; one that is open for longer stays.
func TestAlertsThatWereResolvedGoByYears(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	opened := at("2025-10-01", 12, 0)
	for id, resolved := range map[string]time.Time{
		"old":   date("2025-11-09").Start(paris).Add(-time.Millisecond),
		"young": date("2025-11-09").Start(paris),
		"open":  {},
	} {
		step := household.Transition{Step: household.StepOpened, At: opened, Alert: household.Alert{
			ID: id, Pilot: "p", Family: ids[0], Rule: id, Severity: household.High, State: household.Open,
			Since: opened, OpenedAt: opened, Changed: opened, Reason: []byte(`{"key":"alert.cold_home","args":{}}`),
		}}
		steps := []household.Transition{step}
		if !resolved.IsZero() {
			step.Step, step.At = household.StepResolved, resolved
			step.Alert.State, step.Alert.Changed, step.Alert.Version = household.Resolved, resolved, step.Alert.Version+1
			steps = append(steps, step)
		}
		for _, s := range steps {
			if err := w.records.Transit(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	const left = `SELECT id FROM alert WHERE id IN ('old', 'young', 'open') ORDER BY id`
	w.pass(at("2026-11-08", 6, 0)) // of three years
	if all := w.rows(left); len(all) != 3 {
		t.Fatalf("%v are left of three years", all)
	}
	w.promise(charter.Alerts, "1")
	w.set(at("2026-11-09", 6, 0))
	x, err := w.planner.Expiring(t.Context())
	if err != nil || x.Alerts != 3 || len(x.Pilots) != 1 || x.Pilots[0].Alerts != date("2025-11-09") { // it and two steps
		t.Errorf("%+v are about to go: %v", x, err)
	}
	if r := w.pass(at("2026-11-09", 6, 0)); r.Failed != 0 || r.Removed < 3 {
		t.Errorf("%+v", r)
	}
	if all := w.rows(left); !slices.EqualFunc(all, [][]string{{"open"}, {"young"}}, slices.Equal) {
		t.Errorf("%v are left", all)
	}
	told := w.rows(`SELECT leaf FROM journal WHERE kind = 'retention' ORDER BY id DESC LIMIT 1`)
	if len(told) != 1 || !strings.Contains(told[0][0], `"alerts_from":"2025-11-09"`) || !strings.Contains(told[0][0], `"alert_years":1`) {
		t.Errorf("the journal tells %v", told)
	}
}
