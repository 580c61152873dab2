package indicators

import (
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

func init() {
	register(Indicator{
		ID: "cold_day", Unit: "h", Version: "1", Category: "indoor_climate", Granularity: 3, Span: Daily, Needs: Indoors,
		Question:   "How long was the home too cold on this day?",
		QuestionFR: "Combien de temps le logement a-t-il été trop froid ce jour-là ?",
		Method: "Hours of the local day below 18 °C, or 20 °C where somebody over 65, under 5 or ill lives, as the family declared. Exactly 18.0 °C is not cold. " +
			"A temperature holds until the next one, at most 90 min or twice the median of the sixteen intervals around; the sensor that saw most of the day counts. " +
			"ok: at least 90 % of the day was seen; provisional: at least half, or the running day, counted up to its last reading; insufficient_data: less.",
		Source:  "WHO Housing and health guidelines 2018 (18 °C) and 1987 (20 °C for older people).",
		Compute: coldDay,
	})
}

// The temperatures below which a home is cold, in thousandths of a degree.
const (
	coldFor    = 18_000
	coldFragil = 20_000
)

func coldDay(in Input) Answer {
	threshold := in.coldBelow()
	m := measure(in.Held, threshold)
	coverage := energy.Coverage{Seen: m.seen, Of: in.To.Start(in.Zone).Sub(in.From.Start(in.Zone))}
	if in.Running() {
		coverage.Of = max(m.until.Sub(in.From.Start(in.Zone)), 0)
	}
	detail := household.ColdDay{
		Threshold: milli(threshold), Share: m.share(),
		Seen: coverage.Seen.Milliseconds(), Of: coverage.Of.Milliseconds(),
	}
	if m.seen > 0 {
		detail.Last, detail.LastAt = ptr(milli(m.last)), ptr(m.lastAt.UnixMilli())
	}
	a := Answer{Status: status(coverage, in.Running())}
	if valued(a.Status) {
		a.Value = hours(m.below).Round(3).String()
		detail.Mean, detail.Min = ptr(milli(m.mean())), ptr(milli(m.min))
	}
	a.Detail = detail
	return a
}

// A measured is what a temperature was over a time.
type measured struct {
	seen, below time.Duration
	min, last   int64           // thousandths of a degree
	lastAt      time.Time       // when last began to hold
	until       time.Time       // when the last known temperature ends
	sum         decimal.Decimal // thousandths of a degree times milliseconds
}

func measure(held []energy.Held, threshold int64) measured {
	m := measured{}
	for i, h := range held {
		d := h.To.Sub(h.From)
		m.seen += d
		if h.Value < threshold {
			m.below += d
		}
		if i == 0 || h.Value < m.min {
			m.min = h.Value
		}
		m.last, m.lastAt, m.until = h.Value, h.From, h.To
		m.sum = m.sum.Add(decimal.NewFromInt(h.Value).Mul(decimal.NewFromInt(d.Milliseconds())))
	}
	return m
}

// mean returns the mean over the time seen, which is above 0, in thousandths of a degree.
func (m measured) mean() int64 {
	return m.sum.DivRound(decimal.NewFromInt(m.seen.Milliseconds()), 0).IntPart()
}

// share returns which part of the time seen was below the threshold.
func (m measured) share() string {
	if m.seen <= 0 {
		return "0"
	}
	return decimal.NewFromInt(m.below.Milliseconds()).DivRound(decimal.NewFromInt(m.seen.Milliseconds()), 6).String()
}

// hours returns a duration in hours, to twenty decimals.
func hours(d time.Duration) decimal.Decimal {
	return decimal.NewFromInt(d.Milliseconds()).DivRound(decimal.NewFromInt(time.Hour.Milliseconds()), 20)
}

type coldInputs struct {
	Temps     []*number `json:"temps_c"`
	Step      *number   `json:"step_hours"`
	Threshold *number   `json:"threshold_c"`
}

type coldResult struct {
	Status      string  `json:"status"`
	DegreeHours *number `json:"degree_hours"`
	Below       *number `json:"hours_below"`
	Share       *number `json:"share_below"`
	Coverage    *number `json:"coverage"`
	Min         *number `json:"t_min"`
	File        string  `json:"country_file"`
}

type coldValues struct {
	Coverage decimal.Decimal `yaml:"coverage"` // share of its samples that a day needs
}

func init() {
	national(formula.About{
		ID: "underheating_degree_hours", Unit: "°C·h", Version: "1",
		Question:   "How long and by how much was the home too cold?",
		QuestionFR: "Combien de temps et de combien le logement a-t-il été trop froid ?",
		Method: "Over samples of a step, what is missing to the threshold: 18 °C, or 20 °C where somebody over 65, under 5 or ill lives. Exactly the threshold is not cold. The share is of the " +
			"samples that are known. insufficient_data: fewer than half of them are.",
	}, anywhere, "cold", cold)
	nightly("underheating_degree_hours", anywhere, "cold", night{
		Category: climate, Granularity: 3, Span: WholeDay, Needs: Indoors,
		From: "the means of the hours of the local day of which half was seen, of the sensor that saw most of the day.",
	}, coldNight)
}

func coldNight(in Input, v vintage[coldValues]) Answer {
	ask := coldInputs{Step: num(decimal.NewFromInt(1)), Threshold: num(decimal.New(in.coldBelow(), -3))}
	for _, h := range in.hourly(in.Held) {
		ask.Temps = append(ask.Temps, h.mean)
	}
	r := cold(ask, v)
	_, c := in.overDay(in.Held)
	s := said{status: r.Status, value: r.DegreeHours, detail: household.Finding{
		File: r.File, Inputs: map[string]string{"threshold_c": figure(ask.Threshold)},
	}}
	if r.Status != "ok" {
		s.detail.Reason = "unknown_temperature"
		return s.answer(c)
	}
	s.flag = ptr(r.DegreeHours.IsPositive())
	s.detail.Figures = figures(map[string]string{"hours_below": figure(r.Below), "t_min_c": figure(r.Min)})
	return s.answer(c)
}

// coldBelow returns the temperature below which the home is cold, in thousandths of a
// degree.
func (in Input) coldBelow() int64 {
	if in.Dwelling != nil && in.Dwelling.Fragile {
		return coldFragil
	}
	return coldFor
}

func cold(in coldInputs, v vintage[coldValues]) coldResult {
	r := coldResult{Status: "indeterminate", File: v.File}
	switch {
	case unknown(in.Step, in.Threshold):
		return r
	case !in.Step.IsPositive():
		r.Status = "invalid_input"
		return r
	}
	var below, deficit decimal.Decimal
	var least *number
	seen := 0
	for _, t := range in.Temps {
		if t == nil {
			continue
		}
		seen++
		if missing := in.Threshold.Sub(t.Decimal); missing.IsPositive() {
			below, deficit = below.Add(in.Step.Decimal), deficit.Add(missing.Mul(in.Step.Decimal))
		}
		if least == nil || t.LessThan(least.Decimal) {
			least = t
		}
	}
	known, all := decimal.NewFromInt(int64(seen)), decimal.NewFromInt(int64(len(in.Temps)))
	r.Coverage = num(decimal.Zero)
	if seen > 0 {
		r.Coverage = num(known.DivRound(all, 16))
	}
	if seen == 0 || known.LessThan(v.Values.Coverage.Mul(all)) {
		r.Status = "insufficient_data"
		return r
	}
	r.Status, r.DegreeHours, r.Below, r.Min = "ok", num(deficit), num(below), least
	r.Share = num(below.DivRound(known.Mul(in.Step.Decimal), 16))
	return r
}
