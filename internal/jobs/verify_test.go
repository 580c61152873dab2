package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// verified returns what differs in a world.
func (w *world) verified(o jobs.Order) (jobs.Verification, []jobs.Difference) {
	w.tb.Helper()
	var all []jobs.Difference
	v, err := w.planner.Verify(w.tb.Context(), o, func(d jobs.Difference) { all = append(all, d) })
	if err != nil || v.Failed != 0 || v.Differences != len(all) {
		w.tb.Fatalf("verify: %+v, told %d: %v", v, len(all), err)
	}
	return v, all
}

// TestWhatIsStoredComesOutAgain verifies a village to the byte, alters one thing of
// each table, wants exactly that to be found, and to be made good by an order.
func TestWhatIsStoredComesOutAgain(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	v := openVillage(t, date("2026-10-22"), date("2026-10-28"))
	v.days(v.of)
	v.morning()
	before := v.dump()
	all, found := v.verified(jobs.Order{})
	if len(found) != 0 || all.Waiting != 0 || all.Families != len(v.families)+1 || all.Figures < 2000 {
		t.Fatalf("%+v %v", all, found[:min(3, len(found))])
	}
	rows := v.number(`SELECT COUNT(*) FROM result`)
	if r, err := v.planner.Recompute(t.Context(), jobs.Order{}); err != nil || r.Failed != 0 || r.Rolled != len(v.families)+1 || r.Results != 0 {
		t.Errorf("computing everything again: %+v %v", r, err)
	}
	v.settledMarks()
	if d := different(v.dump(), before); d != "" || v.number(`SELECT COUNT(*) FROM result`) != rows {
		t.Errorf("computing everything again changes\n%s", d)
	}
	plain := string(v.families["plain"])
	for _, c := range []struct {
		table, change string
		found         []string // tables
	}{
		{"usage_slot", `UPDATE usage_slot SET energy = energy + 1 WHERE family = $1 AND start_at = (SELECT MIN(start_at) FROM usage_slot WHERE family = $1)`, []string{"usage_slot"}},
		{"usage_slot", `DELETE FROM usage_slot WHERE family = $1 AND start_at = (SELECT MIN(start_at) FROM usage_slot WHERE family = $1)`, []string{"usage_slot"}},
		{"usage_day", `UPDATE usage_day SET seen = seen - 1 WHERE family = $1 AND day = '2026-10-24'`, []string{"usage_day"}},
		{"usage_month", `UPDATE usage_month SET estimated = 1 - estimated WHERE family = $1`, []string{"usage_month"}},
		{"bill_line", `UPDATE bill_line SET cents = cents + 1 WHERE family = $1 AND line = 1`, []string{"bill_line"}},
		{"bill_line", `DELETE FROM bill_line WHERE family = $1 AND line = 2`, []string{"bill_line"}},
		{"result", `UPDATE result SET value = value || '0' WHERE family = $1 AND indicator = 'cost_day' AND from_day = '2026-10-25'`, []string{"result"}},
		{"result", `UPDATE result SET detail = detail || ' ' WHERE family = $1 AND indicator = 'cold_day' AND from_day = '2026-10-25'`, []string{"result"}},
	} {
		if _, err := v.sql.ExecContext(t.Context(), c.change, plain); err != nil {
			t.Fatal(err)
		}
		_, found := v.verified(jobs.Order{From: date("2026-10-22"), To: date("2026-10-29")})
		if len(found) == 0 {
			t.Errorf("%s: nothing is found", c.change)
		}
		for _, d := range found {
			// A result that reads an altered day differs too, as a bill and a month do.
			if d.Family != v.families["plain"] || d.Table != c.table && c.table != "usage_day" && c.table != "usage_slot" || d.Stored == d.Computed {
				t.Errorf("%s: %+v", c.change, d)
			}
		}
		if _, err := v.planner.Recompute(t.Context(), jobs.Order{From: date("2026-10-22"), To: date("2026-10-29"), Families: []household.FamilyID{v.families["plain"]}}); err != nil {
			t.Fatal(err)
		}
		if d := different(v.dump(), before); d != "" {
			t.Errorf("%s: not made good:\n%s", c.change, d)
		}
	}
	if _, err := v.sql.ExecContext(t.Context(), `UPDATE weather_day SET mean = mean + 1 WHERE day = '2026-10-24'`); err != nil {
		t.Fatal(err)
	}
	if _, found := v.verified(jobs.Order{}); len(found) != 1 || found[0].Table != "weather_day" || found[0].Key != "2026-10-24" || found[0].Pilot != "p" {
		t.Errorf("weather: %+v", found)
	}
	if _, found := v.verified(jobs.Order{Families: []household.FamilyID{v.families["plain"]}}); len(found) != 0 {
		t.Errorf("a family's verification looks at the weather: %+v", found)
	}
}

// TestAResultThatDoesNotOpenIsCountedAndComputedAgain changes what is kept of a rate.
func TestAResultThatDoesNotOpenIsCountedAndComputedAgain(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	w.pass(at("2026-11-07", 6, 0))
	dump := w.dump()
	res, err := w.sql.Exec(`UPDATE result SET value = detail WHERE category = 'indicators'`)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := res.RowsAffected()
	if err != nil || changed == 0 {
		t.Fatal("there is no rate", err)
	}
	if err := w.records.MarkDirty(t.Context(), ids[0], date("2026-11-01"), date("2026-11-07")); err != nil {
		t.Fatal(err)
	}
	w.pass(at("2026-11-07", 7, 0))
	want := fmt.Sprintf(`# HELP foyer_jobs_unread_results_total Stored results that did not open where they stand, because somebody or the disk has changed them, and were computed again.
# TYPE foyer_jobs_unread_results_total counter
foyer_jobs_unread_results_total %d
`, changed)
	if err := testutil.GatherAndCompare(w.metrics, strings.NewReader(want), "foyer_jobs_unread_results_total"); err != nil {
		t.Error(err)
	}
	if w.dump() != dump {
		t.Errorf("it is\n%s\nwas\n%s", w.dump(), dump)
	}
}

// TestWhatWaitsIsNoDifference verifies while readings wait for a pass.
func TestWhatWaitsIsNoDifference(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 2)
	w.pass(at("2026-11-07", 6, 0))
	meter := w.meterOf("Foyer A")
	late := count{meter: meter, register: "energy_import/base", value: 1}
	late.show(at("2026-11-04", 12, 1))
	w.arrive(late.all)
	v, found := w.verified(jobs.Order{})
	if len(found) != 0 || v.Waiting == 0 || v.Figures == 0 {
		t.Errorf("%+v %v", v, found)
	}
	if err := w.records.MarkDirty(t.Context(), ids[1], date("2026-11-03"), date("2026-11-04")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.sql.ExecContext(t.Context(), `UPDATE result SET value = '1' WHERE family = $1`, string(ids[1])); err != nil {
		t.Fatal(err)
	}
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Errorf("results that are to be computed again differ: %v", found)
	}
	w.pass(at("2026-11-07", 6, 10))
	if _, found := w.verified(jobs.Order{Families: ids[1:]}); len(found) == 0 || found[0].Table != "result" {
		t.Errorf("results nobody computes again are not found: %v", found)
	}
}

// TestAnOrderThatIsCutShortIsEndedByTheNextPass of another process.
func TestAnOrderThatIsCutShortIsEndedByTheNextPass(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 4)
	w.pass(at("2026-11-07", 6, 0))
	want := w.dump()
	if _, err := w.sql.ExecContext(t.Context(), `UPDATE usage_slot SET energy = energy + 7`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.planner.Recompute(ctx, jobs.Order{Progress: func(p jobs.Progress) {
		if p.Total != len(ids) || p.Job != "rollup" || p.Done < 1 {
			t.Errorf("%+v", p)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if w.number(`SELECT COUNT(*) FROM dirty_day`) == 0 {
		t.Error("the order is forgotten")
	}
	w.restart()
	w.pass(at("2026-11-07", 6, 10))
	w.settledMarks()
	if d := different(w.dump(), want); d != "" {
		t.Errorf("it is not ended:\n%s", d)
	}
}

// TestTwoProcessesTakeTurns has another planner alter what registers mean between
// two passes of one that remembers.
func TestTwoProcessesTakeTurns(t *testing.T) {
	t.Parallel()
	v := openVillage(t, date("2026-10-22"), date("2026-10-28"))
	other := v.open(v.records, nil)
	odd := false
	v.days(func(d energy.Day) []energy.Reading {
		if odd = !odd; odd {
			noon := d.Start(paris).Add(12 * time.Hour)
			v.arrive(v.between(d.Start(paris), noon))
			v.set(noon)
			if _, err := other.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			return v.between(noon, d.End(paris))
		}
		return v.of(d)
	})
	v.morning()
	calm := openVillage(t, v.from, v.to)
	calm.arrive(calm.readings)
	calm.pass(calm.end())
	if d := different(v.dump(), calm.dump()); d != "" {
		t.Errorf("two processes come to something else:\n%s", d)
	}
	if _, found := v.verified(jobs.Order{}); len(found) != 0 {
		t.Errorf("%d differ, %s", len(found), strings.TrimSpace(found[0].Key))
	}
}
