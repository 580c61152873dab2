package jobs_test

import (
	"testing"

	"foyer/internal/household"
)

// TestAnAnswerHoldsFromItsDayAndGrowsOld computes what a family says of the months that
// its answer covers, and again once it takes it back.
func TestAnAnswerHoldsFromItsDayAndGrowsOld(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 1)
	f := ids[0]
	w.pass(at("2026-12-01", 6, 0))
	said := func(answer string) {
		t.Helper()
		a := household.Answer{Family: f, Question: "unable_warm", Answer: answer, Day: date("2026-11-20"), By: "A. Roy", Said: w.clock()}
		if err := w.records.AddAnswers(t.Context(), []household.Answer{a}); err != nil {
			t.Fatal(err)
		}
	}
	newest := func() [2]string {
		t.Helper()
		rows, err := w.records.Newest(t.Context(), f, []string{"eu_unable_warm"}, date("2025-12-01"), date("2025-12-02"))
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d results of the year to the end of the month: %v", len(rows), err)
		}
		return [2]string{string(rows[0].Status), rows[0].Value}
	}
	if got := newest(); got != [2]string{"indeterminate", ""} {
		t.Errorf("without an answer: %v", got)
	}
	said("yes")
	w.pass(at("2026-12-01", 6, 10))
	if got := newest(); got != [2]string{"ok", "1"} {
		t.Errorf("once said: %v", got)
	}
	said("no")
	w.pass(at("2026-12-01", 6, 20))
	if got := newest(); got != [2]string{"ok", "0"} {
		t.Errorf("once corrected: %v", got)
	}
	said("")
	w.pass(at("2026-12-01", 6, 30))
	if got := newest(); got != [2]string{"indeterminate", ""} {
		t.Errorf("once taken back: %v", got)
	}
	w.settledMarks()
}
