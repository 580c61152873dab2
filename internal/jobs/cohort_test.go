package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/registry"
)

// neighbours are homes with a year behind them, the first of which uses very little. All
// of them agree to be counted in figures of cost and use, none in those of income.
func neighbours(tb testing.TB, n int, order func(i int) int) (*world, []household.FamilyID) {
	tb.Helper()
	w := openWorld(tb, at("2025-09-01", 6, 0))
	ids, meters := make([]household.FamilyID, n), make([]energy.MeterID, n)
	for i := range n {
		ids[i] = w.family(fmt.Sprintf("home %02d", i), base)
		if err := w.registry.Bundle(tb.Context(), ids[i], registry.Form{Notice: "n"}, true, consent.FamilyView, consent.OpenStatistics); err != nil {
			tb.Fatal(err)
		}
		meters[i] = w.meter(fmt.Sprintf("linky %02d", i), ids[i], household.Electricity, at("2025-09-01", 6, 0))
	}
	counts := func(home int, from, to energy.Day) {
		daily := int64(9_000_000 + 100_000*home)
		if home == 0 {
			daily = 1_000_000
		}
		var days []energy.Interval
		for d := from; d.Before(to); d = d.Add(1) {
			days = append(days, energy.Interval{Meter: meters[home], Register: "energy_import/base", From: d.Start(paris), To: d.End(paris), Energy: daily})
		}
		if err := w.records.ImportIntervals(tb.Context(), days); err != nil {
			tb.Fatal(err)
		}
	}
	for home := range n {
		counts(home, date("2025-09-02"), date("2026-09-01"))
	}
	w.pass(at("2026-09-02", 8, 0))
	for i := range n {
		counts(order(i), date("2026-09-01"), date("2026-10-02"))
		if i%4 == 3 {
			w.pass(at("2026-10-02", 8, i))
		}
	}
	return w, ids
}

// found is the newest finding of a home over the year to October.
func (w *world) found(family household.FamilyID, indicator string) (household.Result, household.Finding) {
	w.tb.Helper()
	rows, err := w.records.Newest(w.tb.Context(), family, []string{indicator}, date("2025-10-01"), date("2025-10-02"))
	if err != nil || len(rows) != 1 {
		w.tb.Fatalf("%s: %d results: %v", indicator, len(rows), err)
	}
	var f household.Finding
	if err := json.Unmarshal(rows[0].Detail, &f); err != nil {
		w.tb.Fatal(err)
	}
	return rows[0], f
}

// TestHomesAreComparedWithThoseThatAgreedToBeCounted takes in twelve homes, in two orders,
// has two of them say no, and verifies each time.
func TestHomesAreComparedWithThoseThatAgreedToBeCounted(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	w, ids := neighbours(t, 12, func(i int) int { return i })
	says := func(home int, indicator, value, reference, reason string) {
		t.Helper()
		if r, f := w.found(ids[home], indicator); r.Value != value || f.Reference != reference || f.Reason != reason || value != "" && (f.Seen*100 < f.Of*90 || f.File == "") {
			t.Errorf("home %d, %s: %s %q %s", home, indicator, r.Status, r.Value, r.Detail)
		}
	}
	says(0, "eu_m_half", "1", "pilot", "")
	says(5, "eu_m_half", "0", "pilot", "")
	says(5, "eu_2m", "0", "fr-2021", "") // nobody agreed to be counted by income
	says(5, "brde", "", "pilot", "unknown_housing_cost")
	says(5, "energy_poverty_gap", "0", "fr-2021", "")
	says(5, "boardman_10pct", "0", "gb-2021", "")
	says(5, "peer_ratio", "", "", "few_alike") // how it is heated is not known
	verify := func() {
		t.Helper()
		if v, found := w.verified(jobs.Order{}); len(found) != 0 || v.Waiting != 0 {
			t.Errorf("%+v %v", v, found)
		}
	}
	verify()
	dump := w.dump()
	other, _ := neighbours(t, 12, func(i int) int { return (7*i + 5) % 12 })
	if d := different(other.dump(), dump); d != "" {
		t.Errorf("another order of arrival changes\n%s", d)
	}

	// What the homes were compared with may be what one of them pays: it is sealed, and no
	// home is told.
	for _, kept := range w.rows(`SELECT figures FROM cohort`) {
		if strings.Contains(kept[0], "median") {
			t.Errorf("a median can be read: %s", kept[0])
		}
	}
	for i := range ids {
		_, f := w.found(ids[i], "eu_m_half")
		if len(f.Figures) > 0 || !slices.Equal(keysOf(f.Inputs), []string{"basis"}) {
			t.Errorf("home %d is told %v %v", i, f.Figures, f.Inputs)
		}
	}

	// A change of one home has all compared again, and so has a change of heart.
	if r := w.pass(at("2026-10-02", 9, 0)); r.Results != 0 {
		t.Errorf("nothing changed, and %d results are added", r.Results)
	}
	for _, id := range ids[10:] {
		if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.OpenStatistics), registry.Form{Notice: "n"}); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := w.verified(jobs.Order{}); v.Waiting == 0 {
		t.Error("two homes are not counted any more, and nothing waits")
	}
	w.pass(at("2026-10-02", 10, 0))
	says(5, "eu_m_half", "", "", "no_reference")
	verify()

	// What somebody changed is found, and made good.
	if _, err := w.sql.ExecContext(t.Context(), `UPDATE result SET status = 'ok' WHERE indicator = 'eu_m_half' AND family = $1`, string(ids[5])); err != nil {
		t.Fatal(err)
	}
	if _, found := w.verified(jobs.Order{}); len(found) == 0 || found[0].Family != ids[5] {
		t.Errorf("%v", found)
	}
	if _, err := w.planner.Recompute(t.Context(), jobs.Order{}); err != nil {
		t.Fatal(err)
	}
	verify()
}

func keysOf(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
