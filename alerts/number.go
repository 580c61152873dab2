package alerts

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// A Number is an exact decimal parameter.
type Number struct{ decimal.Decimal }

// num reads an exact decimal; it panics on anything else.
func num(s string) Number { return Number{decimal.RequireFromString(s)} }

// MarshalYAML writes the number as it is said: 0.25.
func (n Number) MarshalYAML() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalYAML reads a decimal number.
func (n *Number) UnmarshalYAML(text []byte) error {
	d, err := decimal.NewFromString(strings.Trim(string(text), "\"' \n"))
	if err != nil {
		return fmt.Errorf("%q is not a number", text)
	}
	n.Decimal = d
	return nil
}

// milli returns a count of thousandths as a decimal.
func milli(n int64) decimal.Decimal { return decimal.New(n, -3) }
