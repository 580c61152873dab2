package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
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
