package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
	"foyer/internal/tariff"
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
	nightly("own_counterfactual", anywhere, "counterfactual", night{
		Category: ratios, Granularity: 2, Span: WholeMonth, Back: YearDays, Needs: Outdoors | Answers | Lived,
		From: "the model (CalTRACK 2.0, daily) of the fuel it is heated by, of the 365 days before the month; a heating day has a mean temperature below 18 °C. " +
			"Absence, another fuel, works or new occupants take the flag back. A flag is a reason to call, never a decision.",
	}, counterfactualNight)
}

func counterfactualNight(in Input, v vintage[counterfactualValues]) Answer {
	fuel := in.heating()
	if fuel != string(tariff.Electricity) && fuel != string(tariff.Gas) {
		return in.unheated(fuel, v.File)
	}
	base := inForce[degreeValues](anywhere, "degree_days", in.To.Add(-1)).Values.Base
	before := in.heated(tariff.Fuel(fuel), in.From.Add(-YearDays), in.From, base)
	m, ok := before.model(tariff.Fuel(fuel))
	if !ok || !atLeast(before.seen, 50) {
		return missing("insufficient_data", "unknown_year_before", v.File).answer(before.seen)
	}
	now := in.heated(tariff.Fuel(fuel), in.From, in.To, base)
	var predicted float64
	cold := 0
	for i, p := range now.days {
		predicted += m.Predict(p).Total()
		if decimal.New(now.warmth[i], -3).LessThan(base) {
			cold++
		}
	}
	ask := counterfactualInputs{Predicted: modelled(predicted), Observed: num(now.use), Days: &cold, Confounders: in.confounders(in.From.Add(-YearDays))}
	r := counterfactual(ask, v)
	s := said{status: r.Status, value: r.Drop, flag: r.Flag, detail: household.Finding{
		File: r.File, Reason: r.Reason,
		Inputs: figures(map[string]string{
			"predicted_kwh": figure(ask.Predicted), "observed_kwh": figure(ask.Observed),
			"heating_days": strconv.Itoa(cold), "days_before": strconv.Itoa(len(before.days)),
		}),
	}}
	switch r.Status {
	case "insufficient_data":
		s.detail.Reason = "few_heating_days"
	case "indeterminate":
		s.detail.Reason = "nothing_predicted"
	}
	a := s.answer(now.seen)
	if a.Status == household.OK && !atLeast(before.seen, Complete) {
		a.Status = household.Provisional
	}
	return a
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
