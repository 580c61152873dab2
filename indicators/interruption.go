package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type interruptionInputs struct {
	Energy []*number `json:"interval_wh"`
	Least  *int      `json:"min_intervals"`
}

type interruptionResult struct {
	Status string    `json:"status"`
	Events []zeroRun `json:"events"`
	Count  *int      `json:"count"`
	Hours  *number   `json:"hours"`
	File   string    `json:"country_file"`
}

// A zeroRun is a stretch of half-hours without energy.
type zeroRun struct {
	Start     int `json:"start_index"`
	Intervals int `json:"intervals"`
}

type interruptionValues struct {
	Intervals int `yaml:"intervals"`
}

func init() {
	national(formula.About{
		ID: "supply_interruption_events", Unit: "interruptions", Version: "1",
		Question:   "How often, and how long, was the home without electricity?",
		QuestionFR: "Combien de fois et combien de temps le logement a-t-il été sans électricité ?",
		Method: "Runs of at least 6 half-hours of exactly 0 Wh between two that are above 0; a half-hour that is not known ends a run, and it does not count. " +
			"insufficient_data: no half-hour is known. No consumption is not proof of a cut.",
	}, anywhere, "interruption", interruptions)
	nightly("supply_interruption_events", anywhere, "interruption", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: interruptionDays, Needs: Loads,
		From: "the half-hours of the day and the 7 before, of which all was seen: those that ended on this day.",
	}, interruptionNight)
}

// interruptionDays is how long before a day an interruption that ends on it is looked for.
const interruptionDays = 7

func interruptionNight(in Input, v vintage[interruptionValues]) Answer {
	var ask interruptionInputs
	before := 0
	for d := in.From.Add(-interruptionDays); d.Before(in.To); d = d.Add(1) {
		if d == in.From {
			before = len(ask.Energy)
		}
		signs := in.Loads[d].Signs
		if signs == "" {
			ask.Energy = append(ask.Energy, nil)
		}
		for _, sign := range signs {
			var wh *number
			switch sign {
			case '+':
				wh = num(decimal.NewFromInt(1))
			case '0':
				wh = num(decimal.Zero)
			}
			ask.Energy = append(ask.Energy, wh)
		}
	}
	r := interruptions(ask, v)
	count, halves := 0, 0
	for _, e := range r.Events {
		if e.Start+e.Intervals >= before { // what came after it is of this day
			count, halves = count+1, halves+e.Intervals
		}
	}
	c := in.seen(in.Loads, 1)
	s := said{status: r.Status, detail: household.Finding{
		File: r.File, Inputs: map[string]string{"half_hours": strconv.FormatInt(int64(c.Seen/energy.SlotLength), 10)},
	}}
	if r.Status == "ok" {
		s.value, s.flag = num(decimal.NewFromInt(int64(count))), ptr(count > 0)
		s.detail.Figures = map[string]string{"hours": decimal.New(5*int64(halves), -1).String()}
	}
	if !atLeast(c, 50) {
		s.detail.Reason = "unknown_half_hours"
	}
	return s.answer(c)
}

func interruptions(in interruptionInputs, v vintage[interruptionValues]) interruptionResult {
	r := interruptionResult{Status: "insufficient_data", File: v.File}
	least := v.Values.Intervals
	if in.Least != nil {
		least = *in.Least
	}
	if least < 1 {
		r.Status = "invalid_input"
		return r
	}
	events, known := []zeroRun{}, false
	start, total := -1, 0 // of the run that something above 0 came before
	for i, wh := range in.Energy {
		known = known || wh != nil
		switch {
		case wh == nil || wh.IsNegative():
			start = -1
		case wh.IsPositive():
			if n := i - start; start >= 0 && n >= least {
				events = append(events, zeroRun{start, n})
				total += n
			}
			start = i + 1
		}
	}
	if known {
		r.Status, r.Events, r.Count = "ok", events, ptr(len(events))
		r.Hours = num(decimal.NewFromInt(int64(total)).Div(decimal.NewFromInt(2)))
	}
	return r
}
