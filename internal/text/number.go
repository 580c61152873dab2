package text

import (
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/number"
)

// Euros writes cents as on a French bill: "1,84 €", "1 234,50 €".
func (l *Language) Euros(cents int64) string {
	return l.decimal(decimal.New(cents, -2), 2) + Unbreakable + "€"
}

// RoundEuros writes cents in whole euros, half away from zero: "71 €". It is for
// forecasts, which do not know better.
func (l *Language) RoundEuros(cents int64) string {
	return l.decimal(decimal.New(cents, -2), 0) + Unbreakable + "€"
}

// ShortEuros writes cents without decimals where there are none: "75 €", "72,50 €".
func (l *Language) ShortEuros(cents int64) string {
	if cents%100 == 0 {
		return l.RoundEuros(cents)
	}
	return l.Euros(cents)
}

// Degrees writes thousandths of a degree Celsius with one decimal: "19,2 °C".
func (l *Language) Degrees(milli int64) string {
	return l.decimal(decimal.New(milli, -3), 1) + Unbreakable + "°C"
}

// Hours writes thousandths of an hour in whole hours: "9 h".
func (l *Language) Hours(milli int64) string {
	return l.decimal(decimal.New(milli, -3), 0) + Unbreakable + "h"
}

// KWh writes thousandths of a watt-hour in kilowatt-hours, one decimal: "12,3 kWh".
func (l *Language) KWh(milliWh int64) string {
	return l.decimal(decimal.New(milliWh, -6), 1) + Unbreakable + "kWh"
}

// Percent writes an exact ratio as a percentage with one decimal: "10,4 %". It
// returns ratio itself when that is no number.
func (l *Language) Percent(ratio string) string {
	d, err := decimal.NewFromString(ratio)
	if err != nil {
		return ratio
	}
	return l.decimal(d.Shift(2), 1) + Unbreakable + "%"
}

// Number writes an exact decimal with at most places decimals, zeros at the end
// left out: "16,5". It returns exact itself when that is no number.
func (l *Language) Number(exact string, places int) string {
	d, err := decimal.NewFromString(exact)
	if err != nil {
		return exact
	}
	s := l.decimal(d, places)
	if strings.Contains(s, ",") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ",")
	}
	return s
}

// Fixed writes an exact decimal with exactly places decimals: "1,80". It returns
// exact itself when that is no number.
func (l *Language) Fixed(exact string, places int) string {
	d, err := decimal.NewFromString(exact)
	if err != nil {
		return exact
	}
	return l.decimal(d, places)
}

// decimal rounds half away from zero, then writes exactly places decimals.
func (l *Language) decimal(d decimal.Decimal, places int) string {
	f, _ := d.Round(int32(places)).Float64() //nolint:gosec // 0 to 3
	return strings.ReplaceAll(l.numbers.Sprint(number.Decimal(f, number.Scale(places))), "-", "\u2212")
}
