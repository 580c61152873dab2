// Package opendata decides what of a table may be published so that nobody is
// found in it: cells of few homes or of one that outweighs the others, those that
// margins would give back, records that stand alone, and noise.
//
// It is pure, and knows neither families nor what the figures are about.
package opendata

import "github.com/shopspring/decimal"

// A Rule says which cells can be published.
type Rule struct {
	Min       int             // homes a cell needs, at least
	Dominance decimal.Decimal // share of a cell that one home may have, at most
}

// INSEE is the rule for tax data on persons: 11 homes, and none above 85 %.
//
// Source: INSEE, manuel de protection des tableaux.
var INSEE = Rule{Min: 11, Dominance: decimal.New(85, -2)}

// A Verdict says whether a cell can be published.
type Verdict string

// The verdicts on a cell.
const (
	Publish             Verdict = "ok"
	Empty               Verdict = "empty"
	SuppressedCount     Verdict = "suppressed_count"
	SuppressedDominance Verdict = "suppressed_dominance"
)

// A Cell is what a table would show: how many homes, and what each of them adds
// to its figure. Values is empty where the figure is the number of homes.
type Cell struct {
	Homes  int
	Values []decimal.Decimal
}

// Judge says whether a cell can be published by itself. Exactly the smallest
// number of homes, and exactly the largest share, are allowed.
func (r Rule) Judge(c Cell) Verdict {
	switch {
	case c.Homes == 0:
		return Empty
	case c.Homes < r.Min:
		return SuppressedCount
	}
	var sum, most decimal.Decimal
	for _, v := range c.Values {
		sum, most = sum.Add(v.Abs()), decimal.Max(most, v.Abs())
	}
	if most.GreaterThan(r.Dominance.Mul(sum)) {
		return SuppressedDominance
	}
	return Publish
}
