package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/tariff"
)

// offered returns what February 2026 cost under other tariffs, as text.
func (w *world) offered(f household.FamilyID) (r household.Result, all []string) {
	w.tb.Helper()
	var d household.OtherTariffs
	r = w.money(f, "other_tariffs", "2026-02-01", &d)
	for _, o := range d.Offers {
		all = append(all, fmt.Sprintf("%s: %d days %s, %s %v", o.Tariff, o.Known, o.OwnCost, o.Cost, o.Lacks))
	}
	return r, all
}

// TestAMonthIsPricedUnderOtherTariffs uses 0.5 kWh each hour of February 2026, of which a
// third between 22:00 and 06:00. By hand, with the prices of 1 February 2026:
//
//	Base: 28 × 12 × 0.1940 = 65.184, standing 28 × 12 × 15.65/365 = 14.4066: 79.59
//	HP/HC: 28 × (8 × 0.2065 + 4 × 0.1579) = 63.9408, standing the same: 78.35
//
// Of Tempo no colour is known, and a home that did not say its off-peak hours has no
// figure for HP/HC: a guess is none.
func TestAMonthIsPricedUnderOtherTariffs(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, to := date("2026-02-01"), date("2026-03-02")
	w := openWorld(t, to.Start(paris))
	base := household.Contract{Tariff: "fr-bleu-base", PowerKVA: 6, From: from, OffPeak: "22:00-06:00"}
	mute, weak := base, base
	mute.OffPeak, weak.PowerKVA = "", 9
	said, silent, strong := w.family("Foyer 01", base), w.family("Foyer 02", mute), w.family("Foyer 03", weak)
	was := base // HP/HC for the first half of the month
	was.Tariff, was.To = "fr-bleu-hphc", date("2026-02-15")
	now := base
	now.From = was.To
	turned := w.family("Foyer 04", was, now)
	for i, f := range []household.FamilyID{said, silent, strong, turned} {
		c := count{meter: w.meter(fmt.Sprint("linky", i), f, household.Electricity, from.Start(paris)), register: "energy_import/base"}
		for at := from.Start(paris); !at.After(to.Start(paris)); at = at.Add(time.Hour) {
			c.show(at)
			c.value += 240_000
			c.show(at.Add(energy.SlotLength))
			c.value += 260_000
		}
		w.arrive(c.all)
	}
	w.pass(to.Start(paris).Add(time.Hour))
	r, all := w.offered(said)
	want := []string{"fr-bleu-base: 28 days 79.59, 79.59 []", "fr-bleu-hphc: 28 days 79.59, 78.35 []", "fr-bleu-tempo: 0 days ,  [colour]"}
	if !slices.Equal(all, want) || r.Status != household.OK || r.Value != "79.59" {
		t.Errorf("%s %s: %q", r.Status, r.Value, all)
	}
	r, all = w.offered(silent)
	if want[1] = "fr-bleu-hphc: 0 days ,  [off_peak]"; !slices.Equal(all, want) || r.Status != household.InsufficientData || r.Value != "" {
		t.Errorf("without hours: %s %s: %q", r.Status, r.Value, all)
	}
	if _, all = w.offered(strong); !slices.Equal(all, []string{all[0], "fr-bleu-hphc: 0 days ,  [power]", "fr-bleu-tempo: 0 days ,  [colour]"}) {
		t.Errorf("of 9 kVA: %q", all)
	}
	// As it was, 32.592 + 31.9704 + 14.4066: 78.97.
	if _, all = w.offered(turned); !slices.Equal(all[:2], []string{"fr-bleu-base: 28 days 78.97, 79.59 []", "fr-bleu-hphc: 28 days 78.97, 78.35 []"}) {
		t.Errorf("of who had another tariff before: %q", all)
	}

	// Another price of a tariff that the home does not have is taken account of.
	w.book = dearer(t, "fr-bleu-hphc", "hp", "0.3065")
	w.restart()
	w.pass(to.Start(paris).Add(2 * time.Hour))
	if _, all = w.offered(said); all[1] != "fr-bleu-hphc: 28 days 79.59, 100.75 []" { // 28 × 8 × 0.1 more
		t.Errorf("at another price: %q", all)
	}
	if _, found := w.verified(jobs.Order{}); len(found) > 0 {
		t.Error(found)
	}
}

// dearer returns the tariffs that ship, one of them with another price of a period in its
// last version.
func dearer(t *testing.T, id, period, price string) *tariff.Book {
	t.Helper()
	shipped, err := tariff.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	was, err := shipped.Tariff(id)
	if err != nil {
		t.Fatal(err)
	}
	now := *was
	now.Versions = slices.Clone(now.Versions)
	v := &now.Versions[len(now.Versions)-1]
	v.Energy = slices.Clone(v.Energy)
	for i := range v.Energy {
		if v.Energy[i].Period == period {
			v.Energy[i].PerKWh = decimal.RequireFromString(price)
		}
	}
	return shipped.With(tariff.NewBook(&now))
}

// TestADayWithoutItsHalfHoursIsNotPricedUnderPeriods states each day of a month as a whole:
// a tariff with one price has it, one with periods does not.
func TestADayWithoutItsHalfHoursIsNotPricedUnderPeriods(t *testing.T) {
	t.Parallel()
	from, to := date("2026-02-01"), date("2026-03-02")
	w := openWorld(t, to.Start(paris))
	f := w.family("Foyer 01", household.Contract{Tariff: "fr-bleu-base", PowerKVA: 6, From: from, OffPeak: "22:00-06:00"})
	m := w.meter("linky", f, household.Electricity, from.Start(paris))
	c := count{meter: m, register: "energy_import/base"}
	for d := from; !to.Before(d); d = d.Add(1) {
		c.show(d.Start(paris))
		c.value += 10_000_000
	}
	w.arrive(c.all)
	w.pass(to.Start(paris).Add(time.Hour))
	_, all := w.offered(f)
	if len(all) != 3 || !strings.HasPrefix(all[1], "fr-bleu-hphc: 0 days ,  [half_hours") {
		t.Errorf("%q", all)
	}
}
