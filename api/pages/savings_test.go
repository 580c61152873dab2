package pages

import (
	"slices"
	"strings"
	"testing"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// A home that was not too cold, and was kept much less warm than before, is told by how
// much, and its caseworker to ask why.
func TestARefusedSavingSaysHowMuchLessWarmTheHomeWasKept(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	homes := homes(t)
	fell := homes["works-cooler"].Savings.Cooler
	for _, l := range texts.Languages() {
		w := &words{Language: l, now: today(t)}
		much := w.Degrees(*fell)
		if lines := drawSavings(w, homes["works-cooler"], nadia).Lines; !slices.ContainsFunc(lines, func(s string) bool { return strings.Contains(s, much) }) {
			t.Errorf("%s: the family reads %q", l.Tag, lines)
		}
		if lines := drawSavings(w, homes["works-colder"], nadia).Lines; len(lines) != 2 {
			t.Errorf("%s: the family of a cold home reads %q", l.Tag, lines)
		}
		kept := savingsFact(w, &disclosure.SavingsFigure{Status: household.NotApplicable, Reason: "not_eligible_comfort", Cooler: fell}).Small
		cold := savingsFact(w, &disclosure.SavingsFigure{Status: household.NotApplicable, Reason: "not_eligible_comfort"}).Small
		if !strings.Contains(kept, much) || kept == cold {
			t.Errorf("%s: the caseworker reads %q, of a cold home %q", l.Tag, kept, cold)
		}
	}
}
