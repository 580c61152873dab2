package tariff

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
	"foyer/internal/text"
)

// Whatever a shipped tariff, a tax or a help can put on a bill is said in every language.
func TestEveryLineOfAShippedTariffHasWords(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	said := func(key string) {
		for _, l := range texts.Languages() {
			if s, err := l.T(key); err != nil || s == "" {
				t.Errorf("%s: %s is %q: %v", l.Tag, key, s, err)
			}
		}
	}
	for _, label := range shippedLabels(t) {
		said(label)
	}
	for _, f := range household.Fuels {
		said("fuel." + string(f))
	}
	for _, k := range append(slices.Clone(household.EntryKinds), household.Aided) {
		said("money." + string(k))
		switch {
		case k.Helps():
			said("bill.aid." + string(k))
		case k == household.Brought || k == household.RentHeat:
			said("bill." + string(k))
		}
	}
}

// shippedLabels bills every tariff that comes with Foyer at each of its versions, with
// its taxes in its prices and on top of them, and returns the labels of the lines.
func shippedLabels(t *testing.T) (labels []string) {
	t.Helper()
	shipped := shelf(t)
	for _, id := range shipped.IDs() {
		for _, included := range []bool{true, false} {
			one := *shipped.tariffs[id]
			one.Versions = slices.Clone(one.Versions)
			for i := range one.Versions {
				v := &one.Versions[i]
				v.Taxes = Taxes{Included: included, CTA: Charges{0: decimal.Zero}}
				for _, kva := range v.Standing.Powers() {
					c := household.Contract{Tariff: id, PowerKVA: kva, From: v.From}
					lines, err := NewBook(&one).Bill([]household.Contract{c}, v.From, v.From.Add(1), nil)
					if err != nil {
						t.Fatal(err)
					}
					for _, l := range lines {
						labels = append(labels, l.Label)
					}
				}
			}
		}
	}
	slices.Sort(labels)
	if labels = slices.Compact(labels); len(labels) < 5 {
		t.Fatalf("only %v", labels)
	}
	return labels
}

// A period that only a town's own tariff has is still said in words.
func TestALineOfATownsOwnPeriodHasWords(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	if s, err := texts.In("fr").BillLine("bill.energy.samedi"); err != nil || s != "Consommation" {
		t.Errorf("got %q, %v", s, err)
	}
	if s, err := texts.In("fr").BillLine("bill.nothing"); err == nil {
		t.Errorf("got %q for a line that is none", s)
	}
}
