package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type baseloadInputs struct {
	Nights [][]*number `json:"night_halfhour_power_w"`
}

type baseloadResult struct {
	Status string  `json:"status"`
	Load   *number `json:"baseload_w"`
	Used   int     `json:"days_used"`
	File   string  `json:"country_file"`
}

type baseloadValues struct {
	Values int `yaml:"values"` // known half-hours that a night needs
	Nights int `yaml:"nights"`
}

func init() {
	national(formula.About{
		ID: "night_baseload", Unit: "W", Version: "1",
		Question:   "Which power does the home draw all the time?",
		QuestionFR: "Quelle puissance le logement consomme-t-il en permanence ?",
		Method: "Median over the nights of the smallest half-hour between 02:00 and 05:00; a night counts with at least 4 of its 6 half-hours known. " +
			"A negative power is not known. insufficient_data: fewer than 3 nights.",
	}, anywhere, "baseload", func(in baseloadInputs, v vintage[baseloadValues]) baseloadResult {
		var least []decimal.Decimal
		for _, night := range in.Nights {
			var known []decimal.Decimal
			for _, w := range night {
				if w != nil && !w.IsNegative() {
					known = append(known, w.Decimal)
				}
			}
			if len(known) >= max(v.Values.Values, 1) {
				least = append(least, decimal.Min(known[0], known[1:]...))
			}
		}
		r := baseloadResult{Status: "insufficient_data", Used: len(least), File: v.File}
		if len(least) >= v.Values.Nights {
			r.Status, r.Load = "ok", num(middle(least))
		}
		return r
	})
}
