package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type counterfactualInputs struct {
	Predicted   *number  `json:"predicted_kwh"`
	Observed    *number  `json:"observed_kwh"`
	Days        *int     `json:"heating_days"`
	Confounders []string `json:"confounders"` // absence, works, new occupants
}

type counterfactualResult struct {
	Status string  `json:"status"`
	Drop   *number `json:"drop"`
	Flag   *bool   `json:"flag"`
	Reason string  `json:"reason,omitempty"` // what suppressed the flag
	File   string  `json:"country_file"`
}

type counterfactualValues struct {
	Above decimal.Decimal `yaml:"above"`
	Days  int             `yaml:"heating_days"`
}

func init() {
	national(formula.About{
		ID: "own_counterfactual", Unit: "ratio", Version: "1",
		Question:   "Does the home use much less than it did last year in the same weather?",
		QuestionFR: "Le foyer consomme-t-il bien moins que l'an dernier par le même temps ?",
		Method: "(what last year's model predicts - what was observed) over the prediction, strictly above 0.20, over at least 28 heating days. A confounder suppresses the flag and is its reason. " +
			"insufficient_data: fewer days; indeterminate: nothing is predicted.",
	}, anywhere, "counterfactual", counterfactual)
}

func counterfactual(in counterfactualInputs, v vintage[counterfactualValues]) counterfactualResult {
	r := counterfactualResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Observed == nil, in.Days == nil, !positive(in.Predicted):
		return r
	case *in.Days < v.Values.Days:
		r.Status = "insufficient_data"
		return r
	}
	drop := in.Predicted.Sub(in.Observed.Decimal)
	r.Status, r.Drop = "ok", num(drop.DivRound(in.Predicted.Decimal, 16))
	r.Flag, r.Reason = suppressed(ptr(drop.GreaterThan(v.Values.Above.Mul(in.Predicted.Decimal))), in.Confounders)
	return r
}

// suppressed takes a flag back where a confounder explains it, with the first one as
// the reason.
func suppressed(flag *bool, confounders []string) (*bool, string) {
	if len(confounders) == 0 || flag != nil && !*flag {
		return flag, ""
	}
	return ptr(false), confounders[0]
}
