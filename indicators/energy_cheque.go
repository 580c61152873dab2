package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type chequeInputs struct {
	Income *number `json:"rfr_eur"`
	Units  *number `json:"uc"`
	Scale  string  `json:"scale"`
}

type chequeResult struct {
	Status string  `json:"status"`
	Amount *number `json:"amount_eur"`
	Each   *number `json:"rfr_per_uc"`
	Reason string  `json:"reason,omitempty"`
	File   string  `json:"country_file"`
}

type chequeScales struct {
	Scales []chequeScale `yaml:"scales"`
}

// A chequeScale holds for some years.
type chequeScale struct {
	Name  string       `yaml:"name"`
	Steps []chequeStep `yaml:"steps"` // from the lowest income on
}

// A chequeStep is what homes get whose fiscal income for each unit is strictly below.
type chequeStep struct {
	Below   decimal.Decimal `yaml:"below"`
	One     decimal.Decimal `yaml:"one"`     // one unit
	Between decimal.Decimal `yaml:"between"` // more than one, fewer than two
	Two     decimal.Decimal `yaml:"two"`     // two or more
}

func (s chequeStep) amount(units decimal.Decimal) decimal.Decimal {
	switch {
	case units.GreaterThanOrEqual(decimal.NewFromInt(2)):
		return s.Two
	case units.GreaterThan(decimal.NewFromInt(1)):
		return s.Between
	}
	return s.One
}

func init() {
	national(formula.About{
		ID: "cheque_energie", Unit: "EUR", Version: "1",
		Question:   "Which energy voucher does the home have a right to?",
		QuestionFR: "À quel chèque énergie le foyer a-t-il droit ?",
		Method: "The first step whose limit is strictly above the fiscal income (revenu fiscal de référence, of the tax notice) for each consumption unit " +
			"of the voucher, by the scale of a year; 0 above the last. Zero income has the highest amount. indeterminate: the income, the units or the scale is not known.",
	}, France, "energy_cheque", energyCheque)
}

func energyCheque(in chequeInputs, v vintage[chequeScales]) chequeResult {
	r := chequeResult{Status: "indeterminate", File: v.File}
	scales := v.Values.Scales
	i := slices.IndexFunc(scales, func(s chequeScale) bool { return s.Name == in.Scale })
	switch {
	case in.Income == nil:
		r.Reason = "unknown_income"
		return r
	case in.Units == nil:
		r.Reason = "unknown_units"
		return r
	case in.Income.IsNegative() || in.Units.LessThan(decimal.NewFromInt(1)):
		r.Status = "invalid_input"
		return r
	case i < 0:
		r.Reason = "unknown_scale"
		return r
	}
	r.Status, r.Each, r.Amount = "ok", num(in.Income.DivRound(in.Units.Decimal, 16)), num(decimal.Zero)
	for _, s := range scales[i].Steps {
		if in.Income.LessThan(s.Below.Mul(in.Units.Decimal)) {
			r.Amount = num(s.amount(in.Units.Decimal))
			break
		}
	}
	return r
}
