package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type boardmanInputs struct {
	Expense *number `json:"required_energy_expense_eur"`
	Income  *number `json:"net_income_eur"`
	Basis   string  `json:"basis"`
}

type boardmanResult struct {
	Status string  `json:"status"`
	Share  *number `json:"share"`
	Flag   *bool   `json:"flag"`
	Severe *bool   `json:"severe"`
	Basis  string  `json:"basis"`
	Reason string  `json:"reason,omitempty"`
	File   string  `json:"country_file"`
}

type boardmanValues struct {
	Above  decimal.Decimal `yaml:"above"`
	Severe decimal.Decimal `yaml:"severe"`
}

func init() {
	national(formula.About{
		ID: "boardman_10pct", Unit: "yes or no", Version: "1",
		Question:   "Would it take more than a tenth of the income to heat and light the home well?",
		QuestionFR: "Faudrait-il plus d'un dixième du revenu pour bien chauffer et éclairer le logement ?",
		Method: "Required energy cost (basis \"required\"; \"actual\" where the bill stands in for it) over net income, strictly above the threshold; severe: strictly above the " +
			"second one. indeterminate: an input is not known, or the income is zero or negative.",
	}, "gb", "boardman", boardman)
	comparing("boardman_10pct", "gb", "boardman", "basis \"actual\".", boardmanAmong)
}

func boardmanAmong(c Compared, v vintage[boardmanValues]) said {
	r := boardman(boardmanInputs{Expense: c.expense, Income: c.income, Basis: "actual"}, v)
	s := c.flagged(r.Status, r.Flag, v.File, v.File, r.Reason)
	s.detail.Figures = marked(map[string]*bool{"severe": r.Severe})
	return s
}

func boardman(in boardmanInputs, v vintage[boardmanValues]) boardmanResult {
	r := boardmanResult{Status: "indeterminate", Basis: in.Basis, File: v.File}
	if r.Basis == "" {
		r.Basis = "required"
	}
	switch {
	case r.Basis != "required" && r.Basis != "actual":
		r.Status, r.Reason = "invalid_input", "basis"
	case in.Expense != nil && in.Expense.IsNegative():
		r.Status, r.Reason = "invalid_input", "negative_expense"
	case in.Expense == nil:
		r.Reason = "unknown_expense"
	case in.Income == nil:
		r.Reason = "unknown_income"
	case !in.Income.IsPositive():
		r.Reason = "non_positive_income"
	default:
		e := effort{expense: in.Expense.Decimal, income: in.Income.Decimal, threshold: v.Values.Above}
		r.Status, r.Share, r.Flag = "ok", num(e.of(16)), ptr(e.above())
		e.threshold = v.Values.Severe
		r.Severe = ptr(e.above())
	}
	return r
}
