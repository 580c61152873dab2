package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type absenceInputs struct {
	Daily    []*number `json:"daily_kwh"` // the last day last
	Baseload *number   `json:"baseload_w"`
}

type absenceResult struct {
	Status string `json:"status"`
	Absent *bool  `json:"absent"`
	File   string `json:"country_file"`
}

type absenceValues struct {
	Times decimal.Decimal `yaml:"times_baseload"`
	Days  int             `yaml:"days"`
}

func init() {
	national(formula.About{
		ID: "absence", Unit: "yes or no", Version: "1",
		Question:   "Is nobody at home?",
		QuestionFR: "N'y a-t-il personne à la maison ?",
		Method: "Each of the last 2 days used strictly less than 1.3 times what the always-on load takes in 24 hours. It suppresses other flags. " +
			"insufficient_data: a day that could be above is not known.",
	}, anywhere, "absence", func(in absenceInputs, v vintage[absenceValues]) absenceResult {
		r := absenceResult{Status: "insufficient_data", File: v.File}
		if !positive(in.Baseload) {
			r.Status = "indeterminate"
			return r
		}
		most := v.Values.Times.Mul(in.Baseload.Decimal).Mul(decimal.New(24, -3)) // kWh
		known := 0
		for _, day := range in.Daily[max(0, len(in.Daily)-v.Values.Days):] {
			switch {
			case day == nil:
			case !day.LessThan(most):
				return absenceResult{"ok", ptr(false), v.File}
			default:
				known++
			}
		}
		if known == v.Values.Days {
			r.Status, r.Absent = "ok", ptr(true)
		}
		return r
	})
}
