package indicators

import (
	"slices"
	"strconv"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// surveyValues say which answers of a survey mean poverty.
type surveyValues struct {
	Poor  []int `yaml:"poor"`
	Other []int `yaml:"other"`
}

type surveyResult struct {
	Status string `json:"status"`
	Flag   *bool  `json:"flag"`
	File   string `json:"country_file"`
}

// answered returns what an answer of a survey means; an answer that is none of its
// codes is invalid.
func answered(code *int, v vintage[surveyValues]) surveyResult {
	r := surveyResult{Status: "ok", File: v.File}
	switch {
	case code == nil:
		r.Status = "indeterminate"
	case slices.Contains(v.Values.Poor, *code):
		r.Flag = ptr(true)
	case slices.Contains(v.Values.Other, *code):
		r.Flag = ptr(false)
	default:
		r.Status = "invalid_input"
	}
	return r
}

// survey is the category of what a family answered.
const survey = "survey"

// surveyNightly is how what a family said about the last twelve months is computed
// nightly. What it said grows old: it counts for as much of the period as lies before it.
var surveyNightly = night{
	Category: survey, Granularity: 1, Span: MonthsYear, Needs: Answers,
	From: "what the family said last in the period, which covers the days up to the one on which it said so.",
}

// surveyNight takes the answer to a question, of which codes are the choices.
func surveyNight(question string, codes map[string]int, f func(*int, vintage[surveyValues]) surveyResult) func(Input, vintage[surveyValues]) Answer {
	return func(in Input, v vintage[surveyValues]) Answer {
		a, c, ok := in.said(question)
		if !ok {
			return in.unsaid(v.File)
		}
		code, of := codes[a.Answer]
		if !of {
			return in.unsaid(v.File)
		}
		r := f(&code, v)
		return said{status: r.Status, flag: r.Flag, detail: household.Finding{
			Inputs: map[string]string{"code": strconv.Itoa(code)}, File: r.File, Reason: old(c),
		}}.answer(c)
	}
}

// said returns what the family said last of a question in the period, and how much of
// the period that covers; false when it said nothing, or that it would rather not say.
func (in Input) said(question string) (household.Answer, energy.Coverage, bool) {
	for _, a := range slices.Backward(in.Answers) {
		if a.Question == question && !a.Day.Before(in.From) && a.Day.Before(in.To) {
			if a.Answer == household.Declined {
				break
			}
			start := in.From.Start(in.Zone)
			return a, energy.Coverage{Seen: a.Day.End(in.Zone).Sub(start), Of: in.To.Start(in.Zone).Sub(start)}, true
		}
	}
	return household.Answer{}, energy.Coverage{}, false
}

// unsaid is what is said where the family said nothing.
func (in Input) unsaid(file string) Answer {
	return missing("indeterminate", "no_answer", file).answer(in.whole())
}

// whole is a period of which everything is known.
func (in Input) whole() energy.Coverage {
	of := in.To.Start(in.Zone).Sub(in.From.Start(in.Zone))
	return energy.Coverage{Seen: of, Of: of}
}

// old says why an answer says nothing of a period any more; "" while it does.
func old(c energy.Coverage) string {
	if atLeast(c, 50) {
		return ""
	}
	return "old_answer"
}
