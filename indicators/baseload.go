package indicators

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
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
	}, anywhere, "baseload", baseload)
	nightly("night_baseload", anywhere, "baseload", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: baseloadNights - 1, Needs: Loads,
		From: "the 14 nights up to the day, by half-hours of which all was seen.",
	}, baseloadNight)
}

// baseloadNights is how many nights say what a home draws all the time.
const baseloadNights = 14

func baseload(in baseloadInputs, v vintage[baseloadValues]) baseloadResult {
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
}

func baseloadNight(in Input, _ vintage[baseloadValues]) Answer {
	r := in.baseload()
	s := said{status: r.Status, value: r.Load, detail: household.Finding{
		Inputs: map[string]string{"nights": strconv.Itoa(r.Used)}, File: r.File,
	}}
	c := energy.Coverage{Seen: time.Duration(r.Used) * 24 * time.Hour, Of: baseloadNights * 24 * time.Hour}
	if r.Load == nil {
		s.detail.Reason = "few_nights"
		return s.answer(c)
	}
	s.detail.Figures = map[string]string{"kwh_a_day": plain(r.Load.Mul(decimal.New(24, -3)))}
	a := s.answer(c)
	if a.Status == household.InsufficientData { // three nights are enough to show
		c.Seen = c.Of / 2
		s.detail.Reason = "few_nights"
		a = s.answer(c)
	}
	return a
}

// baseload returns the always-on load of the nights up to the end of the period.
func (in Input) baseload() baseloadResult {
	var ask baseloadInputs
	for d := in.To.Add(-baseloadNights); d.Before(in.To); d = d.Add(1) {
		var powers []*number
		for _, milliWh := range in.Loads[d].Night {
			powers = append(powers, watts(milliWh))
		}
		ask.Nights = append(ask.Nights, powers)
	}
	return baseload(ask, inForce[baseloadValues](anywhere, "baseload", in.To.Add(-1)))
}
