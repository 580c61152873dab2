package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

// formulas are the cores of indicators, and what they are made of.
var formulas formula.Set

// Formulas returns what an auditor can try on inputs of his own: the cores of
// indicators, those that describe a home, a cohort or a payment on request, and
// what they are made of.
func Formulas() []formula.Formula {
	added()
	return formulas.All()
}

// calculate adds a formula that an indicator is made of.
func calculate[In, Out any](id, source string, f func(In) Out) {
	add(func() { formulas.Add(formula.New(formula.About{ID: id, Source: source}, f)) })
}

// onRequest adds an indicator that is computed on inputs that somebody gives, of a
// home, a cohort or a payment. Each file of one calls it once, at start.
func onRequest[In, Out any](about formula.About, f func(In) Out) {
	add(func() { formulas.Add(formula.New(about, f)) })
}

// national adds an indicator on request that takes the newest section of a country
// file; its source is that of the section where it has none itself.
func national[In, Out, Values any](about formula.About, country, name string, f func(In, vintage[Values]) Out) {
	add(func() {
		v := latest[Values](country, name)
		if about.Source == "" {
			about.Source = v.Source + " (" + v.File + ")"
		}
		formulas.Add(formula.New(about, func(in In) Out { return f(in, v) }))
	})
}

type number = formula.Number

func num(d decimal.Decimal) *number { return formula.Of(d) }

// known returns a pointer to a number; nil to what is none.
func known(v float64) *float64 { return formula.Known(v) }

// every returns whether all conditions hold; nil when that depends on one that is
// not known.
func every(conditions ...*bool) *bool {
	all := ptr(true)
	for _, c := range conditions {
		switch {
		case c == nil:
			all = nil
		case !*c:
			return c
		}
	}
	return all
}
