package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A night says how the nightly run computes an indicator on request: what it takes the
// inputs from, and for which periods.
type night struct {
	Category    string
	Granularity int
	Span        Span
	Back        int
	Needs       Need
	From        string // where the inputs come from, in English; part of the method
}

// nightly has an indicator on request computed for homes too, as f does with the
// parameters of the newest file that is in force on the last day of the period. What it
// asks, its unit and its method are those of the indicator on request. The file calls it
// after that one is there.
func nightly[Values any](id, country, section string, n night, f func(Input, vintage[Values]) Answer) {
	add(func() {
		about := requested(id)
		enter(Indicator{
			ID: id, Unit: about.Unit, Version: about.Version, Category: n.Category, Granularity: n.Granularity, Span: n.Span, Back: n.Back, Needs: n.Needs,
			Question: about.Question, QuestionFR: about.QuestionFR, Method: about.Method + " For a home: " + n.From, Source: about.Source,
			Compute: func(in Input) Answer { return f(in, inForce[Values](country, section, in.To.Add(-1))) },
		})
	})
}

// requested returns the indicator on request that is to be computed nightly too, with a
// source. It panics when there is none.
func requested(id string) formula.Formula {
	about, ok := formulas.Find(id)
	if !ok || !about.Indicator() {
		panic("indicator " + id + " is not there to be computed nightly")
	}
	if about.Source == "" {
		about.Source = "Foyer, see the method."
	}
	return about
}

// inForce returns the newest vintage of a section that is in force on a day, or the
// oldest where none is yet. It panics when there is none at all.
func inForce[T any](country, name string, day energy.Day) vintage[T] {
	all, err := vintages[T](country, name)
	if err != nil || len(all) == 0 {
		panic("no file of " + country + " has a section " + name)
	}
	in := all[0]
	for _, v := range all {
		if !day.Before(v.From) {
			in = v
		}
	}
	return in
}

// A said is what a formula says of a home, before it is graded.
type said struct {
	status string // of the formula
	value  *number
	flag   *bool
	detail household.Finding
}

// answer grades what was said by how much of what it read was seen: without half of
// it, nothing is said.
func (s said) answer(c energy.Coverage) Answer {
	s.detail.Seen, s.detail.Of = c.Seen.Milliseconds(), c.Of.Milliseconds()
	out := status(c, false)
	switch s.status {
	case "not_applicable":
		out = household.NotApplicable
	case "insufficient_data":
		out = household.InsufficientData
	case "invalid_input", "indeterminate", "":
		out = household.Indeterminate
	}
	a := Answer{Status: out}
	switch {
	case !valued(out):
		s.detail.Figures, s.detail.Level = nil, ""
		if s.detail.Reason == "" {
			s.detail.Reason = "little_seen"
		}
	case s.value != nil:
		a.Value, s.detail.Flag = plain(s.value.Decimal), s.flag
	case s.flag != nil:
		a.Value, s.detail.Flag = truth(*s.flag), s.flag
	default: // what it depends on is not known
		a.Status = household.Indeterminate
		if s.detail.Reason == "" {
			s.detail.Reason = "unknown_input"
		}
	}
	a.Detail = s.detail
	return a
}

// missing is what is said where an input is not there, for a reason.
func missing(status, reason string, file string) said {
	return said{status: status, detail: household.Finding{Reason: reason, File: file}}
}

// truth writes yes or no as a number.
func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// plain writes a number to at most six decimals.
func plain(d decimal.Decimal) string { return d.Round(6).String() }

// figure returns a number as plain writes it; "" for one that is not known.
func figure(n *number) string {
	if n == nil {
		return ""
	}
	return plain(n.Decimal)
}

// figures keeps those that are known.
func figures(all map[string]string) map[string]string {
	for name, v := range all {
		if v == "" {
			delete(all, name)
		}
	}
	return all
}

// watts returns the mean power of a half-hour in W.
func watts(milliWh int64) *number { return num(decimal.New(2*milliWh, -3)) }

// kilowattHours returns thousandths of Wh in kWh.
func kilowattHours(milliWh int64) *number { return num(tariff.KWh(milliWh)) }
