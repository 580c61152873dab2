package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type stuckInputs struct {
	Minima []*number `json:"daily_minimum_w"` // of the half-hours of each day, the last day last
}

type stuckResult struct {
	Status string `json:"status"`
	Flag   *bool  `json:"flag"`
	File   string `json:"country_file"`
}

type stuckValues struct {
	Times  decimal.Decimal `yaml:"times_median"`
	Above  decimal.Decimal `yaml:"above_w"`
	Days   int             `yaml:"days"`
	Before int             `yaml:"before"`
	Known  int             `yaml:"known"` // of the days before, at least
}

type leakInputs struct {
	Flow []*number `json:"hourly_flow"` // litres or kWh, the last hour last
}

type leakValues struct {
	Hours int `yaml:"hours"`
}

func init() {
	national(formula.About{
		ID: "stuck_appliance", Unit: "yes or no", Version: "1",
		Question:   "Has something been left running for days?",
		QuestionFR: "Quelque chose tourne-t-il depuis des jours sans s'arrêter ?",
		Method: "The smallest half-hour of each of the last 3 days is strictly more than 1.5 times the median of the 14 days before that day, and strictly more than 100 W above it. " +
			"insufficient_data: one of the days, or more than half of those before it, is not known.",
	}, anywhere, "stuck", stuck)
	national(formula.About{
		ID: "gas_leak", Unit: "yes or no", Version: "1",
		Question:   "Has gas been flowing without a pause?",
		QuestionFR: "Le gaz coule-t-il sans aucune pause ?",
		Method:     "Flow in each of the last 24 hours. insufficient_data: one that could be 0 is not known.",
	}, anywhere, "gas_leak", func(in leakInputs, v vintage[leakValues]) stuckResult {
		r := stuckResult{Status: "insufficient_data", File: v.File}
		last := in.Flow[max(0, len(in.Flow)-v.Values.Hours):]
		known := 0
		for _, flow := range last {
			switch {
			case flow == nil:
			case !flow.IsPositive():
				return stuckResult{"ok", ptr(false), v.File}
			default:
				known++
			}
		}
		if known == v.Values.Hours {
			r.Status, r.Flag = "ok", ptr(true)
		}
		return r
	})
}

func stuck(in stuckInputs, v vintage[stuckValues]) stuckResult {
	r := stuckResult{Status: "insufficient_data", File: v.File}
	if len(in.Minima) < v.Values.Days {
		return r
	}
	flag := true
	for i := len(in.Minima) - v.Values.Days; i < len(in.Minima); i++ {
		var before []decimal.Decimal
		for _, w := range in.Minima[max(0, i-v.Values.Before):i] {
			if w != nil {
				before = append(before, w.Decimal)
			}
		}
		day := in.Minima[i]
		if day == nil || len(before) < max(v.Values.Known, 1) {
			return r
		}
		usual := middle(before)
		flag = flag && day.GreaterThan(v.Values.Times.Mul(usual)) && day.Sub(usual).GreaterThan(v.Values.Above)
	}
	r.Status, r.Flag = "ok", &flag
	return r
}
