package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
)

type heatInputs struct {
	Samples []heatSample `json:"samples"`
}

type heatSample struct {
	Hour *int    `json:"hour"` // local, 0 to 23
	Temp *number `json:"temp_c"`
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
	nightly("overheating_degree_hours_26_28", anywhere, "heat", night{
		Category: climate, Granularity: 3, Span: WholeDay, Needs: Indoors,
		From: "the means of the hours of the local day of which half was seen, of the sensor that saw most of the day.",
	}, heatNight)
}

// climate is the category of what tells how warm and damp a home is.
const climate = "indoor_climate"

func heatNight(in Input, v vintage[heatValues]) Answer {
	var ask heatInputs
	for _, h := range in.hourly(in.Held) {
		ask.Samples = append(ask.Samples, heatSample{ptr(h.clock), h.mean})
	}
	r := heat(ask, v)
	_, c := in.overDay(in.Held)
	s := said{status: r.Status, value: r.DegreeHours, detail: household.Finding{File: r.File}}
	if r.Status != "ok" {
		s.detail.Reason = "unknown_temperature"
		return s.answer(c)
	}
	s.flag = ptr(r.DegreeHours.IsPositive())
	s.detail.Figures = map[string]string{"hours": strconv.Itoa(*r.Hours)}
	return s.answer(c)
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
