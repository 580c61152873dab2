package caltrack

import (
	"math"
	"time"
)

// Savings are what a home used less than its model says, over the periods of which
// nothing is missing.
//
// Source: CalTRACK 2.0, 3.5 and 3.6.1. Not made up to a year (4.1.2).
type Savings struct {
	Reported, Masked int     // periods that count, and that something is missing of
	Observed         float64 // energy used
	Expected         Load    // what the model says would have been
	Rows             []Row   // of the periods that count, in order of time
	Uncertainty      *Uncertainty
}

// A Row compares one period.
type Row struct {
	From               time.Time
	Observed, Expected float64
}

// Saved returns the energy saved; below 0 when more was used than expected.
func (s Savings) Saved() float64 { return s.Expected.Total() - s.Observed }

// Fraction returns the savings over what was expected; nil when that is 0.
func (s Savings) Fraction() *float64 { return known(s.Saved() / s.Expected.Total()) }

// Save compares the reporting periods with the model.
func Save(f Fitted, ps []Period, s Settings) Savings {
	ps = Clean(ps, s)
	var out Savings
	for _, p := range ps {
		if !p.whole() {
			out.Masked++
			continue
		}
		l := f.Model.Predict(p)
		out.Reported++
		out.Observed += p.Use
		out.Expected = out.Expected.plus(l)
		out.Rows = append(out.Rows, Row{p.From, p.Use, l.Total()})
	}
	if out.Reported > 0 {
		out.Uncertainty = uncertaintyOf(f, s, monthsOf(ps, out.Reported, s), out.Reported, out.Expected.Total(), out.Saved())
	}
	return out
}

// monthsOf returns how many months a reporting period has: thirtieths of its days
// that count, or for bills those of its days, rounded to even.
func monthsOf(ps []Period, reported int, s Settings) float64 {
	if s.Frequency == Daily {
		return float64(reported) / 30
	}
	return math.RoundToEven(math.Floor(ps[len(ps)-1].To.Sub(ps[0].From).Hours()/24) / 30)
}

// An Uncertainty is how far savings may be off at the confidence of the settings.
type Uncertainty struct {
	T          float64 // two-sided quantile of Student's t
	Months     float64
	N          int     // periods of the baseline
	EffectiveN float64 // of those, as independent ones
	Q          int     // periods of the reporting period
	CVRMSE     float64
	Energy     float64  // half the width of the interval
	Fraction   *float64 // Energy over the savings; nil when these are 0
}

// uncertaintyOf returns the uncertainty of what was saved over q periods in which
// expected would have been used; nil when the baseline says nothing of it.
func uncertaintyOf(f Fitted, s Settings, months float64, q int, expected, saved float64) *Uncertainty {
	m := f.Totals
	df := float64(m.N - m.Variables)
	if df <= 0 || m.AdjustedCVRMSE == nil {
		return nil
	}
	u := &Uncertainty{
		T: StudentT((1+s.Confidence)/2, df), Months: months, N: m.N, EffectiveN: m.EffectiveN, Q: q, CVRMSE: *m.AdjustedCVRMSE,
	}
	u.Energy = math.Abs(expected) * Spread(s.Frequency == Daily, u.T, u.Months, u.CVRMSE, float64(u.N), u.EffectiveN, float64(u.Q))
	u.Fraction = known(u.Energy / saved)
	return u
}

// Spread returns the uncertainty of savings as a share of what would have been used,
// from t, the months and the q periods of the reporting period, the adjusted CV(RMSE)
// of the baseline, and how many periods that has, and as independent ones.
//
// Source: CalTRACK 2.0, 4.3.2.4; coefficients of Sun and Baltazar 2013.
func Spread(daily bool, t, months, cvrmse, n, effective, q float64) float64 {
	a, b, d := -0.00022, 0.03306, 0.94054
	if daily {
		a, b, d = -0.00024, 0.03535, 1.00286
	}
	return t * (a*months*months + b*months + d) * cvrmse * math.Sqrt(n/effective*(1+2/effective)/q)
}

// Together returns the savings of several homes over the same periods, the
// uncertainty of their sum, and that as a share of it; nil when the sum is 0.
//
// Source: CalTRACK 2.0, 4.3.2.5.
func Together(savings, uncertainties []float64) (total, uncertainty float64, fraction *float64) {
	for _, s := range savings {
		total += s
	}
	for _, u := range uncertainties {
		uncertainty = math.Hypot(uncertainty, u)
	}
	return total, uncertainty, known(uncertainty / total)
}
