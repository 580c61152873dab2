package indicators

import (
	"testing"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
	"foyer/internal/tariff"
)

// heatAtNight bills what goes beyond one and a half times what a home used on its least
// day at the price of the night.
func heatAtNight(in Input) {
	least := in.Days[0].Energy
	for _, d := range in.Days {
		least = min(least, d.Energy)
	}
	for i := range in.Days {
		d := &in.Days[i]
		night := max(d.Energy-least*3/2, 0)
		cost := *d.Parts[0].cost
		cost.Energy = tariff.KWh(night).Mul(decimal.New(15, -2)).Add(tariff.KWh(d.Energy - night).Mul(decimal.New(22, -2)))
		cost.Level = decimal.New(185, -3)
		d.Price(cost)
	}
}

// A home that heats at night pays less for a kWh in winter, so that what one cost of late
// tells little of a settlement year.
func TestForecastsHoldOfHomesThatHeatAtNight(t *testing.T) {
	t.Parallel()
	towns, first := simulatedTowns(8, 7300)
	const year = 365
	sum := newTrialSum()
	for seed := range uint64(towns) {
		for i, in := range lived(t, first+seed, 3*year, mixed(2, 3*year)) {
			heatAtNight(in)
			for quarter := range 4 {
				in.Contracts = []household.Contract{{Fuel: tariff.Electricity, From: in.Today.Add(-2*year + (61*i+91*quarter)%year)}}
				for _, trial := range BackTestYears(in) {
					sum.add(trial)
				}
			}
		}
	}
	sum.check(t, YearSteps(), 100)
	if off := sum.off[1] / float64(sum.n[1]); off > 0.025 {
		t.Errorf("after a month the year is off by %.1f %%", 100*off)
	}
}

// A new price counts from its first day on: the days ahead are not expected to cost what
// a kWh did on the last 28.
func TestANewPriceIsThatOfTheDaysAhead(t *testing.T) {
	t.Parallel()
	const year = 365
	in := lived(t, 19, 2*year, mixed(1, 2*year))[0]
	in.From, in.To, in.Today = date(t, "2026-07-01"), date(t, "2026-08-01"), date(t, "2026-07-03")
	in = in.asOf(in.From, in.To, in.Today)
	before, ok := in.forecast()
	for i := range in.Days {
		if d := &in.Days[i]; !d.Day.Before(date(t, "2026-07-01")) {
			cost := *d.Parts[0].cost
			cost.Energy, cost.Level = cost.Energy.Mul(decimal.New(2, 0)), cost.Level.Mul(decimal.New(2, 0))
			d.Price(cost)
		}
	}
	after, known := in.forecast()
	standing := int64(127) // 31 days of 15 euros a year
	if !ok || !known || !near(after.central-standing, 2*(before.central-standing), 2) {
		t.Errorf("at twice the price %+v, before %+v", after, before)
	}
}

func near(a, b, off int64) bool { return a-b <= off && b-a <= off }
