package indicators

import (
	"math/big"

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
	}, "be", "hidden", func(in hiddenInputs, v vintage[hiddenValues]) hiddenResult { return hidden(in, rat(in.Median), v) })
	comparing("hidden_energy_poverty_be", "be", "hidden", "the median of the homes of the pilot of as many persons and a like floor area "+enough+": "+
		"there is no national table. Income for each consumption unit at most the fifth decile; a dwelling of energy class A or B is well insulated.", hiddenAmong)
}

func hiddenAmong(c Compared, v vintage[hiddenValues]) said {
	median, of := c.median(bySize)
	ask := hiddenInputs{Expense: c.expense, Decile: c.Year.Decile}
	if c.Year.Class != "" {
		ask.Insulated = ptr(c.Year.Class == "A" || c.Year.Class == "B")
	}
	r := hidden(ask, median, v)
	reason := ""
	switch {
	case c.expense != nil && median == nil:
		reason = "few_alike"
	case c.expense != nil && c.Year.Decile != nil && ask.Insulated == nil:
		reason = "unknown_energy_class"
	}
	s := c.flagged(r.Status, r.Flag, v.File, of, reason)
	s.flag, s.detail.Reason = reconsidered(s.flag, c.Year.Confounders, s.detail.Reason)
	return s
}

func hidden(in hiddenInputs, median *big.Rat, v vintage[hiddenValues]) hiddenResult {
	r := hiddenResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Expense != nil && in.Expense.IsNegative(), in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Expense == nil, median == nil, median.Sign() <= 0:
		return r
	}
	r.Ratio = rounded(new(big.Rat).Quo(in.Expense.Rat(), median))
	little := in.Expense.Rat().Cmp(times(v.Values.Below.Rat(), median)) < 0
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
