package indicators

import (
	"math/big"
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
	national(formula.About{
		ID: "uk_lihc_lilee", Unit: "yes or no", Version: "1",
		Question:   "Is the home fuel poor as the United Kingdom counts it?",
		QuestionFR: "Le foyer est-il en précarité énergétique selon les règles britanniques ?",
		Method: "Low income: what is left after housing, equivalised, less the equivalised required fuel cost, strictly below the poverty line, a share of the median. LIHC: low income, and the equivalised " +
			"fuel cost strictly above its median. LILEE: low income, and an energy band (FPEER) of D or worse. Each is left out when what it depends on is not known; indeterminate: both are.",
	}, "gb", "fuel_poverty", func(in fuelPovertyInputs, v vintage[fuelPovertyValues]) fuelPovertyResult {
		return fuelPoverty(in, fuelMedians{rat(in.MedianIncome), rat(in.MedianFuel)}, v, latest[fuelScale]("gb", "fuel"))
	})
	comparing("uk_lihc_lilee", "gb", "fuel_poverty", "the actual expense stands for the required one, the energy class of the home for its band; the medians of the homes of the pilot that agreed to be counted, "+
		"where they are at least as many as the charter asks for: there is no national table. The flag is that of LIHC or, where it is not known, of LILEE; both are beside it.", fuelAmong)
}

// fuelMedians are what a home is compared with; nil where that is not known.
type fuelMedians struct{ income, fuel *big.Rat }

func fuelAmong(c Compared, v vintage[fuelPovertyValues]) said {
	var m fuelMedians
	var of string
	m.income, of = c.median(byIncomeAHC)
	m.fuel, _ = c.median(byFuel)
	ask := fuelPovertyInputs{Income: c.income, Housing: c.housing, Fuel: c.expense, Persons: c.persons, Scale: c.scale()}
	if c.Year.Class != "" {
		ask.Band = &c.Year.Class
	}
	r := fuelPoverty(ask, m, v, inForce[fuelScale]("gb", "fuel", c.Last))
	flag := r.LIHC
	if flag == nil {
		flag = r.LILEE
	}
	s := c.flagged(r.Status, flag, v.File, of, "")
	s.detail.Figures = marked(map[string]*bool{"lihc": r.LIHC, "lilee": r.LILEE})
	return s
}

// scale returns by what the income of the home is divided after housing; nil when that is
// not known. Who is 14 or more weighs as an adult: the scale has one factor for both.
func (c Compared) scale() *number {
	if c.persons == nil {
		return nil
	}
	none := 0
	return ukIncomeFactor(ukHomeInputs{&c.Year.Persons14, &none, &c.Year.PersonsUnder14}, inForce[incomeScale]("gb", "income_ahc", c.Last)).Factor
}

// fuelFactor returns by what the expense of the home is divided; nil when that is not
// known.
func (c Compared) fuelFactor() *number {
	return scaled(c.persons, inForce[fuelScale]("gb", "fuel", c.Last)).Factor
}

func fuelPoverty(in fuelPovertyInputs, of fuelMedians, v vintage[fuelPovertyValues], fuel vintage[fuelScale]) fuelPovertyResult {
	r := fuelPovertyResult{Status: "indeterminate", File: v.File}
	factor := scaled(in.Persons, fuel)
	invalid := factor.Status == "invalid_input" || in.Scale != nil && !in.Scale.IsPositive() || in.Fuel != nil && in.Fuel.IsNegative()
	poor, known := v.Values.inefficient(in.Band)
	if invalid || !known {
		r.Status = "invalid_input"
		return r
	}
	line := times(v.Values.Line.Rat(), of.income)
	r.Line = rounded(line)
	if in.Income != nil && in.Housing != nil && in.Scale != nil {
		r.Income = num(in.Income.Sub(in.Housing.Decimal).DivRound(in.Scale.Decimal, 16))
	}
	if in.Fuel != nil && factor.Factor != nil {
		r.Fuel = num(in.Fuel.DivRound(factor.Factor.Decimal, 16))
		if high := times(of.fuel, factor.Factor.Rat()); high != nil {
			r.HighCost = ptr(in.Fuel.Rat().Cmp(high) > 0)
		}
	}
	if r.Income != nil && r.Fuel != nil && line != nil {
		// (Y-H)/s - F/f < L, multiplied by s and f, which are above 0.
		s, f := in.Scale.Decimal, factor.Factor.Decimal
		left := in.Income.Sub(in.Housing.Decimal).Mul(f).Sub(in.Fuel.Mul(s))
		r.LowIncome = ptr(left.Rat().Cmp(times(line, s.Rat(), f.Rat())) < 0)
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
