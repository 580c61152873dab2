package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type fuelPovertyInputs struct {
	Income       *number `json:"net_income"`
	Housing      *number `json:"housing_costs"`
	Fuel         *number `json:"required_fuel_cost"`
	Persons      *number `json:"persons"`
	Scale        *number `json:"income_equivalisation"`
	MedianIncome *number `json:"median_eq_income_ahc"`
	MedianFuel   *number `json:"median_eq_fuel_cost"`
	Band         *string `json:"fpeer_band"`
}

type fuelPovertyResult struct {
	Status    string  `json:"status"`
	Income    *number `json:"eq_income_ahc"`
	Fuel      *number `json:"eq_fuel_cost"`
	Line      *number `json:"poverty_line"`
	LowIncome *bool   `json:"low_income"`
	HighCost  *bool   `json:"high_cost"`
	LIHC      *bool   `json:"lihc"`
	LILEE     *bool   `json:"lilee"`
	File      string  `json:"country_file"`
}

type fuelPovertyValues struct {
	Line  decimal.Decimal `yaml:"poverty_line"`
	Poor  []string        `yaml:"poor_bands"`
	Other []string        `yaml:"other_bands"`
}

func init() {
	fuel := latest[fuelScale]("gb", "fuel")
	national(formula.About{
		ID: "uk_lihc_lilee", Unit: "yes or no", Version: "1",
		Question:   "Is the home fuel poor as the United Kingdom counts it?",
		QuestionFR: "Le foyer est-il en précarité énergétique selon les règles britanniques ?",
		Method: "Low income: what is left after housing, equivalised, less the equivalised required fuel cost, strictly below the poverty line, a share of the median. LIHC: low income, and the equivalised " +
			"fuel cost strictly above its median. LILEE: low income, and an energy band (FPEER) of D or worse. Each is left out when what it depends on is not known; indeterminate: both are.",
	}, "gb", "fuel_poverty", func(in fuelPovertyInputs, v vintage[fuelPovertyValues]) fuelPovertyResult {
		return fuelPoverty(in, v, fuel)
	})
}

func fuelPoverty(in fuelPovertyInputs, v vintage[fuelPovertyValues], fuel vintage[fuelScale]) fuelPovertyResult {
	r := fuelPovertyResult{Status: "indeterminate", File: v.File}
	factor := scaled(in.Persons, fuel)
	invalid := factor.Status == "invalid_input" || in.Scale != nil && !in.Scale.IsPositive() || in.Fuel != nil && in.Fuel.IsNegative()
	poor, known := v.Values.inefficient(in.Band)
	if invalid || !known {
		r.Status = "invalid_input"
		return r
	}
	if in.MedianIncome != nil {
		r.Line = num(v.Values.Line.Mul(in.MedianIncome.Decimal))
	}
	if in.Income != nil && in.Housing != nil && in.Scale != nil {
		r.Income = num(in.Income.Sub(in.Housing.Decimal).DivRound(in.Scale.Decimal, 16))
	}
	if in.Fuel != nil && factor.Factor != nil {
		r.Fuel = num(in.Fuel.DivRound(factor.Factor.Decimal, 16))
		if in.MedianFuel != nil {
			r.HighCost = ptr(in.Fuel.GreaterThan(in.MedianFuel.Mul(factor.Factor.Decimal)))
		}
	}
	if r.Income != nil && r.Fuel != nil && r.Line != nil {
		// (Y-H)/s - F/f < L, multiplied by s and f, which are above 0.
		s, f := in.Scale.Decimal, factor.Factor.Decimal
		left := in.Income.Sub(in.Housing.Decimal).Mul(f).Sub(in.Fuel.Mul(s))
		r.LowIncome = ptr(left.LessThan(r.Line.Mul(s).Mul(f)))
	}
	r.LIHC, r.LILEE = every(r.LowIncome, r.HighCost), every(r.LowIncome, poor)
	if r.LIHC != nil || r.LILEE != nil {
		r.Status = "ok"
	}
	return r
}

// inefficient reports whether a band is poor, nil when it is not known; and whether
// there is such a band.
func (v fuelPovertyValues) inefficient(band *string) (*bool, bool) {
	if band == nil {
		return nil, true
	}
	poor := slices.Contains(v.Poor, *band)
	return &poor, poor || slices.Contains(v.Other, *band)
}
