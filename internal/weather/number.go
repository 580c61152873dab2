package weather

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// The range of temperatures that weather has anywhere.
var coldest, hottest = decimal.NewFromInt(-90), decimal.NewFromInt(60)

// thousandths reads a temperature in degC, digit by digit, rounded to thousandths.
func thousandths(text string) (int64, error) {
	d, ok := short(text)
	switch {
	case !ok:
		return 0, fmt.Errorf("%.20q is not a temperature", text)
	case d.LessThan(coldest) || d.GreaterThan(hottest):
		return 0, fmt.Errorf("%s °C is no temperature of weather", text)
	}
	return d.Shift(3).Round(0).IntPart(), nil
}

// short reads a number of few digits: a large exponent would cost as many.
func short(text string) (decimal.Decimal, bool) {
	const longest = 20
	if len(text) > longest {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > longest || d.Exponent() < -longest {
		return decimal.Zero, false
	}
	return d, true
}
