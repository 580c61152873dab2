package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
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
	}, anywhere, "absence", absence)
	nightly("absence", anywhere, "absence", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: 13, Needs: Loads,
		From: "the days up to the one in question, of which half was seen, and the always-on load of the 14 nights up to it.",
	}, absenceNight)
}

func absence(in absenceInputs, v vintage[absenceValues]) absenceResult {
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
}

// daily is the category of what tells of a home day by day from what it uses.
const daily = "consumption"

func absenceNight(in Input, v vintage[absenceValues]) Answer {
	base := in.baseload()
	ask := absenceInputs{Baseload: base.Load}
	inputs := map[string]string{"baseload_w": figure(base.Load)}
	for d := in.To.Add(-v.Values.Days); d.Before(in.To); d = d.Add(1) {
		used := in.usedOn(d)
		ask.Daily = append(ask.Daily, used)
		inputs[d.String()+"_kwh"] = figure(used)
	}
	r := absence(ask, v)
	s := said{status: r.Status, flag: r.Absent, detail: household.Finding{Inputs: figures(inputs), File: r.File}}
	switch {
	case base.Load == nil:
		s.status, s.detail.Reason = "insufficient_data", "no_baseload"
	case r.Status == "indeterminate":
		s.detail.Reason = "no_baseload" // of a home that draws nothing at night
	case r.Status == "insufficient_data":
		s.detail.Reason = "unknown_days"
	}
	return s.answer(in.covered(v.Values.Days))
}

// usedOn returns the energy of a day in kWh; nil where less than half of it was seen.
func (in Input) usedOn(d energy.Day) *number {
	day, ok := in.day(d)
	if !ok || !atLeast(day.Coverage, 50) {
		return nil
	}
	return kilowattHours(day.Energy)
}

// covered returns how much of the last n days of the period was seen.
func (in Input) covered(n int) energy.Coverage {
	var c energy.Coverage
	for d := in.To.Add(-n); d.Before(in.To); d = d.Add(1) {
		day, _ := in.day(d)
		day.Coverage.Of = d.End(in.Zone).Sub(d.Start(in.Zone))
		c = c.Add(day.Coverage)
	}
	return c
}
