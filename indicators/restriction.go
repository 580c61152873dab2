package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

type restrictionInputs struct {
	Measured    *number  `json:"measured_heating_kwh"`
	Theoretical *number  `json:"theoretical_heating_kwh"`
	Decile      *int     `json:"income_decile"`
	Indoor      *number  `json:"mean_winter_indoor_c"`
	Confounders []string `json:"confounders"` // absence, other fuel, works, new occupants
}

type restrictionResult struct {
	Status string  `json:"status"`
	Ratio  *number `json:"ratio"`
	Level  *string `json:"level"`
	Flag   *bool   `json:"flag"`
	Reason string  `json:"reason,omitempty"` // what suppressed the flag
	File   string  `json:"country_file"`
}

type restrictionValues struct {
	Severe   decimal.Decimal `yaml:"severe"`
	Moderate decimal.Decimal `yaml:"moderate"`
	Deciles  int             `yaml:"deciles"`
	Warm     decimal.Decimal `yaml:"warm_c"`
}

func init() {
	national(formula.About{
		ID: "self_restriction_ratio", Unit: "ratio", Version: "1",
		Question:   "Does the family heat much less than its home needs?",
		QuestionFR: "La famille chauffe-t-elle bien moins que ce que son logement demande ?",
		Method: "Measured over theoretical heating on the same weather: strictly below 0.5 severe, strictly below 0.7 moderate. The flag asks for an income in the first three deciles too, and falls where " +
			"the winter mean indoors is known to be 18 °C or more, or where a confounder explains it: then the reason is the first one. A flag is a reason to call, never a decision.",
	}, anywhere, "restriction", restriction)
	nightly("self_restriction_ratio", anywhere, "restriction", night{
		Category: ratios, Granularity: 1, Span: MonthsYear, Back: normalBack, Needs: Outdoors | Answers | Lived,
		From: "the heat in the model (CalTRACK 2.0, daily) of the fuel it is heated by, on the days whose use and weather are known, over what the rating says it needs in a normal year, " +
			"by the degree days of the same days; the temperature indoors on days of the heating season, at least 60; income for each consumption unit at most the third decile.",
	}, restrictionNight)
}

func restrictionNight(in Input, v vintage[restrictionValues]) Answer {
	fuel := in.heating()
	if fuel != string(tariff.Electricity) && fuel != string(tariff.Gas) {
		return in.unheated(fuel, v.File)
	}
	base := inForce[degreeValues](anywhere, "degree_days", in.To.Add(-1)).Values.Base
	h := in.heated(tariff.Fuel(fuel), in.From, in.To, base)
	m, ok := h.model(tariff.Fuel(fuel))
	if !ok {
		return missing("insufficient_data", "little_seen", v.File).answer(h.seen)
	}
	normal, _ := in.normal(base)
	ask := restrictionInputs{Measured: modelled(h.heat(m)), Decile: in.decile(), Indoor: in.winter(), Confounders: in.confounders(in.From)}
	if loss := in.loss(normal); loss != nil {
		ask.Theoretical = num(loss.Mul(h.degrees).Round(6))
	}
	r := restriction(ask, v)
	s := said{status: r.Status, value: r.Ratio, flag: r.Flag, detail: household.Finding{
		File: r.File, Reason: r.Reason, Reference: in.Reference.ID,
		Inputs: figures(map[string]string{
			"days": strconv.Itoa(len(h.days)), "heating_kwh": figure(ask.Measured), "needed_kwh": figure(ask.Theoretical), "winter_c": figure(ask.Indoor),
		}),
	}}
	if r.Level != nil {
		s.detail.Level = *r.Level
	}
	switch {
	case r.Status == "indeterminate":
		s.detail.Reason = "unknown_need"
	case r.Flag == nil && r.Reason == "":
		s.detail.Reason = "unknown_income"
	}
	return s.answer(h.seen)
}

// winter returns the mean temperature indoors on the days of the heating season; nil
// when it is known of too few.
func (in Input) winter() *number {
	var sum decimal.Decimal
	days := 0
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		if t, ok := in.Warm[d]; ok && heatingSeason(d) {
			sum, days = sum.Add(t), days+1
		}
	}
	if days < heatingDays {
		return nil
	}
	return num(sum.DivRound(decimal.NewFromInt(int64(days)), 6))
}

func restriction(in restrictionInputs, v vintage[restrictionValues]) restrictionResult {
	r := restrictionResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Measured != nil && in.Measured.IsNegative(), in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Measured == nil, !positive(in.Theoretical):
		return r
	}
	r.Status, r.Ratio, r.Level = "ok", num(in.Measured.DivRound(in.Theoretical.Decimal, 16)), ptr("none")
	switch {
	case in.Measured.LessThan(v.Values.Severe.Mul(in.Theoretical.Decimal)):
		r.Level = ptr("severe")
	case in.Measured.LessThan(v.Values.Moderate.Mul(in.Theoretical.Decimal)):
		r.Level = ptr("moderate")
	}
	warm := in.Indoor != nil && in.Indoor.GreaterThanOrEqual(v.Values.Warm)
	r.Flag = every(ptr(*r.Level != "none"), ptr(!warm), lowest(in.Decile, v.Values.Deciles))
	r.Flag, r.Reason = suppressed(r.Flag, in.Confounders)
	return r
}
