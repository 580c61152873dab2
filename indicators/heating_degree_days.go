package indicators

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type degreeDaysInputs struct {
	Means []*number `json:"daily_mean_c"`
}

type degreeDaysResult struct {
	Status  string  `json:"status"`
	Heating *number `json:"hdd"`
	Days    int     `json:"days"`
	File    string  `json:"country_file"`
}

func init() {
	national(formula.About{
		ID: "heating_degree_days", Unit: "°C·d", Version: "1",
		Question:   "How cold was the year outside?",
		QuestionFR: "Quelle a été la rigueur de l'année au-dehors ?",
		Method: "Sum over the days of what their mean temperature is below 18 °C; days that are not known count as the others. " +
			"insufficient_data: none is known. CalTRACK 2.0, 3.3.4.",
	}, anywhere, "degree_days", degreeDays)
	nightly("heating_degree_days", anywhere, "degree_days", night{
		Category: daily, Granularity: 1, Span: MonthsYear, Back: normalBack, Needs: Outdoors,
		From: "the weather of the pilot; it is told apart how many years of it make the normal one.",
	}, degreeNight)
}

func degreeDays(in degreeDaysInputs, v vintage[degreeValues]) degreeDaysResult {
	r := degreeDaysResult{Status: "insufficient_data", File: v.File}
	var sum decimal.Decimal
	for _, mean := range in.Means {
		if mean != nil {
			sum, r.Days = sum.Add(decimal.Max(decimal.Zero, v.Values.Base.Sub(mean.Decimal))), r.Days+1
		}
	}
	if r.Days > 0 {
		r.Status = "ok"
		r.Heating = num(sum.Mul(decimal.NewFromInt(int64(len(in.Means)))).DivRound(decimal.NewFromInt(int64(r.Days)), 10))
	}
	return r
}

func degreeNight(in Input, v vintage[degreeValues]) Answer {
	means := make([]*number, YearDays)
	for _, w := range in.Weather {
		if n := w.Day.Sub(in.From); n >= 0 && n < YearDays && atLeast(energy.Coverage{Seen: w.Seen, Of: w.Of}, 50) {
			means[n] = num(decimal.New(w.Mean, -3))
		}
	}
	r := degreeDays(degreeDaysInputs{means}, v)
	normal, years := in.normal(v.Values.Base)
	s := said{status: r.Status, value: r.Heating, detail: household.Finding{
		File: r.File, Inputs: map[string]string{"days": strconv.Itoa(r.Days)},
		Figures: figures(map[string]string{"normal": figure(normal), "normal_years": strconv.Itoa(years)}),
	}}
	if r.Days == 0 {
		s.detail.Reason = "unknown_weather"
	}
	return s.answer(energy.Coverage{Seen: time.Duration(r.Days) * 24 * time.Hour, Of: YearDays * 24 * time.Hour})
}
