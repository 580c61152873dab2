package indicators

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// Red days are expected in winter alone, as many as last winter had, and the range knows
// that nobody knows when: of months, and of settlement years.
func TestForecastsHoldWhereDaysHaveColours(t *testing.T) {
	t.Parallel()
	towns, first := simulatedTowns(4, 910)
	const year = 365
	months, years, held := newTrialSum(), 0, 0
	for seed := range uint64(towns) {
		for i, in := range lived(t, first+seed, 3*year, mixed(2, 3*year)) {
			payByColour(in)
			in.Contracts = []household.Contract{{Fuel: tariff.Electricity, From: in.Today.Add(-2*year + (61*i+47*int(seed))%year)}}
			for _, trial := range BackTestYears(in) {
				if years++; trial.Holds() {
					held++
				}
			}
			in.Days = in.Days[year:]
			for _, trial := range BackTest(in) {
				if !trial.On.Before(in.Today.Add(-year)) {
					months.add(trial)
				}
			}
		}
	}
	months.check(t, TrialDays(), 400)
	if years < 40 || held*10 < years*7 {
		t.Errorf("%d of %d years in the range of 80 %%", held, years)
	}
}

// payByColour has a kWh cost 60 cents on the 22 coldest working days of each winter, 17 on
// the 43 next, and 15 on all others.
func payByColour(in Input) {
	mean := map[energy.Day]int64{}
	for _, w := range in.Weather {
		mean[w.Day] = w.Mean
	}
	winters := map[int][]int{}
	for i := range in.Days {
		d := in.Days[i].Day
		in.Days[i].tinge(15)
		if m := d.Add(61); !weekend(d) && m.Month <= time.May { // from November to March
			winters[m.Year] = append(winters[m.Year], i)
		}
	}
	for _, days := range winters {
		slices.SortFunc(days, func(a, b int) int { return cmp.Compare(mean[in.Days[a].Day], mean[in.Days[b].Day]) })
		for rank, i := range days[:min(65, len(days))] {
			in.Days[i].tinge(17)
			if rank < 22 {
				in.Days[i].tinge(60)
			}
		}
	}
}

// tinge prices a day by what a kWh costs in its colour.
func (d *Day) tinge(cents int64) {
	cost := *d.Parts[0].cost
	cost.Energy, cost.Coloured = tariff.KWh(d.Energy).Mul(decimal.New(cents, -2)), true
	cost.Level = decimal.New(30, -2)
	d.Price(cost)
}
