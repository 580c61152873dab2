package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/registry"
)

// TestMoneyPaidIsHeldAgainstWhatWasUsed writes an instalment down twice and takes one
// back, and has oil brought: 280 EUR of it burnt evenly over 28 days are 10.00 a day.
func TestMoneyPaidIsHeldAgainstWhatWasUsed(t *testing.T) {
	t.Parallel()
	from, to := date("2026-02-01"), date("2026-03-03")
	w := openWorld(t, to.Start(paris))
	w.book = shelf()
	w.restart()
	f := w.family("Foyer 01",
		household.Contract{Tariff: "current", PowerKVA: 6, From: date("2026-02-01"), Instalment: 5000},
		household.Contract{Fuel: household.FuelOil, From: date("2026-02-01")})
	w.steady("linky", f, household.Electricity, "energy_import", from, to, 500_000)
	w.pass(to.Start(paris).Add(time.Hour))
	var s household.Settlement
	// 30 days at 2.60 are 78.00; two months have begun.
	if r := w.money(f, "settlement", "2026-03-01", &s); r.Value != "22.00" || !s.Contracts[0].Planned {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}

	paid := household.Entry{Family: f, Day: date("2026-02-05"), Kind: household.Instalment, Cents: 4000, Source: "cash", By: "A. Roy"}
	ids, err := w.registry.AddMoney(t.Context(), []household.Entry{paid})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.registry.AddMoney(t.Context(), []household.Entry{paid}); err == nil {
		t.Error("the same amount twice was taken")
	}
	again := paid
	again.Source = "cash, again"
	wrong, err := w.registry.AddMoney(t.Context(), []household.Entry{
		again,
		{Family: f, Fuel: household.FuelOil, Day: date("2026-02-01"), Kind: household.Brought, Cents: 28000, By: "A. Roy"},
		{Family: f, Fuel: household.FuelOil, Day: date("2026-03-01"), Kind: household.Brought, Cents: 30000, By: "A. Roy"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pass(to.Start(paris).Add(2 * time.Hour))
	s = household.Settlement{}
	if r := w.money(f, "settlement", "2026-03-01", &s); r.Value != "2.00" || s.Contracts[0].Planned || len(s.Contracts) != 1 {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	if err := w.registry.TakeBackMoney(t.Context(), wrong[0], registry.Word{By: "A. Roy", Why: "twice"}); err != nil {
		t.Fatal(err)
	}
	if err := w.registry.TakeBackMoney(t.Context(), wrong[0], registry.Word{By: "A. Roy", Why: "twice"}); err == nil {
		t.Error("taken back twice")
	}
	w.pass(to.Start(paris).Add(3 * time.Hour))
	s = household.Settlement{}
	if r := w.money(f, "settlement", "2026-03-01", &s); r.Value != "-38.00" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	if all, err := w.registry.Money(t.Context(), f); err != nil || len(all) != 4 || all[1].ID == "" || ids[0] == "" {
		t.Errorf("%v %v", all, err)
	}
	var day household.CostDay
	if r := w.money(f, "cost_day", "2026-02-10", &day); r.Value != "12.60" || fmt.Sprint(costs(day.Parts)) != "[electricity 2.60 oil 10.00]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	day = household.CostDay{}
	if r := w.money(f, "cost_day", "2026-03-02", &day); r.Status != household.Provisional || r.Value != "2.60" || fmt.Sprint(day.Partial) != "[oil]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	if _, found := w.verified(jobs.Order{}); len(found) > 0 {
		t.Error(found)
	}
}
