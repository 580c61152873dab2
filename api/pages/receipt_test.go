package pages

import (
	"slices"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/text"
)

// TestAReceiptNamesEachReaderOnce: a line that says for whom it is says it once.
func TestAReceiptNamesEachReaderOnce(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	act := func(scopes ...consent.Scope) (out []consent.Event) {
		for _, s := range scopes {
			out = append(out, consent.Event{At: today(t), State: consent.Given, Scope: s})
		}
		return out
	}
	w := &words{Language: texts.In("fr"), now: today(t)}
	got := drawReceipt(w, act(
		consent.Scope{Purpose: consent.FamilyView, Recipient: consent.ToFamily, Category: consent.Cost, Granularity: consent.Daily},
		consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: consent.Indicators, Granularity: consent.Monthly},
		consent.Scope{Purpose: consent.Alert, Recipient: consent.ToCooperative, Category: consent.Cost, Granularity: consent.Daily},
		consent.Scope{Purpose: consent.Alert, Recipient: consent.ToFamily, Category: consent.Cost, Granularity: consent.Daily},
	)).About
	want := []string{
		"Pour vous : vos euros, par jour.",
		"Pour la coopérative : vos repères, par mois.",
		"Pour les appels : vos euros, par jour, pour la coopérative.",
		"Pour les appels : vos euros, par jour, pour vous.",
	}
	if w.err != nil || !slices.EqualFunc(got, want, func(a, b string) bool { return strings.ReplaceAll(a, text.Unbreakable, " ") == b }) {
		t.Errorf("%q, %v", got, w.err)
	}
}
