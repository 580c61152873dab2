package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type gapInputs struct {
	Expense   *number `json:"energy_expense_eur"`
	Income    *number `json:"disposable_income_eur"`
	Threshold *number `json:"threshold"`
}

type gapResult struct {
	Status  string  `json:"status"`
	Gap     *number `json:"gap_eur"`
	Monthly *number `json:"gap_eur_per_month"`
	Depth   *number `json:"depth"`
	Reason  string  `json:"reason,omitempty"`
}

func init() {
	onRequest(formula.About{
		ID: "energy_poverty_gap", Unit: "EUR a year", Version: "1",
		Question:   "By how much is the energy bill above what would weigh no more than usual?",
		QuestionFR: "De combien la facture d'énergie dépasse-t-elle ce qui pèserait normalement ?",
		Method: "Energy expense less the threshold's share of the income, at least 0; depth is that over the share. " +
			"indeterminate: an input is not known, or the income is zero or negative.",
	}, povertyGap)
	comparing("energy_poverty_gap", France, "tee", "at the threshold of its reference table; in tens of euros a year and tenths of depth, "+
		"so that they do not give the income back.", gapAmong)
}

func gapAmong(c Compared, v vintage[effortValues]) said {
	r := povertyGap(gapInputs{Expense: c.expense, Income: c.income, Threshold: num(v.Values.Threshold)})
	s := c.flagged(r.Status, nil, v.File, v.File, r.Reason)
	if r.Gap != nil {
		s.value, s.flag, s.detail.Reason = num(r.Gap.Round(-1)), ptr(r.Gap.IsPositive()), ""
		s.detail.Figures = map[string]string{"depth": plain(r.Depth.Round(1))}
	}
	return s
}

func povertyGap(in gapInputs) gapResult {
	switch {
	case in.Expense != nil && in.Expense.IsNegative(), in.Threshold != nil && !in.Threshold.IsPositive():
		return gapResult{Status: "invalid_input"}
	case in.Expense == nil:
		return gapResult{Status: "indeterminate", Reason: "unknown_expense"}
	case in.Income == nil:
		return gapResult{Status: "indeterminate", Reason: "unknown_income"}
	case !in.Income.IsPositive():
		return gapResult{Status: "indeterminate", Reason: "non_positive_income"}
	case in.Threshold == nil:
		return gapResult{Status: "indeterminate", Reason: "unknown_threshold"}
	}
	bearable := in.Threshold.Mul(in.Income.Decimal)
	gap := decimal.Max(decimal.Zero, in.Expense.Sub(bearable))
	return gapResult{
		Status: "ok", Gap: num(gap), Monthly: num(gap.DivRound(decimal.NewFromInt(12), 16)), Depth: num(gap.DivRound(bearable, 16)),
	}
}
