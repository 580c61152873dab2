// Package formulary gathers every formula that an auditor can try with `foyer
// indicator eval`: those of indicators, and those of packages that decide what is
// counted, published, paid or shown.
//
// It translates JSON into what those packages take, and computes nothing itself.
package formulary

import (
	"sync"

	"foyer/indicators"
	"foyer/internal/formula"
)

var all formula.Set

// Formulas returns every formula. Those of indicators come at the first call, because
// they read the files of countries.
var Formulas = sync.OnceValue(func() *formula.Set {
	all.Add(indicators.Formulas()...)
	return &all
})

// calculate adds a formula of a package that is no indicator. Each file calls it
// for its package, at start.
func calculate[In, Out any](id, source string, f func(In) Out) {
	all.Add(formula.New(formula.About{ID: id, Source: source}, f))
}

type number = formula.Number
