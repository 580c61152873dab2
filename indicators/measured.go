package indicators

import (
	"math/big"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type measuredInputs struct {
	Expense *number `json:"energy_expense_eur"`
	Income  *number `json:"income_eur"`
	Housing *number `json:"housing_cost_eur"`
	Decile  *int    `json:"income_decile"`
	Median  *number `json:"median_share"`
}

type measuredResult struct {
	Status string  `json:"status"`
	Share  *number `json:"share"`
	Flag   *bool   `json:"flag"`
	Reason string  `json:"reason,omitempty"`
	File   string  `json:"country_file"`
}

type measuredValues struct {
	Times   decimal.Decimal `yaml:"times_median"`
	Deciles int             `yaml:"deciles"`
}

func init() {
	national(formula.About{
		ID: "measured_energy_poverty_be", Unit: "yes or no", Version: "1",
		Question:   "Does energy take twice the usual share of what is left after housing?",
		QuestionFR: "L'énergie prend-elle le double de la part habituelle de ce qui reste après le logement ?",
		Method: "Energy expense over income less housing cost, strictly above twice the median share, in the lowest half of incomes. Where housing takes the whole income there is no share, " +
			"and the condition holds. indeterminate: what the flag depends on is not known.",
	}, "be", "measured", func(in measuredInputs, v vintage[measuredValues]) measuredResult {
		return measuredPoverty(in, rat(in.Median), v)
	})
	comparing("measured_energy_poverty_be", "be", "measured", "the median share of the homes of the pilot "+enough+", "+
		"else that of the barometer; the result says which. Income for each consumption unit at most the fifth decile of the table of the pilot's country.", measuredAmong)
}

func measuredAmong(c Compared, v vintage[measuredValues]) said {
	median, of := c.median(byLeftShare)
	r := measuredPoverty(measuredInputs{Expense: c.expense, Income: c.income, Housing: c.housing, Decile: c.Year.Decile}, median, v)
	s := c.flagged(r.Status, r.Flag, v.File, of, "")
	if r.Flag != nil {
		s.detail.Reason = r.Reason
	}
	return s
}

func measuredPoverty(in measuredInputs, median *big.Rat, v vintage[measuredValues]) measuredResult {
	r := measuredResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Expense != nil && in.Expense.IsNegative(), in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Expense == nil, in.Income == nil, in.Housing == nil:
		return r
	}
	var much *bool
	left := in.Income.Sub(in.Housing.Decimal)
	if !left.IsPositive() {
		r.Reason, much = "no_income_left_after_housing", ptr(true)
	} else {
		r.Share = num(in.Expense.DivRound(left, 16))
		if bearable := times(v.Values.Times.Rat(), median, left.Rat()); bearable != nil {
			much = ptr(in.Expense.Rat().Cmp(bearable) > 0)
		}
	}
	if r.Flag = every(much, lowest(in.Decile, v.Values.Deciles)); r.Flag != nil {
		r.Status = "ok"
	}
	return r
}
