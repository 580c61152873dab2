package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type powerLimitInputs struct {
	Cut       *number   `json:"pcoup_kva"`
	Reference *number   `json:"pref_kva"`
	Daily     []*number `json:"daily_max_va"` // the last day last
}

type powerLimitResult struct {
	Limited *bool  `json:"limited"`
	Reason  string `json:"reason"`
	File    string `json:"country_file"`
}

type powerLimitValues struct {
	Cut       decimal.Decimal `yaml:"cut_kva"`
	Reference decimal.Decimal `yaml:"reference_kva"`
	Most      decimal.Decimal `yaml:"most_va"`
	Days      int             `yaml:"days"`
}

func init() {
	national(formula.About{
		ID: "power_limitation", Unit: "yes or no", Version: "1",
		Question:   "Has the supplier reduced the home's power?",
		QuestionFR: "Le fournisseur a-t-il réduit la puissance du logement ?",
		Method: "Reason pcoup: the meter cuts at 1 kVA or less. Reason max_power: a subscribed power of 3 kVA or more, and the maximum of each of the last 7 days at most 1100 VA. " +
			"insufficient_data: fewer than 7 of those days are known, or the subscribed power is not.",
	}, anywhere, "power_limit", powerLimit)
}

func powerLimit(in powerLimitInputs, v vintage[powerLimitValues]) powerLimitResult {
	answer := func(limited *bool, reason string) powerLimitResult { return powerLimitResult{limited, reason, v.File} }
	if in.Cut != nil && in.Cut.LessThanOrEqual(v.Values.Cut) {
		return answer(ptr(true), "pcoup")
	}
	if in.Reference != nil && in.Reference.LessThan(v.Values.Reference) {
		return answer(ptr(false), "none")
	}
	last := in.Daily[max(0, len(in.Daily)-v.Values.Days):]
	known := 0
	for _, most := range last {
		switch {
		case most == nil:
		case most.GreaterThan(v.Values.Most):
			return answer(ptr(false), "none")
		default:
			known++
		}
	}
	if known < v.Values.Days || in.Reference == nil {
		return answer(nil, "insufficient_data")
	}
	return answer(ptr(true), "max_power")
}
