package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
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
