package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/records"
	"foyer/internal/registry"
)

// counted takes in n homes with the year 2025 behind them, that agree to be counted, also by
// figures made of an income, which nothing offers yet. Of each it is known what says.
func (w *world) counted(n int, says func(home int) map[string]household.Finding) []household.FamilyID {
	w.tb.Helper()
	byIncome := consent.Scope{Purpose: consent.OpenStatistics, Recipient: consent.ToPublic, Category: consent.Indicators, Granularity: consent.Annual}
	ids := make([]household.FamilyID, n)
	for home := range ids {
		ids[home] = w.family(fmt.Sprintf("home %02d", home), base)
		scopes := append(consent.Offer(consent.OpenStatistics), byIncome)
		if err := w.registry.Give(w.tb.Context(), ids[home], scopes, registry.Form{}); err != nil {
			w.tb.Fatal(err)
		}
		for m := range 12 {
			first := energy.Day{Year: 2025, Month: time.Month(1 + m), Date: 1}
			start := first.Start(paris)
			w.insert(`INSERT INTO usage_month (family, month, register, start_at, energy, seen, length, estimated, provision)
				VALUES ($1, $2, 'energy_import', $3, 250000000, $4, $4, 0, 0)`, ids[home], first.String()[:7], start.UnixMilli(), start.AddDate(0, 1, 0).Sub(start).Milliseconds())
			w.insert(`INSERT INTO bill_line (family, month, line, start_at, label, quantity, unit, price, cents)
				VALUES ($1, $2, 1, $3, 'energy', '250', 'kWh', '0.2', 5000)`, ids[home], first.String()[:7], start.UnixMilli())
		}
		filing := household.Filing{Family: ids[home], At: w.clock()}
		for indicator, f := range says(home) {
			detail, err := json.Marshal(f)
			if err != nil {
				w.tb.Fatal(err)
			}
			r := household.Result{Indicator: indicator, From: date("2025-01-01"), To: date("2026-01-01"), Version: "1", Status: household.OK, Value: f.Figures["gap"], Detail: detail, At: w.clock()}
			filing.Results = append(filing.Results, household.Filed{Result: r, Category: "indicators", Granularity: 1, Start: date("2025-01-01").Start(paris)})
		}
		if err := w.records.FileResults(w.tb.Context(), filing); err != nil {
			w.tb.Fatal(err)
		}
	}
	return ids
}

func (w *world) insert(query string, args ...any) {
	w.tb.Helper()
	if _, err := w.sql.ExecContext(w.tb.Context(), query, args...); err != nil {
		w.tb.Fatal(err)
	}
}

// together is what may be seen of 2025, by figure and part.
func (w *world) together() map[string]household.SeenFigure {
	w.tb.Helper()
	reader := consent.Reader{Kind: consent.Staff, Subject: "s", Pilot: "p", Recipient: consent.ToPublic}
	s, err := w.records.Aggregates(w.tb.Context(), consent.Access{Reader: reader, Purpose: consent.OpenStatistics, View: "aggregates"}, 2025)
	if err != nil {
		w.tb.Fatal(err)
	}
	by := map[string]household.SeenFigure{}
	for _, f := range s.Figures {
		by[f.Figure+" "+f.Part] = f
	}
	return by
}

// TestAYearIsCountedOnceItIsOverForGood counts 24 homes, 12 of them with a gap, when no
// reading of the year can come any more.
func TestAYearIsCountedOnceItIsOverForGood(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-02-05", 20, 0))
	ids := w.counted(24, func(home int) map[string]household.Finding {
		flag, few := home < 12, home < 3
		gap := household.Finding{Flag: &flag, Figures: map[string]string{"gap": "0", "depth": "0"}}
		if flag {
			gap.Figures = map[string]string{"gap": strconv.Itoa(100 + 10*home), "depth": "0.5"}
		}
		return map[string]household.Finding{"energy_poverty_gap": gap, "eu_2m": {Flag: &flag}, "eu_m_half": {Flag: &few}, "brde": {}}
	})
	w.insert(`UPDATE usage_month SET seen = seen * 9 / 10 WHERE family = $1`, ids[0])
	w.pass(at("2026-02-05", 20, 30))
	if got := w.together(); len(got) > 0 {
		t.Fatalf("readings of December may still come: %v", got)
	}
	w.set(at("2026-02-06", 8, 0))
	if _, err := w.planner.BringUp(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := w.together(); len(got) > 0 {
		t.Fatalf("a command counts a year, of which messages may wait for the server: %v", got)
	}
	w.pass(at("2026-02-06", 8, 0))
	got := w.together()
	for name, value := range map[string]string{
		"use total": "72000", "cost total": "14400", "energy_poverty_gap mean_gap": "13",
		"energy_poverty_gap depth": "0.25", "energy_poverty_gap severity": "0.13",
	} {
		if f := got[name]; f.Withheld || f.Value != value || f.Known != 25 || f.Seen != 99 || f.Estimated {
			t.Errorf("%s: %+v, want %s", name, f, value)
		}
	}
	for _, name := range []string{"energy_poverty_gap homes", "eu_2m homes"} {
		if f := got[name]; f.Withheld || *f.Flagged != 10 || *f.Percent != 50 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	// Three of a kind, a flag that is not known, and what was never said of anybody.
	for _, name := range []string{"eu_m_half homes", "brde homes", "eu_arrears homes"} {
		if f, ok := got[name]; !ok || !f.Withheld {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if _, ok := got["energy_year homes"]; ok {
		t.Error("what flags nothing is listed")
	}
	for _, row := range w.rows(`SELECT figure, known, COALESCE(flagged, 0) FROM aggregate_figure WHERE figure IN ('eu_m_half', 'brde')`) {
		if row[1] != "0" || row[2] != "0" {
			t.Errorf("a small cell is kept: %v", row)
		}
	}
}

// TestAHomeThatOutweighsTheOthersIsNotAdded has one home of 11 use nearly all there is, and
// too few homes of another year.
func TestAHomeThatOutweighsTheOthersIsNotAdded(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-02-06", 8, 0))
	none := func(int) map[string]household.Finding { return nil }
	ids := w.counted(11, none)
	w.insert(`UPDATE usage_month SET seen = 0 WHERE family = $1`, string(ids[10]))
	w.insert(`UPDATE usage_month SET energy = 25000000000 WHERE family = $1`, string(ids[0]))
	w.pass(at("2026-02-06", 8, 0))
	if n := w.rows(`SELECT COUNT(*) FROM aggregate`); n[0][0] != "0" {
		t.Error("10 homes are counted")
	}
	w.insert(`UPDATE usage_month SET seen = length WHERE family = $1`, string(ids[10]))
	w.pass(at("2026-02-07", 8, 0))
	got := w.together()
	if f := got["use total"]; !f.Withheld {
		t.Errorf("%+v", f)
	}
	if f := got["cost total"]; f.Withheld || f.Value != "6600" {
		t.Errorf("%+v", f)
	}
}

// TestDepthAndSeverityAreThoseOfTheVectors counts the homes of fgt-01 and fgt-03 of the
// shared vectors, six times each. Depths are kept in tenths, so that 0.25 is 0.3 there.
func TestDepthAndSeverityAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-02-06", 8, 0))
	depths := []string{"0", "0", "0.3", "1", "1.5"} // of the shares 0.05, 0.08, 0.1, 0.16 and 0.2 at the threshold 0.08
	w.counted(30, func(home int) map[string]household.Finding {
		flag := home%5 >= 2
		return map[string]household.Finding{"energy_poverty_gap": {Flag: &flag, Figures: map[string]string{"gap": "120", "depth": depths[home%5]}}}
	})
	w.pass(at("2026-02-06", 8, 0))
	got := w.together()
	if f := got["energy_poverty_gap homes"]; f.Withheld || *f.Percent != 60 {
		t.Errorf("%+v, want 0.6", f)
	}
	for part, want := range map[string]float64{"depth": 0.55, "severity": 0.6625} {
		f := got["energy_poverty_gap "+part]
		if value, err := strconv.ParseFloat(f.Value, 64); f.Withheld || err != nil || math.Abs(value-want) > 0.015 {
			t.Errorf("%s: %+v, want %v", part, f, want)
		}
	}
}

// TestNobodyWithAGapHasNoMeanGap counts homes of which none pays too much, and some of
// whose electricity is estimated.
func TestNobodyWithAGapHasNoMeanGap(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-02-06", 8, 0))
	no := false
	ids := w.counted(11, func(int) map[string]household.Finding {
		return map[string]household.Finding{"energy_poverty_gap": {Flag: &no, Figures: map[string]string{"gap": "0", "depth": "0"}}}
	})
	w.insert(`UPDATE usage_month SET estimated = 1 WHERE family = $1 AND month = '2025-07'`, ids[10])
	w.pass(at("2026-02-06", 8, 0))
	got := w.together()
	if f := got["energy_poverty_gap mean_gap"]; f.Withheld || f.Value != "" || *f.Flagged != 0 {
		t.Errorf("%+v", f)
	}
	if f := got["energy_poverty_gap depth"]; f.Withheld || f.Value != "0" || !f.Estimated || f.Seen != 100 {
		t.Errorf("%+v", f)
	}
}

// TestWhoCouldNotBeComputedIsWaitedFor has one family fail during the days of grace and
// after them.
func TestWhoCouldNotBeComputedIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-02-05", 8, 0))
	w.counted(11, func(int) map[string]household.Finding { return nil })
	from := date("2026-02-05")
	broken := w.family("broken", base)
	c := count{meter: w.meter("broken", broken, household.Electricity, from.Start(paris)), register: "energy_import/base"}
	c.halfHours(rand.New(rand.NewPCG(1, 2)), from, from.Add(1))
	w.arrive(c.all)
	w.planner = w.open(&faulty{DB: w.records, usage: func(id household.FamilyID) error {
		if id == broken {
			return errDisk
		}
		return nil
	}}, nil)
	years := func(now time.Time) int {
		t.Helper()
		w.set(now)
		if r, err := w.planner.RunOnce(t.Context()); err != nil || r.Failed != 1 {
			t.Fatalf("%+v %v", r, err)
		}
		return len(w.rows(`SELECT year FROM aggregate`))
	}
	if n := years(at("2026-02-06", 8, 0)); n != 0 {
		t.Error("a year is counted without who fails")
	}
	if n := years(at("2026-03-07", 8, 0)); n != 0 {
		t.Error("a year is counted without who fails, on the last day of grace")
	}
	if n := years(at("2026-03-08", 8, 0)); n != 1 {
		t.Error("one family withholds the year of all")
	}
}

// unkept is the real store, which keeps a year only when it can.
type unkept struct {
	*records.DB
	full bool
}

func (u *unkept) SaveAggregate(ctx context.Context, a household.Aggregate) error {
	if u.full {
		return errDisk
	}
	return u.DB.SaveAggregate(ctx, a)
}

// TestAYearThatCouldNotBeKeptIsCountedByTheNextPass has the count fail, succeed in the next
// pass of the same process, and not be made again by another process.
func TestAYearThatCouldNotBeKeptIsCountedByTheNextPass(t *testing.T) {
	t.Parallel()
	now := at("2026-02-06", 8, 0)
	w := openWorld(t, now)
	ids := w.counted(12, func(int) map[string]household.Finding { return nil })
	store := &unkept{w.records, true}
	p := w.open(store, nil)
	pass := func(p *jobs.Planner, failed int) {
		t.Helper()
		if r, err := p.RunOnce(t.Context()); err != nil || r.Failed != failed {
			t.Fatalf("%+v %v", r, err)
		}
	}
	pass(p, 1)
	store.full = false
	pass(p, 0)
	want := "[[2025 12]]"
	kept := func() string {
		return fmt.Sprint(w.rows(`SELECT a.year, COUNT(DISTINCT h.family) FROM aggregate a JOIN aggregate_home h ON h.aggregate = a.id GROUP BY a.year`))
	}
	if got := kept(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if err := w.registry.WithdrawAll(t.Context(), ids[0], registry.Form{}); err != nil {
		t.Fatal(err)
	}
	pass(w.open(w.records, nil), 0)
	if got := kept(); got != want {
		t.Errorf("another process counts of who is left: %s, want %s", got, want)
	}
}
