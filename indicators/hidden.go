package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type hiddenInputs struct {
	Expense   *number `json:"energy_expense_eur"`
	Median    *number `json:"median_same_size_and_dwelling_eur"`
	Decile    *int    `json:"income_decile"`
	Insulated *bool   `json:"well_insulated"`
}

type hiddenResult struct {
	Status string  `json:"status"`
	Ratio  *number `json:"ratio"`
	Flag   *bool   `json:"flag"`
	File   string  `json:"country_file"`
}

type hiddenValues struct {
	Below   decimal.Decimal `yaml:"below"`
	Deciles int             `yaml:"deciles"`
}

func init() {
	national(formula.About{
		ID: "hidden_energy_poverty_be", Unit: "yes or no", Version: "1",
		Question:   "Does a family of little income use much less energy than others like it?",
		QuestionFR: "Une famille à petit revenu dépense-t-elle bien moins en énergie que ses semblables ?",
		Method: "Energy expense strictly below half the median of families of the same size in comparable dwellings, in the lowest half of incomes; a well-insulated dwelling is none. " +
			"indeterminate: what the flag depends on is not known.",
	}, "be", "hidden", hidden)
}

func hidden(in hiddenInputs, v vintage[hiddenValues]) hiddenResult {
	r := hiddenResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Expense != nil && in.Expense.IsNegative(), in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Expense == nil, !positive(in.Median):
		return r
	}
	r.Ratio = num(in.Expense.DivRound(in.Median.Decimal, 16))
	little := in.Expense.LessThan(v.Values.Below.Mul(in.Median.Decimal))
	if r.Flag = every(&little, lowest(in.Decile, v.Values.Deciles), not(in.Insulated)); r.Flag != nil {
		r.Status = "ok"
	}
	return r
}

// not returns the contrary of a condition; nil when that is not known.
func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	return ptr(!*b)
}
