package indicators

import (
	"math"

	"foyer/indicators/caltrack"
	"foyer/internal/formula"
)

type uncertaintyInputs struct {
	Expected   *float64 `json:"counterfactual"`
	Savings    *float64 `json:"savings"`
	CVRMSE     *float64 `json:"cvrmse_adj"`
	N          *float64 `json:"n_baseline"`
	EffectiveN *float64 `json:"n_prime"`
	Q          *float64 `json:"n_reporting"`
	T          *float64 `json:"t_stat"`
	Kind       string   `json:"kind"`
}

type uncertaintyResult struct {
	Months      *float64 `json:"months"`
	Uncertainty *float64 `json:"uncertainty"`
	Fraction    *float64 `json:"fsu"`
}

type portfolioInputs struct {
	Savings       []*float64 `json:"savings"`
	Uncertainties []*float64 `json:"uncertainties"`
}

type portfolioResult struct {
	Total       *float64 `json:"total"`
	Uncertainty *float64 `json:"uncertainty"`
	Fraction    *float64 `json:"fsu"`
}

func init() {
	calculate("fractional_savings_uncertainty", "CalTRACK 2.0, 4.3.2.4; coefficients of Sun and Baltazar 2013; kind is daily or billing, a bill a month", homeUncertainty)
	calculate("portfolio_fsu", "CalTRACK 2.0, 4.3.2.5", func(in portfolioInputs) portfolioResult {
		savings, saved := formula.All(in.Savings)
		uncertainties, sure := formula.All(in.Uncertainties)
		if !saved || !sure || len(savings) == 0 || len(savings) != len(uncertainties) {
			return portfolioResult{}
		}
		total, uncertainty, fraction := caltrack.Together(savings, uncertainties)
		return portfolioResult{known(total), known(uncertainty), fraction}
	})
}

func homeUncertainty(in uncertaintyInputs) uncertaintyResult {
	for _, n := range []*float64{in.N, in.EffectiveN, in.Q} {
		if n == nil || *n <= 0 {
			return uncertaintyResult{}
		}
	}
	if in.Expected == nil || in.Savings == nil || in.CVRMSE == nil || in.T == nil || in.Kind != "daily" && in.Kind != "billing" {
		return uncertaintyResult{}
	}
	daily := in.Kind == "daily"
	months := *in.Q
	if daily {
		months /= 30
	}
	u := math.Abs(*in.Expected) * caltrack.Spread(daily, *in.T, months, *in.CVRMSE, *in.N, *in.EffectiveN, *in.Q)
	r := uncertaintyResult{Months: &months, Uncertainty: known(u)}
	if *in.Savings != 0 {
		r.Fraction = known(u / *in.Savings)
	}
	return r
}
