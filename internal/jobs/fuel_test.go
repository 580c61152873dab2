package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/tariff"
)

// shelf returns tariffs of round prices: current at 0.20 EUR and 73 EUR a year, gas at
// 0.10 EUR and 146 EUR a year, heat at 0.05 EUR and 36.50 EUR a year, all from 2025 on.
func shelf() *tariff.Book {
	of := func(id string, fuel tariff.Fuel, price, year int64) *tariff.Tariff {
		return &tariff.Tariff{ID: id, Fuel: fuel, ProRata: tariff.ByYear, Periods: []string{"base"}, Versions: []tariff.Version{{
			From: date("2025-01-01"), Standing: tariff.Charges{0: decimal.New(year, -2)}, Taxes: tariff.Taxes{Included: true},
			Energy: []tariff.Price{{Period: "base", PerKWh: decimal.New(price, -2)}},
		}}}
	}
	return tariff.NewBook(of("current", tariff.Electricity, 20, 7300), of("gas", tariff.Gas, 10, 14600), of("heat", tariff.Heat, 5, 3650))
}

// steady makes a counter of a home rise by as much each hour from a day to another.
func (w *world) steady(device string, f household.FamilyID, role household.Role, register energy.Register, from, to energy.Day, each int64) {
	w.tb.Helper()
	m := w.meter(device, f, role, from.Start(paris))
	var all []energy.Reading
	value := int64(5_000_000_000)
	for at := from.Start(paris); !at.After(to.Start(paris)); at = at.Add(time.Hour) {
		all = append(all, energy.Reading{Meter: m, Register: register, At: at.UTC(), Value: value})
		value += each
	}
	w.arrive(all)
}

// money reads the newest result of a period with its detail.
func (w *world) money(f household.FamilyID, indicator, from string, detail any) household.Result {
	w.tb.Helper()
	d := date(from)
	all, err := w.records.Newest(w.tb.Context(), f, []string{indicator}, d, d.Add(1))
	if err != nil || len(all) != 1 {
		w.tb.Fatalf("%s of %s: %v %v", indicator, from, all, err)
	}
	if err := json.Unmarshal(all[0].Detail, detail); err != nil {
		w.tb.Fatal(err)
	}
	return all[0]
}

// TestAHomePaysForEveryFuel prices electricity, gas and heat of one home, each under
// its own contract: 24 x 0.5 kWh at 0.20, 24 x 1 kWh at 0.10 and 24 x 2 kWh at 0.05 a
// day are 2.40 each, and 0.20, 0.40 and 0.10 of standing charges.
func TestAHomePaysForEveryFuel(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, to := date("2026-02-01"), date("2026-03-03")
	w := openWorld(t, to.Start(paris))
	w.book = shelf()
	w.restart()
	start := date("2026-01-01")
	f := w.family("Foyer 01",
		household.Contract{Tariff: "current", PowerKVA: 6, From: start},
		household.Contract{Tariff: "gas", Fuel: household.FuelGas, From: start},
		household.Contract{Tariff: "heat", Fuel: household.FuelHeat, From: start})
	w.steady("linky", f, household.Electricity, "energy_import", from, to, 500_000)
	w.steady("gas", f, household.Gas, "gas_energy", from, to, 1_000_000)
	w.steady("heat", f, household.Heat, "heat_energy", from, to, 2_000_000)
	w.pass(to.Start(paris).Add(time.Hour))

	var day household.CostDay
	r := w.money(f, "cost_day", "2026-02-10", &day)
	if r.Status != household.OK || r.Value != "7.90" || day.Standing != "0.7" || day.Energy != "12" || len(day.Partial) != 0 ||
		fmt.Sprint(costs(day.Parts)) != "[electricity 2.60 gas 2.80 heat 2.50]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	var month household.CostMonth
	r = w.money(f, "cost_month", "2026-02-01", &month)
	if r.Status != household.OK || r.Value != "221.20" || fmt.Sprint(costs(month.Parts)) != "[electricity 72.80 gas 78.40 heat 70.00]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	issues := w.issues(f, "2026-02")
	if len(issues) != 1 || len(issues[0].Lines) != 6 || issues[0].Cents() != 22120 {
		t.Fatalf("issues %+v", issues)
	}
	var fuels []household.Fuel
	for _, l := range issues[0].Lines {
		fuels = append(fuels, l.Fuel)
	}
	if !slices.Equal(slices.Compact(fuels), []household.Fuel{"electricity", "gas", "heat"}) {
		t.Errorf("lines of %v", fuels)
	}
	if _, found := w.verified(jobs.Order{}); len(found) > 0 {
		t.Error(found)
	}
}

func costs(parts []household.CostPart) (all []string) {
	for _, p := range parts {
		all = append(all, p.Fuel+" "+p.Cost)
	}
	return all
}

// TestAFuelWithoutAContractMakesTheTotalPartial has a gas meter, and first no
// contract for it: the total is that of electricity, and says so.
func TestAFuelWithoutAContractMakesTheTotalPartial(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, to := date("2026-02-01"), date("2026-03-03")
	w := openWorld(t, to.Start(paris))
	w.book = shelf()
	w.restart()
	f := w.family("Foyer 01", household.Contract{Tariff: "current", PowerKVA: 6, From: date("2026-01-01")})
	w.steady("linky", f, household.Electricity, "energy_import", from, to, 500_000)
	w.steady("gas", f, household.Gas, "gas_energy", from, to, 1_000_000)
	w.pass(to.Start(paris).Add(time.Hour))
	var day household.CostDay
	r := w.money(f, "cost_day", "2026-02-10", &day)
	if r.Status != household.Provisional || r.Value != "2.60" || fmt.Sprint(day.Partial) != "[gas]" || day.Parts[1].Energy != "24" || day.Parts[1].Cost != "" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	var month household.CostMonth
	r = w.money(f, "cost_month", "2026-02-01", &month)
	if r.Status != household.Provisional || r.Value != "72.80" || fmt.Sprint(month.Partial) != "[gas]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}

	// The contract is found in a drawer: from the 15th on.
	if err := w.registry.ChangeContract(t.Context(), household.Contract{Family: f, Fuel: household.FuelGas, Tariff: "gas", From: date("2026-02-15")}); err != nil {
		t.Fatal(err)
	}
	w.pass(to.Start(paris).Add(2 * time.Hour))
	day = household.CostDay{}
	if r = w.money(f, "cost_day", "2026-02-20", &day); r.Status != household.OK || r.Value != "5.40" || day.Partial != nil {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	day = household.CostDay{}
	if r = w.money(f, "cost_day", "2026-02-10", &day); r.Status != household.Provisional || r.Value != "2.60" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	month = household.CostMonth{}
	if r = w.money(f, "cost_month", "2026-02-01", &month); r.Status != household.Provisional || r.Value != "112.00" || fmt.Sprint(month.Partial) != "[gas]" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	if issues := w.issues(f, "2026-02"); len(issues) != 2 || issues[1].Cents()-issues[0].Cents() != 14*280 {
		t.Errorf("issues %+v", issues)
	}
	if _, found := w.verified(jobs.Order{}); len(found) > 0 {
		t.Error(found)
	}
}
