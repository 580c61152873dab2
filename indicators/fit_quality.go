package indicators

import (
	"slices"

	"foyer/indicators/caltrack"
	"foyer/internal/formula"
)

type sumsInputs struct {
	Residual  *float64 `json:"ss_res"`
	Total     *float64 `json:"ss_tot"`
	N         *int     `json:"n"`
	Variables *int     `json:"n_variables"`
}

type valueResult struct {
	Value *float64 `json:"value"`
}

type pairsInputs struct {
	Observed  []*float64 `json:"observed"`
	Predicted []*float64 `json:"predicted"`
	Variables *int       `json:"n_variables"`
}

type pairsResult struct {
	RMSE           *float64 `json:"rmse"`
	AdjustedRMSE   *float64 `json:"rmse_adj"`
	CVRMSE         *float64 `json:"cvrmse"`
	AdjustedCVRMSE *float64 `json:"cvrmse_adj"`
	NMBE           *float64 `json:"nmbe"`
	AdjustedPNRMSE *float64 `json:"pnrmse_adj"`
}

type quantileInputs struct {
	Values []*float64 `json:"values"`
	P      *float64   `json:"p"`
}

type studentInputs struct {
	P  *float64 `json:"p"`
	DF *float64 `json:"df"`
}

type spanInputs struct {
	Span     *number `json:"days_in_span"`
	Valid    *number `json:"valid_days"`
	Required *number `json:"required_days"`
	Least    *number `json:"min_fraction"`
}

type spanResult struct {
	Status   string  `json:"status"`
	Fraction *number `json:"fraction"`
}

func init() {
	calculate("r_squared_adjusted", "CalTRACK 2.0, 3.4.3.3", func(in sumsInputs) valueResult {
		if in.Residual == nil || in.Total == nil || in.N == nil || in.Variables == nil {
			return valueResult{}
		}
		if *in.Total <= 0 || *in.Variables < 0 || *in.N-*in.Variables-1 <= 0 {
			return valueResult{}
		}
		return valueResult{known(caltrack.Adjusted(*in.Residual, *in.Total, *in.N, *in.Variables))}
	})
	calculate("fit_metrics", "CalTRACK 2.0, 4.3.2.2; PNRMSE over the interquartile range of what was observed", func(in pairsInputs) pairsResult {
		observed, seen := formula.All(in.Observed)
		predicted, foreseen := formula.All(in.Predicted)
		if !seen || !foreseen || len(observed) == 0 || len(observed) != len(predicted) || in.Variables == nil || *in.Variables < 0 {
			return pairsResult{}
		}
		m := caltrack.MetricsOf(observed, predicted, *in.Variables)
		return pairsResult{known(m.RMSE), m.AdjustedRMSE, m.CVRMSE, m.AdjustedCVRMSE, m.NMBE, m.AdjustedPNRMSE}
	})
	calculate("quantile_type7", "Hyndman and Fan 1996, type 7: linear interpolation", func(in quantileInputs) valueResult {
		values, ok := formula.All(in.Values)
		if !ok || len(values) == 0 || in.P == nil || *in.P < 0 || *in.P > 1 {
			return valueResult{}
		}
		slices.Sort(values)
		return valueResult{known(caltrack.Quantile(values, *in.P))}
	})
	calculate("student_t_quantile", "Student's t distribution, NIST DLMF 8.17", func(in studentInputs) valueResult {
		if in.P == nil || in.DF == nil || *in.P <= 0 || *in.P >= 1 || *in.DF <= 0 {
			return valueResult{}
		}
		return valueResult{known(caltrack.StudentT(*in.P, *in.DF))}
	})
	calculate("baseline_sufficiency", "CalTRACK 2.0, 2.2.1.2: the whole span, and a share of its days that is at least the smallest", func(in spanInputs) spanResult {
		if in.Span == nil || in.Valid == nil || in.Required == nil || in.Least == nil || !in.Span.IsPositive() {
			return spanResult{Status: "FAIL"}
		}
		r := spanResult{"FAIL", num(in.Valid.DivRound(in.Span.Decimal, 16))}
		if in.Span.Equal(in.Required.Decimal) && in.Valid.GreaterThanOrEqual(in.Least.Mul(in.Span.Decimal)) {
			r.Status = "PASS"
		}
		return r
	})
}
