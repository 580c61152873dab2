package caltrack

import (
	"math"
	"slices"
)

// Metrics say how well predictions describe what was observed. What has no meaning
// is nil: a share of a mean of 0, a correlation of residuals that are all alike.
//
// Source: CalTRACK 2.0, 4.3.2; the names of OpenEEmeter.
type Metrics struct {
	N                 int
	Variables         int
	Observed          float64 // mean
	Predicted         float64 // mean
	Variance          float64 // of what was observed, over N
	R2                *float64
	AdjustedR2        *float64
	RMSE              float64
	AdjustedRMSE      *float64 // over N less Variables
	CVRMSE            *float64 // of the mean of the absolute values observed
	AdjustedCVRMSE    *float64
	MAPE              *float64
	MAPENoZeros       *float64
	AbsoluteBias      *float64 // mean absolute residual over the mean
	NMBE              *float64
	PNRMSE            *float64 // RMSE over the interquartile range
	AdjustedPNRMSE    *float64
	Autocorrelation   *float64 // of the residuals, one row apart
	EffectiveN        float64  // N (1 - ρ) / (1 + ρ); N without ρ
	ResidualSum       float64  // of squares
	meanAbsolute, iqr float64
}

// MetricsOf compares two lists of the same length, in order of time, of which the
// predictions come from a model with some variables beside its intercept.
func MetricsOf(observed, predicted []float64, variables int) Metrics {
	m := Metrics{N: len(observed), Variables: variables, EffectiveN: float64(len(observed))}
	if m.N == 0 {
		return m
	}
	n := float64(m.N)
	residuals := make([]float64, m.N)
	var off, bias, relative, nonZero float64
	var counted int
	for i, o := range observed {
		r := predicted[i] - o
		residuals[i] = r
		m.Observed += o / n
		m.Predicted += predicted[i] / n
		m.meanAbsolute += math.Abs(o) / n
		m.ResidualSum += r * r
		off, bias = off+math.Abs(r), bias+r
		relative += math.Abs(r / o)
		if o > 0 {
			nonZero, counted = nonZero+math.Abs(r/o), counted+1
		}
	}
	for _, o := range observed {
		m.Variance += (o - m.Observed) * (o - m.Observed) / n
	}
	m.RMSE = math.Sqrt(m.ResidualSum / n)
	if left := n - float64(variables); left > 0 {
		m.AdjustedRMSE = known(math.Sqrt(m.ResidualSum / left))
	}
	m.CVRMSE, m.AdjustedCVRMSE = share(&m.RMSE, m.meanAbsolute), share(m.AdjustedRMSE, m.meanAbsolute)
	m.MAPE = known(relative / n)
	m.MAPENoZeros = share(&nonZero, float64(counted))
	m.AbsoluteBias, m.NMBE = known(off/n/m.Observed), known(bias/n/m.Observed)
	sorted := slices.Sorted(slices.Values(observed))
	m.iqr = Quantile(sorted, 0.75) - Quantile(sorted, 0.25)
	m.PNRMSE, m.AdjustedPNRMSE = share(&m.RMSE, m.iqr), share(m.AdjustedRMSE, m.iqr)
	if r := pearson(observed, predicted); r != nil {
		m.R2 = known(*r * *r)
		m.AdjustedR2 = known(Adjusted(1-*m.R2, 1, m.N, variables))
	}
	if rho := pearson(residuals[:m.N-1], residuals[1:]); rho != nil {
		m.Autocorrelation = rho
		m.EffectiveN = effective(n, *rho)
	}
	return m
}

// effective returns how many independent values as many correlated ones stand for:
// at least 1.
//
// Source: CalTRACK 2.0, 4.3.2.4.
func effective(n, rho float64) float64 {
	if rho <= -1 {
		return math.MaxFloat32
	}
	return max(n*(1-rho)/(1+rho), 1)
}

// share returns a over b; nil when there is no a or b is not above 0.
func share(a *float64, b float64) *float64 {
	if a == nil || b <= 0 {
		return nil
	}
	return known(*a / b)
}

// known returns a number; nil for what is none.
func known(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	v = unsigned(v)
	return &v
}

// unsigned returns the number, and 0 for the negative zero.
func unsigned(v float64) float64 {
	if v == 0 {
		return 0
	}
	return v
}

// pearson returns the correlation of two lists; nil when one does not vary.
func pearson(a, b []float64) *float64 {
	if len(a) < 2 {
		return nil
	}
	n := float64(len(a))
	var ma, mb float64
	for i := range a {
		ma, mb = ma+a[i]/n, mb+b[i]/n
	}
	var saa, sbb, sab float64
	for i := range a {
		da, db := a[i]-ma, b[i]-mb
		saa, sbb, sab = saa+da*da, sbb+db*db, sab+da*db
	}
	const flat = 1e-24
	if saa <= flat*n*ma*ma || sbb <= flat*n*mb*mb || saa == 0 || sbb == 0 {
		return nil
	}
	return known(max(-1, min(1, sab/math.Sqrt(saa*sbb))))
}
