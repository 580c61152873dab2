package indicators

import (
	"math"
	"math/big"

	"github.com/shopspring/decimal"
)

// milli prints thousandths: "19.2".
func milli(n int64) string { return decimal.New(n, -3).String() }

// ptr returns a pointer to what is known.
func ptr[T any](v T) *T { return &v }

// median returns twice the median of ns, so that it is exact; ns is sorted.
func median2(ns []int64) int64 { return ns[(len(ns)-1)/2] + ns[len(ns)/2] }

// half divides by two, rounding half away from zero.
func half(n int64) int64 {
	if n < 0 {
		return -half(-n)
	}
	return n/2 + n%2
}

// root returns the square root of n, rounded down; n is at least 0.
func root(n *big.Int) int64 {
	r := new(big.Int).Sqrt(n)
	if !r.IsInt64() {
		return math.MaxInt64
	}
	return r.Int64()
}
