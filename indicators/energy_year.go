package indicators

import (
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// EnergyYear is the indicator that comparisons of a home with others are made of.
const EnergyYear = "energy_year"

func init() {
	register(Indicator{
		ID: EnergyYear, Unit: "EUR", Version: "1", Category: ratios, Granularity: 1, Span: MonthsYear, Needs: Answers | Lived,
		Question:   "What did energy cost the home over a year, and what does it live on?",
		QuestionFR: "Qu'a coûté l'énergie au foyer en un an, et de quoi vit-il ?",
		Method: "What `tee` takes as the expense, over the 365 local days to the end of a month, with everything of the home that a comparison with others reads: the kWh of metered fuels (not where a fuel is delivered: " +
			"it counts for one that half of the days were seen, scaled to 365), income, housing cost, persons, floor area, heating, energy class, and what else explains how little was used. " +
			"ok, provisional and insufficient_data as `tee`; income need not be known.",
		Source:  "ONPE, taux d'effort énergétique, for the expense.",
		Compute: energyYear,
	})
}

func energyYear(in Input) Answer {
	y := in.year()
	last := in.To.Add(-1)
	d := household.Year{
		Use: figure(in.use()), Days: y.valid, Missing: names(y.missing), Partial: y.partial(in.Dwelling),
		Housing: in.heldOn("housing_cost", last), Class: in.heldOn("energy_class", last), Heating: in.heating(),
		Decile: in.decile(), Reference: in.Reference.ID, Confounders: in.confounders(in.From),
	}
	if in.Dwelling != nil {
		d.Persons14, d.PersonsUnder14, d.Units = in.Dwelling.Persons14, in.Dwelling.PersonsUnder14, in.Dwelling.Units()
		d.Area, d.InRent = in.Dwelling.AreaM2, in.Dwelling.HeatedInRent
	}
	if in.Income != nil {
		d.Income = tariff.Euros(in.Income.Disposable)
	}
	switch s := y.status(); {
	case !valued(s):
		return Answer{Status: s, Detail: d}
	case len(y.fuels) == 0: // nothing has a price
		return Answer{Status: household.Indeterminate, Detail: d}
	default:
		d.Expense = tariff.Euros(y.cents())
		return Answer{Status: s, Value: d.Expense, Detail: d}
	}
}

// status grades what the window cost.
func (y *year) status() household.Status {
	switch {
	case y.valid*2 < YearDays || y.valid*100 < YearDays*Complete && y.heating < heatingDays:
		return household.InsufficientData
	case y.valid*100 < YearDays*Complete || len(y.missing) > 0:
		return household.Provisional
	}
	return household.OK
}

// use returns the kWh of the metered fuels of the period, each scaled from the days of
// which half was seen; nil where a fuel is delivered, or too little of one was seen.
func (in Input) use() *number {
	days, milliWh := map[tariff.Fuel]int64{}, map[tariff.Fuel]int64{}
	used := map[tariff.Fuel]bool{tariff.Electricity: true}
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		day, ok := in.day(d)
		parts := day.Parts
		if _, has := day.part(tariff.Electricity); ok && !has {
			parts = append([]Part{{Fuel: tariff.Electricity, Energy: day.Energy, Coverage: day.Coverage}}, parts...)
		}
		for _, p := range parts {
			if p.Fuel.Delivered() {
				return nil
			}
			used[p.Fuel] = true
			if atLeast(p.Coverage, 50) {
				days[p.Fuel]++
				milliWh[p.Fuel] += p.Energy
			}
		}
	}
	var sum decimal.Decimal
	for _, f := range household.Fuels {
		if !used[f] {
			continue
		}
		if days[f]*2 < YearDays {
			return nil
		}
		sum = sum.Add(tariff.KWh(milliWh[f]).Mul(decimal.NewFromInt(YearDays)).DivRound(decimal.NewFromInt(days[f]), 6))
	}
	return num(sum)
}

// seenDays is the coverage of a year of which a number of days is valid.
func seenDays(days int) energy.Coverage {
	return energy.Coverage{Seen: time.Duration(days) * 24 * time.Hour, Of: YearDays * 24 * time.Hour}
}
