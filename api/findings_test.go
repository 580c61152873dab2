package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// found files what the nightly run found out about a family.
func (v *town) found(f household.FamilyID, r household.Result, category string, granularity int, d household.Finding) {
	v.t.Helper()
	b, err := json.Marshal(d)
	v.must(err)
	r.Version, r.Status, r.Detail, r.At = "1", household.OK, b, v.now
	v.must(v.records.FileResults(v.t.Context(), household.Filing{Family: f, At: v.now, Results: []household.Filed{{
		Result: r, Start: r.From.Start(v.zone), Category: category, Granularity: granularity,
	}}}))
}

// What was found out is told in words to the family and to who helps it, as each
// agreed to it by its category: what rests on answers under survey, ratios under indicators.
func TestWhatWasFoundOutIsToldInWords(t *testing.T) {
	v := newTown(t)
	day := energy.DayOf(v.now, v.zone)
	yes, no := true, false
	first := energy.Day{Year: day.Year, Month: day.Month, Date: 1}
	v.found(v.calm, household.Result{Indicator: "eu_unable_warm", From: first.Add(-365), To: first, Value: "1", Unit: "yes or no"}, "survey", 1, household.Finding{Flag: &yes, Seen: 300, Of: 365})
	v.found(v.calm, household.Result{Indicator: "own_counterfactual", From: first.Add(-30), To: first, Value: "0.31", Unit: "ratio"}, "indicators", 2, household.Finding{Flag: &no, Reason: "absence", Seen: 29, Of: 30})
	v.found(v.calm, household.Result{Indicator: "gas_leak", From: day.Add(-1), To: day, Value: "1", Unit: "yes or no"}, "consumption", 3, household.Finding{Flag: &yes, Seen: 24, Of: 24})
	phone, nadia, page := v.phone(v.calm), v.caseworker(), "/console/families/"+string(v.calm)+"/findings"
	shows := func(name string, got reply, want, never string) {
		t.Helper()
		text := plainText(got.Text)
		if got.StatusCode != http.StatusOK || !strings.Contains(text, "Ce n’est jamais une décision.") {
			t.Fatalf("%s: %s %s", name, got.Status, text)
		}
		for one := range strings.SplitSeq(want, "|") {
			if !strings.Contains(text, one) {
				t.Errorf("%s lacks %q: %s", name, one, text)
			}
		}
		if never != "" && strings.Contains(text, never) {
			t.Errorf("%s tells %q", name, never)
		}
	}
	const drop, leak, warm = "bien moins que l’an dernier ? Rien à signaler Le logement était souvent vide.", "appelez le 112", "Manque-t-il de quoi chauffer la maison ?"
	shows("the family", phone.get("/m/findings"), drop+"|"+leak+"|Part connue 96,7", warm)
	shows("the caseworker", nadia.get(page), drop, leak) // days were agreed to for the family alone
	v.asks(v.calm)
	shows("the family that is asked", phone.get("/m/findings"), warm+" Peut-être oui", "")
	shows("the caseworker of a family that is asked", nadia.get(page), warm, leak)
	v.must(v.registry.Withdraw(t.Context(), v.calm, consent.Questions(), registry.Form{}))
	shows("the caseworker after a withdrawal", nadia.get(page), drop, warm)
	if got := nadia.get("/console/families/" + string(v.mute) + "/findings"); got.StatusCode != http.StatusNotFound {
		t.Errorf("of who never agreed: %s", got.Status)
	}
	if text := plainText(phone.get("/m/access").Text); !strings.Contains(text, "Vos repères") {
		t.Errorf("the family does not read who looked: %s", text)
	}
}
