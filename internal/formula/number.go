package formula

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"

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

// valued finds the texts and the numbers of a JSON text.
var valued = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[0-9][0-9.eE+-]*`)

// pointless is a number with a point and nothing but zeros after it.
var pointless = regexp.MustCompile(`^[0-9]+\.0+$`)

// whole writes 14.0 as 14, which a member that counts reads: to JSON they are one
// number, and many programs write the first.
func whole(raw json.RawMessage) json.RawMessage {
	return valued.ReplaceAllFunc(raw, func(b []byte) []byte {
		if pointless.Match(b) {
			return b[:bytes.IndexByte(b, '.')]
		}
		return b
	})
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
