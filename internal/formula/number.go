package formula

import (
	"fmt"
	"math"

	"github.com/shopspring/decimal"
)

// A Number is an exact decimal that reads and writes as a JSON number; a nil
// pointer is null.
type Number struct{ decimal.Decimal }

// mostExponent bounds what is read: what a float64 can hold, and no sum of two
// numbers that fills the memory.
const mostExponent = 400

// UnmarshalJSON reads a JSON number, digit by digit.
func (n *Number) UnmarshalJSON(b []byte) error {
	d, err := decimal.NewFromString(string(b))
	if err != nil || d.Exponent() > mostExponent || d.Exponent() < -mostExponent {
		return fmt.Errorf("%s is not a number", b)
	}
	n.Decimal = d
	return nil
}

// MarshalJSON writes a JSON number.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

// Of returns a known number.
func Of(d decimal.Decimal) *Number { return &Number{d} }

// Known returns a pointer to a number; nil to what is none. It is never -0.
func Known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	if v == 0 {
		v = 0 // -0 equals 0
	}
	return &v
}

// All returns what is in a list; false when one of it is null, which is not known.
func All[T any](ns []*T) ([]T, bool) {
	all := make([]T, 0, len(ns))
	for _, n := range ns {
		if n == nil {
			return nil, false
		}
		all = append(all, *n)
	}
	return all, true
}
