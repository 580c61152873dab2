package indicators

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// timesMedian is a section with a threshold for a cohort.
type timesMedian struct {
	Times decimal.Decimal `yaml:"times_median"`
}

// A weighted is a value and how many homes it stands for.
type weighted struct{ value, weight *big.Rat }

// medianOf returns the smallest value whose cumulative weight is more than half; where
// it is exactly half, the mean of it and the next; nil without values. vs is sorted
// in place.
func medianOf(vs []weighted) *big.Rat {
	slices.SortStableFunc(vs, func(a, b weighted) int { return a.value.Cmp(b.value) })
	all := new(big.Rat)
	for _, v := range vs {
		all.Add(all, v.weight)
	}
	half, sum := new(big.Rat).Quo(all, big.NewRat(2, 1)), new(big.Rat)
	for i, v := range vs {
		switch sum.Add(sum, v.weight).Cmp(half) {
		case 0:
			mean := new(big.Rat).Add(v.value, vs[i+1].value)
			return mean.Quo(mean, big.NewRat(2, 1))
		case 1:
			return v.value
		}
	}
	return nil
}

// weightOf returns how many homes one stands for, 1 where nothing is said; false
// where it stands for none.
func weightOf(n *number) (*big.Rat, bool) {
	if n == nil {
		return big.NewRat(1, 1), true
	}
	return n.Rat(), n.IsPositive()
}

// ratio returns a/b; b is not 0.
func ratio(a, b decimal.Decimal) *big.Rat { return new(big.Rat).Quo(a.Rat(), b.Rat()) }

// rounded returns a fraction to sixteen decimals; nil for nil.
func rounded(r *big.Rat) *number {
	if r == nil {
		return nil
	}
	return num(decimal.NewFromBigRat(r, 16))
}
