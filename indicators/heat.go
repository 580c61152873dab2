package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type heatInputs struct {
	Samples []struct {
		Hour *int    `json:"hour"` // local, 0 to 23
		Temp *number `json:"temp_c"`
	} `json:"samples"`
}

type heatResult struct {
	Status      string  `json:"status"`
	DegreeHours *number `json:"degree_hours"`
	Hours       *int    `json:"hours"`
	Coverage    *number `json:"coverage"`
	File        string  `json:"country_file"`
}

type heatValues struct {
	Day   decimal.Decimal `yaml:"day_c"`
	Night decimal.Decimal `yaml:"night_c"`
	From  int             `yaml:"day_from"`
	To    int             `yaml:"night_from"`
}

func init() {
	national(formula.About{
		ID: "overheating_degree_hours_26_28", Unit: "°C·h", Version: "1",
		Question:   "How long and by how much was the home too hot?",
		QuestionFR: "Combien de temps et de combien le logement a-t-il été trop chaud ?",
		Method: "Over samples of an hour, what the temperature is strictly above 28 °C by day (07:00 to 21:59) or 26 °C by night. A sample without a temperature counts for nothing; " +
			"insufficient_data: there is none with one.",
	}, anywhere, "heat", heat)
}

func heat(in heatInputs, v vintage[heatValues]) heatResult {
	r := heatResult{Status: "insufficient_data", File: v.File}
	seen, hot := 0, 0
	var sum decimal.Decimal
	for _, s := range in.Samples {
		if s.Hour == nil || *s.Hour < 0 || *s.Hour > 23 {
			r.Status = "invalid_input"
			return r
		}
		if s.Temp == nil {
			continue
		}
		seen++
		threshold := v.Values.Night
		if *s.Hour >= v.Values.From && *s.Hour < v.Values.To {
			threshold = v.Values.Day
		}
		if above := s.Temp.Sub(threshold); above.IsPositive() {
			hot++
			sum = sum.Add(above)
		}
	}
	if seen == 0 {
		r.Coverage = num(decimal.Zero)
		return r
	}
	coverage := decimal.NewFromInt(int64(seen)).DivRound(decimal.NewFromInt(int64(len(in.Samples))), 16)
	r.Status, r.DegreeHours, r.Hours, r.Coverage = "ok", num(sum), &hot, num(coverage)
	return r
}
