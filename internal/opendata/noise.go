package opendata

import (
	"errors"
	"math"

	"github.com/shopspring/decimal"
)

// ErrNoBudget refuses an epsilon that is not above 0, and a sensitivity below 0.
var ErrNoBudget = errors.New("want an epsilon above 0 and a sensitivity of at least 0")

// Laplace returns the scale of the noise that hides what one home adds, and its
// standard deviation.
//
// Source: Dwork and Roth, sensitivity / epsilon.
func Laplace(sensitivity, epsilon float64) (scale, deviation float64, err error) {
	if epsilon <= 0 || sensitivity < 0 {
		return 0, 0, ErrNoBudget
	}
	scale = sensitivity / epsilon
	return scale, scale * math.Sqrt2, nil
}

// Spend returns what queries cost together, and how many of them, from the first on,
// a budget allows: the first that would exceed it ends it. Exactly the budget is
// allowed.
//
// Source: sequential composition.
func Spend(epsilons []decimal.Decimal, limit decimal.Decimal) (total decimal.Decimal, allowed int, err error) {
	open := true
	for _, e := range epsilons {
		if !e.IsPositive() {
			return decimal.Zero, 0, ErrNoBudget
		}
		total = total.Add(e)
		if open = open && total.LessThanOrEqual(limit); open {
			allowed++
		}
	}
	return total, allowed, nil
}
