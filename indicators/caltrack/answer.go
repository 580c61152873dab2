package caltrack

import (
	"strconv"
	"time"
)

// An Answer is what a case comes to, with the member names of the reference results
// that auditors compare it with. Energy is in the unit of the periods, temperatures
// in that of the case. What has no meaning is null.
type Answer struct {
	Status      string               `json:"status"` // SUCCESS, or NO DATA without a model
	Sufficiency SufficiencyAnswer    `json:"sufficiency"`
	Baseline    *WindowAnswer        `json:"baseline"`
	Reporting   *WindowAnswer        `json:"reporting"`
	Candidates  *CandidatesAnswer    `json:"candidates"`
	Best        map[Type]ModelAnswer `json:"best_by_type"`
	Model       *ModelAnswer         `json:"model"`
	Averages    *MetricsAnswer       `json:"metrics_averages"`
	Totals      *MetricsAnswer       `json:"metrics_totals"`
	Savings     *SavingsAnswer       `json:"savings"`
	Verdict     *VerdictAnswer       `json:"verdict"`
}

// A VerdictAnswer is what a [Verdict] says in words.
type VerdictAnswer struct {
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	Comfort string `json:"comfort"` // kept, colder, cooler or unseen
}

// A SufficiencyAnswer is a [Sufficiency].
type SufficiencyAnswer struct {
	Status      string   `json:"status"` // PASS or FAIL
	Warnings    []string `json:"warnings"`
	ValidDays   int      `json:"n_valid_days"`
	MeterDays   int      `json:"n_valid_meter_days"`
	WeatherDays int      `json:"n_valid_temperature_days"`
	TotalDays   int      `json:"n_days_total"`
	Extreme     int      `json:"n_extreme_values"`
	Limit       float64  `json:"extreme_value_limit"`
}

// A WindowAnswer says which periods were taken.
type WindowAnswer struct {
	First time.Time `json:"first"`
	End   time.Time `json:"end"`
	Rows  int       `json:"n_rows"`
}

// A CandidatesAnswer is [Candidates].
type CandidatesAnswer struct {
	Total        int `json:"total"`
	Qualified    int `json:"qualified"`
	Disqualified int `json:"disqualified"`
	NotAttempted int `json:"not_attempted"`
}

// A ModelAnswer is a [Model].
type ModelAnswer struct {
	Type         Type               `json:"model_type"`
	AdjustedR2   float64            `json:"r_squared_adj"`
	R2           float64            `json:"r_squared"`
	Intercept    float64            `json:"intercept"`
	Heating      *float64           `json:"beta_hdd,omitempty"`
	Cooling      *float64           `json:"beta_cdd,omitempty"`
	HeatingPoint *float64           `json:"heating_balance_point,omitempty"`
	CoolPoint    *float64           `json:"cooling_balance_point,omitempty"`
	Errors       map[string]float64 `json:"std_errors"`
	Margin       *float64           `json:"margin_to_runner_up_r2adj,omitempty"` // of the model that was chosen
}

// A MetricsAnswer is [Metrics].
type MetricsAnswer struct {
	N               int      `json:"observed_length"`
	Variables       int      `json:"num_parameters"`
	Observed        float64  `json:"observed_mean"`
	Predicted       float64  `json:"predicted_mean"`
	Variance        float64  `json:"observed_variance"`
	R2              *float64 `json:"r_squared"`
	AdjustedR2      *float64 `json:"r_squared_adj"`
	RMSE            float64  `json:"rmse"`
	AdjustedRMSE    *float64 `json:"rmse_adj"`
	CVRMSE          *float64 `json:"cvrmse"`
	AdjustedCVRMSE  *float64 `json:"cvrmse_adj"`
	PNRMSE          *float64 `json:"pnrmse"`
	AdjustedPNRMSE  *float64 `json:"pnrmse_adj"`
	MAPE            *float64 `json:"mape"`
	MAPENoZeros     *float64 `json:"mape_no_zeros"`
	AbsoluteBias    *float64 `json:"nmae"` //nolint:misspell // the normalised mean absolute error, as the reference names it
	NMBE            *float64 `json:"nmbe"`
	Autocorrelation *float64 `json:"autocorr_resid"`
	EffectiveN      float64  `json:"n_prime"`
}

// A SavingsAnswer is [Savings].
type SavingsAnswer struct {
	Reported    int                   `json:"n_periods_reported"`
	Masked      int                   `json:"n_periods_masked"`
	Expected    float64               `json:"counterfactual_total"`
	Observed    float64               `json:"observed_total"`
	Saved       float64               `json:"metered_savings_total"`
	Fraction    *float64              `json:"savings_fraction"`
	Base        float64               `json:"counterfactual_base_load"`
	Heating     float64               `json:"counterfactual_heating_load"`
	Cooling     float64               `json:"counterfactual_cooling_load"`
	Uncertainty *UncertaintyAnswer    `json:"fsu_recommended"`
	Bounds      *BoundsAnswer         `json:"bounds"`
	Months      map[string][3]float64 `json:"by_utc_month"`
	Columns     [3]string             `json:"by_utc_month_columns"`
}

// An UncertaintyAnswer is an [Uncertainty].
type UncertaintyAnswer struct {
	T          float64  `json:"t_stat"`
	Months     float64  `json:"months"`
	N          int      `json:"n"`
	EffectiveN float64  `json:"n_prime"`
	Q          int      `json:"Q"`
	CVRMSE     float64  `json:"cvrmse_adj"`
	Energy     float64  `json:"savings_uncertainty"`
	Fraction   *float64 `json:"fsu"`
}

// A BoundsAnswer is [Bounds].
type BoundsAnswer struct {
	Low      float64 `json:"low"`
	Central  float64 `json:"central"`
	High     float64 `json:"high"`
	Expected float64 `json:"counterfactual"`
	Filled   int     `json:"n_periods_filled"`
	Model    float64 `json:"half_width_model"`
	Gaps     float64 `json:"half_width_gaps"`
	Baseline float64 `json:"half_width_baseline_gaps"`
	Season   float64 `json:"half_width_season"`
}

// Compute answers a case from all periods there are, in any order.
func (c Case) Compute(all []Period) Answer {
	claim := Claim{Periods: all, Works: c.End, Before: c.Before, After: c.After, Restricted: c.Restricted}
	if c.Start != nil {
		claim.Done = *c.Start
	}
	v := Verify(claim, c.Settings, c.Guard)
	out := Answer{Status: "NO DATA", Sufficiency: v.Sufficiency.answer(), Baseline: window(v.Baseline), Reporting: window(v.Reporting)}
	if c.Start != nil {
		out.Verdict = &VerdictAnswer{string(v.Status), v.Reason, string(v.Comfort)}
	}
	f := v.Fitted
	if f == nil {
		return out
	}
	chosen := f.Model.answer()
	chosen.Margin = f.Margin
	out.Status, out.Model, out.Best = "SUCCESS", &chosen, map[Type]ModelAnswer{}
	for _, m := range f.Best {
		out.Best[m.Type] = m.answer()
	}
	out.Candidates = &CandidatesAnswer{f.Candidates.Total(), f.Candidates.Qualified, f.Candidates.Disqualified, f.Candidates.NotAttempted}
	out.Averages, out.Totals = f.Averages.answer(), f.Totals.answer()
	if v.Savings != nil {
		out.Savings = v.Savings.answer()
	}
	if v.Bounds != nil {
		b := BoundsAnswer(*v.Bounds)
		out.Savings.Bounds = &b
	}
	return out
}

func window(ps []Period) *WindowAnswer {
	if len(ps) == 0 {
		return nil
	}
	return &WindowAnswer{ps[0].From, ps[len(ps)-1].To, len(ps)}
}

func (s Sufficiency) answer() SufficiencyAnswer {
	status := "FAIL"
	if s.Pass {
		status = "PASS"
	}
	if s.Warnings == nil {
		s.Warnings = []string{}
	}
	return SufficiencyAnswer{status, s.Warnings, s.ValidDays, s.MeterDays, s.WeatherDays, s.TotalDays, s.Extreme, s.Limit}
}

func (m Model) answer() ModelAnswer {
	a := ModelAnswer{
		Type: m.Type, AdjustedR2: m.AdjustedR2, R2: m.R2, Intercept: m.Intercept,
		Errors: map[string]float64{"Intercept": m.Errors.Intercept},
	}
	named := func(kind string, balance float64) string { return kind + strconv.FormatFloat(balance, 'g', -1, 64) }
	if m.heats() {
		a.Heating, a.HeatingPoint = &m.Heating, &m.HeatingPoint
		a.Errors[named("hdd_", m.HeatingPoint)] = m.Errors.Heating
	}
	if m.cools() {
		a.Cooling, a.CoolPoint = &m.Cooling, &m.CoolPoint
		a.Errors[named("cdd_", m.CoolPoint)] = m.Errors.Cooling
	}
	return a
}

func (m Metrics) answer() *MetricsAnswer {
	return &MetricsAnswer{
		m.N, m.Variables, m.Observed, m.Predicted, m.Variance, m.R2, m.AdjustedR2, m.RMSE, m.AdjustedRMSE, m.CVRMSE, m.AdjustedCVRMSE,
		m.PNRMSE, m.AdjustedPNRMSE, m.MAPE, m.MAPENoZeros, m.AbsoluteBias, m.NMBE, m.Autocorrelation, m.EffectiveN,
	}
}

func (s Savings) answer() *SavingsAnswer {
	a := &SavingsAnswer{
		Reported: s.Reported, Masked: s.Masked, Expected: s.Expected.Total(), Observed: s.Observed, Saved: s.Saved(), Fraction: s.Fraction(),
		Base: s.Expected.Base, Heating: s.Expected.Heating, Cooling: s.Expected.Cooling,
		Months: map[string][3]float64{}, Columns: [3]string{"observed", "counterfactual", "savings"},
	}
	if u := s.Uncertainty; u != nil {
		a.Uncertainty = &UncertaintyAnswer{u.T, u.Months, u.N, u.EffectiveN, u.Q, u.CVRMSE, u.Energy, u.Fraction}
	}
	for _, r := range s.Rows {
		month := r.From.UTC().Format("2006-01")
		sums := a.Months[month]
		a.Months[month] = [3]float64{sums[0] + r.Observed, sums[1] + r.Expected, sums[2] + r.Expected - r.Observed}
	}
	return a
}
