package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// compared puts in what each of the last twelve months cost, 40 EUR, and would have cost
// under a tariff with two prices, 38 EUR; of one with colours nothing is known. Six months
// ago the home had another tariff.
func (v *town) compared(f household.FamilyID) {
	v.t.Helper()
	first := energy.DayOf(v.now, v.zone)
	first.Date = 1
	for n := range 12 {
		to := first
		first = first.Add(-1)
		first.Date = 1
		own := "fr-bleu-base"
		if n >= 6 {
			own = "old"
		}
		days := to.Sub(first)
		detail := household.OtherTariffs{Days: days, Seen: 1, Of: 1}
		for _, o := range []household.OtherTariff{
			{Tariff: "fr-bleu-base", Known: days, OwnCost: "40.00", Cost: "40.00"},
			{Tariff: "fr-bleu-hphc", Known: days - 1, OwnCost: "39.00", Cost: "37.10", Lacks: []string{"readings"}},
			{Tariff: "fr-bleu-tempo", Lacks: []string{"colour"}},
			{Tariff: "old", Known: days / 2, OwnCost: "20.00", Cost: "10.00", Lacks: []string{"price"}},
		} {
			o.Fuel, o.Own = "electricity", own
			detail.Offers = append(detail.Offers, o)
		}
		v.result(f, "other_tariffs", first, to, "39.00", "cost", 2, detail)
	}
}

func TestAFamilyReadsWhatOtherTariffsWouldHaveCost(t *testing.T) {
	v := newTown(t)
	v.compared(v.calm)
	phone := v.phone(v.calm)
	got := phone.get("/api/v1/me/what-if")
	w := decode[WhatIf](t, got)
	if got.StatusCode != http.StatusOK || len(w.Tariffs) != 3 || w.To.Day() != 1 || !w.From.AddDate(1, 0, 0).Equal(w.To.Time) {
		t.Fatalf("%s: %+v", got.Status, w)
	}
	if x := w.Tariffs[0]; x.Tariff != "fr-bleu-hphc" || x.Own != "fr-bleu-base" || x.CostEur == nil || *x.CostEur != "445.20" || *x.OwnCostEur != "468.00" || *x.DifferenceEur != "-22.80" || len(x.Lacks) != 1 {
		t.Errorf("%+v", x)
	}
	for _, x := range w.Tariffs[1:] { // not known, and known of half of the days
		if x.CostEur != nil || x.OwnCostEur != nil || x.DifferenceEur != nil || len(x.Lacks) != 1 {
			t.Errorf("%+v", x)
		}
	}
	if again := phone.get("/api/v1/me/what-if", "If-None-Match", got.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("%s", again.Status)
	}
	hour := v.now.Add(-2 * time.Hour).UTC().Format(time.RFC3339)
	if past := decode[WhatIf](t, phone.get("/api/v1/me/what-if?as_of="+hour)); past.Family == "" || len(past.Tariffs) != 0 {
		t.Errorf("two hours ago nothing was compared: %+v", past)
	}
	if none := phone.get("/api/v1/me/what-if?as_of=" + v.now.Add(time.Hour).UTC().Format(time.RFC3339)); none.StatusCode != http.StatusBadRequest || !strings.Contains(none.Text, "/query/as_of") {
		t.Errorf("an instant that has not been: %s %s", none.Status, none.Text)
	}
	page := phone.get("/m/tariffs").Text
	for _, want := range []string{"tarif fr-bleu-hphc", "23", "de moins", "La couleur des jours", "pas un conseil"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	if money := phone.get("/m/money"); !strings.Contains(money.Text, `href="/m/tariffs"`) {
		t.Error("nothing leads there")
	}
	if mute := v.phone(v.mute).get("/api/v1/me/what-if"); mute.StatusCode != http.StatusNotFound {
		t.Errorf("who shares nothing with itself: %s %s", mute.Status, mute.Text)
	}
	if staff := v.caseworker().get("/api/v1/me/what-if"); staff.StatusCode == http.StatusOK {
		t.Errorf("a caseworker reads %s", staff.Text)
	}
}
