package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/records"
	"foyer/internal/tariff"
)

// A watched store keeps what it was told about prices, and which days they reach.
type watched struct {
	*records.DB
	told  []household.Priced
	dirty map[household.FamilyID][]energy.Day
}

func (s *watched) KeepPrices(ctx context.Context, prices []household.Priced) error {
	s.told = prices
	return s.DB.KeepPrices(ctx, prices)
}

func (s *watched) MarkDays(ctx context.Context, dirty map[household.FamilyID][]energy.Day) error {
	if s.told != nil {
		panic("days are marked after the prices that reach them were kept")
	}
	s.dirty = dirty
	return s.DB.MarkDays(ctx, dirty)
}

// another returns the tariffs that ship, Base with another price of a kWh from a day
// of January 2026 on until February.
func another(t *testing.T, from energy.Day, price string) *tariff.Book {
	t.Helper()
	shipped, err := tariff.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	was, err := shipped.Tariff("fr-bleu-base")
	if err != nil {
		t.Fatal(err)
	}
	now := *was
	v := now.Versions[len(now.Versions)-2]
	v.From, v.Energy = from, []tariff.Price{{Period: "base", PerKWh: decimal.RequireFromString(price)}}
	now.Versions = slices.Insert(slices.Clone(now.Versions), len(now.Versions)-1, v)
	return shipped.With(tariff.NewBook(&now))
}

// TestAChangedPriceOfThePastReissuesWhatItReaches changes the price of the last week
// of January after January was billed: exactly those days of homes on that tariff
// are computed again, the bill of January is issued again beside the old one, and a
// planner that starts with the same prices has nothing to do.
func TestAChangedPriceOfThePastReissuesWhatItReaches(t *testing.T) {
	t.Parallel()
	from, to := date("2026-01-10"), date("2026-02-10")
	w := openWorld(t, to.Start(paris))
	store := &watched{DB: w.records}
	w.planner = w.open(store, nil)
	now := to.Start(paris).Add(time.Hour)
	left := base
	left.To = date("2026-01-28") // and another tariff after it
	stays, leaves := w.family("Foyer 01", base), w.family("Foyer 02", left, household.Contract{
		Tariff: "fr-bleu-hphc", PowerKVA: 6, From: left.To, OffPeak: "22:00-06:00",
	})
	w.pass(now) // before anything is known nothing is marked
	if len(store.dirty) != 0 || len(store.told) < 20 {
		t.Fatalf("at first: %+v, marked %v", store.told, store.dirty)
	}
	for i, f := range []household.FamilyID{stays, leaves} {
		c := count{meter: w.meter(fmt.Sprint("linky", i), f, household.Electricity, from.Start(paris)), register: "energy_import/base", value: 5_000_000_000}
		c.halfHours(rand.New(rand.NewPCG(1, uint64(i))), from, to)
		w.arrive(c.all)
	}
	w.pass(now)
	before := w.costs(stays)
	first := w.issues(stays, "2026-01")
	if len(first) != 1 || len(w.issues(stays, "2026-02")) != 0 { // which is not over
		t.Fatalf("issues %+v", first)
	}

	// The old price is 0.1952: a quarter more from 25 January on.
	w.book, store.told = another(t, date("2026-01-25"), "0.2440"), nil
	w.planner = w.open(store, nil)
	w.pass(now.Add(time.Minute))
	if store.told == nil {
		t.Fatal("the change was not seen")
	}
	days := func(from, to string) (all []energy.Day) {
		for d := date(from); d.Before(date(to)); d = d.Add(1) {
			all = append(all, d)
		}
		return all
	}
	if got := store.dirty[stays]; !slices.Equal(got, days("2026-01-25", "2026-02-01")) {
		t.Errorf("marked %v", got)
	}
	if got := store.dirty[leaves]; !slices.Equal(got, days("2026-01-25", "2026-01-28")) {
		t.Errorf("of who leaves, marked %v", got)
	}
	after := w.costs(stays)
	for d, cost := range before {
		if changed := d >= "2026-01-25" && d < "2026-02-01"; changed == (after[d] == cost) {
			t.Errorf("%s cost %s, now %s", d, cost, after[d])
		}
	}
	again := w.issues(stays, "2026-01")
	if len(again) != 2 || again[0].Cents() != first[0].Cents() || len(again[0].Lines) != 2 || len(again[1].Lines) != 4 || again[1].Cents() <= again[0].Cents() {
		t.Errorf("issues %+v", again)
	}

	store.told = nil
	w.planner = w.open(store, nil)
	if r := w.pass(now.Add(2 * time.Minute)); r.Results != 0 || store.told != nil || len(w.issues(stays, "2026-01")) != 2 {
		t.Errorf("the same prices again: %+v, told %v", r, store.told)
	}
}

// costs returns the newest value of each day's cost.
func (w *world) costs(f household.FamilyID) map[string]string {
	w.tb.Helper()
	all := map[string]string{}
	for _, row := range w.rows(`SELECT from_day || ' ' || value FROM result WHERE family = $1 AND indicator = 'cost_day' ORDER BY id`, f) {
		all[row[0][:10]] = row[0][11:]
	}
	return all
}

func (w *world) issues(f household.FamilyID, month string) []household.Issue {
	w.tb.Helper()
	all, err := w.records.Issues(w.tb.Context(), f, month)
	if err != nil {
		w.tb.Fatal(err)
	}
	return all
}
