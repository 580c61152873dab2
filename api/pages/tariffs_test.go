package pages

import (
	"slices"
	"strings"
	"testing"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/text"
)

// named names tariffs as a book does.
func named(id string) string {
	if id == "fr-bleu-base" {
		return "Tarif Bleu, option Base"
	}
	return id
}

// others returns a year under other tariffs of every kind.
func others(t *testing.T) disclosure.WhatIf {
	t.Helper()
	year := func(id string, known int, own, cost *disclosure.Cents, lacks ...string) disclosure.OtherYear {
		return disclosure.OtherYear{Fuel: household.FuelElectricity, Own: "fr-bleu-base", Tariff: id, Known: known, Of: 365, OwnCost: own, Cost: cost, Lacks: lacks}
	}
	return disclosure.WhatIf{
		Family: "f", At: today(t), Zone: paris(t),
		From: energy.Day{Year: 2025, Month: 11, Date: 1}, To: energy.Day{Year: 2026, Month: 11, Date: 1},
		Tariffs: []disclosure.OtherYear{
			year("less", 361, euros(91240), euros(88715), "readings"), year("more", 361, euros(91240), euros(101290)),
			year("same", 365, euros(91240), euros(91250)), year("tempo", 0, nil, nil, "colour", "half_hours"),
			year("other", 12, nil, nil, "calorific", "off_peak", "power", "price", "readings"),
		},
	}
}

func TestAnotherTariffIsSaidOrNotKnown(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.In("fr"), now: today(t)}
	v := drawTariffs(w, others(t), named)
	want := [][]string{
		{"Vous auriez payé environ 25 € de moins."},
		{"Vous auriez payé environ 101 € de plus."},
		{"Vous auriez payé presque autant."},
		{"Pas assez de données pour le dire.", "La couleur des jours n’est pas connue.", "Il manque le détail des heures."},
	}
	for i, lines := range want {
		got := make([]string, len(v.Tariffs[i].Lines))
		for n, l := range v.Tariffs[i].Lines {
			got[n] = strings.ReplaceAll(l, text.Unbreakable, " ")
		}
		if !slices.Equal(got, lines) {
			t.Errorf("%s: %q", v.Tariffs[i].Name, got)
		}
	}
	facts := v.Tariffs[0].Facts
	if w.err != nil || len(facts) != 3 || strings.ReplaceAll(facts[0].Value, text.Unbreakable, " ") != "912,40 €" || !strings.HasPrefix(facts[0].Small, "Tarif Bleu") {
		t.Errorf("%+v %v", facts, w.err)
	}
	if len(v.Tariffs[3].Facts) != 1 {
		t.Errorf("a figure without enough days: %+v", v.Tariffs[3].Facts)
	}
}
