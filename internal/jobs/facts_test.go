package jobs_test

import (
	"math/rand/v2"
	"testing"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// TestAnEarlierFirstDayChangesBillsAtOnce brings in a day of the past on the same
// day: every month from then on has a bill, and its cost is the sum of its lines.
func TestAnEarlierFirstDayChangesBillsAtOnce(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	f := ids[0]
	var m energy.MeterID
	for _, row := range w.rows(`SELECT id FROM meter`) {
		m = energy.MeterID(row[0])
	}
	w.pass(at("2026-11-07", 0, 0))
	if _, err := w.sql.ExecContext(t.Context(), `UPDATE attachment SET from_at = $1`, at("2026-09-01", 0, 0).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	day := date("2026-09-20")
	if err := w.records.ImportIntervals(t.Context(), []energy.Interval{{
		Meter: m, Register: "energy_import/base", From: day.Start(paris), To: day.End(paris), Energy: 9_000_000,
	}}); err != nil {
		t.Fatal(err)
	}
	w.pass(at("2026-11-07", 0, 10))
	for month, days := range map[string]string{"2026-09": "11", "2026-10": "31", "2026-11": "5"} {
		lines := w.rows(`SELECT quantity FROM bill_line WHERE family = $1 AND month = $2 AND label = 'bill.standing'`, f, month)
		if len(lines) != 1 || lines[0][0] != days {
			t.Errorf("%s: standing charge of %v days, want %s", month, lines, days)
		}
		if n := w.number(`SELECT COUNT(DISTINCT from_day) FROM result WHERE family = $1 AND indicator = 'cost_month' AND from_day = $2`, f, month+"-01"); n != 1 {
			t.Errorf("%s: %d results", month, n)
		}
	}
}

// TestALaterLastDayChangesBillsAtOnce has a meter begin anew after the turn of the
// month: the month before is billed to its end as soon as that is known.
func TestALaterLastDayChangesBillsAtOnce(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	standing := func() string {
		t.Helper()
		return w.rows(`SELECT quantity FROM bill_line WHERE family = $1 AND month = '2026-11' AND label = 'bill.standing'`, ids[0])[0][0]
	}
	w.pass(at("2026-12-02", 0, 0))
	if standing() != "4" {
		t.Fatalf("%s days of a standing charge, want 4", standing())
	}
	fresh := count{meter: energy.MeterID(w.rows(`SELECT id FROM meter`)[0][0]), register: "energy_import/base"}
	fresh.halfHours(rand.New(rand.NewPCG(1, 1)), date("2026-12-01"), date("2026-12-02"))
	for i := range fresh.all {
		fresh.all[i].Value -= 1_000_000 // below all that was shown before: it begins anew
	}
	w.arrive(fresh.all)
	w.pass(at("2026-12-02", 1, 0))
	if standing() != "29" {
		t.Errorf("%s days of a standing charge, want 29", standing())
	}
}

// TestChangedFactsComputeAgain changes a contract and an income of the past.
func TestChangedFactsComputeAgain(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	w.pass(at("2026-11-10", 0, 0))
	cost := func(day string) string {
		t.Helper()
		return w.rows(`SELECT value FROM result WHERE family = $1 AND indicator = 'cost_day' AND from_day = $2 ORDER BY id DESC`, ids[0], day)[0][0]
	}
	early, late := cost("2026-11-03"), cost("2026-11-04")
	dearer := base
	dearer.Family, dearer.PowerKVA, dearer.From = ids[0], 12, date("2026-11-04")
	if err := w.registry.ChangeContract(t.Context(), dearer); err != nil {
		t.Fatal(err)
	}
	w.pass(at("2026-11-10", 1, 0))
	if cost("2026-11-03") != early || cost("2026-11-04") == late {
		t.Errorf("%s and %s became %s and %s", early, late, cost("2026-11-03"), cost("2026-11-04"))
	}
	// The meter has been silent since; the rate of a day since then changes all the same.
	rates := func() int64 {
		return w.number(`SELECT COUNT(*) FROM result WHERE family = $1 AND indicator = 'tee' AND status = 'indeterminate'`, ids[0])
	}
	if rates() != 0 {
		t.Fatalf("%d rates without an income", rates())
	}
	if err := w.registry.ChangeIncome(t.Context(), household.Income{Family: ids[0], From: date("2026-11-08"), Disposable: 0}); err != nil {
		t.Fatal(err)
	}
	w.pass(at("2026-11-10", 2, 0))
	if rates() != 2 { // of the years that end on the 8th and the 9th
		t.Errorf("%d rates without an income, want 2", rates())
	}
	w.settledMarks()
}
