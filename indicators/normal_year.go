package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// degreeValues is the section "degree_days" of a country file.
type degreeValues struct {
	Base decimal.Decimal `yaml:"base_c"`
}

// normalYears is how many years of weather make a normal one, at most.
const normalYears = 10

// normalBack is how far before a period of a year they reach, in days.
const normalBack = (normalYears - 1) * YearDays

// degrees returns the heating degree days of a day, from its mean temperature.
//
// Source: CalTRACK 2.0, 3.3.4.
func degrees(w household.Weather, base decimal.Decimal) decimal.Decimal {
	return decimal.Max(decimal.Zero, base.Sub(decimal.New(w.Mean, -3)))
}

// yearDegrees returns the heating degree days of the 365 days to a day, those of which
// less than half was seen as the others, and how many were; false when fewer than nine
// in ten were.
func (in Input) yearDegrees(to energy.Day, base decimal.Decimal) (sum decimal.Decimal, days int, enough bool) {
	from := to.Add(-YearDays)
	first, _ := slices.BinarySearchFunc(in.Weather, from, func(w household.Weather, d energy.Day) int { return w.Day.Compare(d) })
	for _, w := range in.Weather[first:] {
		if !w.Day.Before(to) {
			break
		}
		if atLeast(energy.Coverage{Seen: w.Seen, Of: w.Of}, 50) {
			sum, days = sum.Add(degrees(w, base)), days+1
		}
	}
	if days > 0 {
		sum = sum.Mul(decimal.NewFromInt(YearDays)).DivRound(decimal.NewFromInt(int64(days)), 10)
	}
	return sum, days, days*100 >= YearDays*Complete
}

// normal returns the heating degree days of a normal year where the home is: the mean
// of those of its weather that are known, the period's own and nine before it at most;
// nil when none is.
func (in Input) normal(base decimal.Decimal) (mean *number, years int) {
	var sum decimal.Decimal
	for n := range normalYears {
		if d, _, enough := in.yearDegrees(in.To.Add(-n*YearDays), base); enough {
			sum, years = sum.Add(d), years+1
		}
	}
	if years == 0 {
		return nil, 0
	}
	return num(sum.DivRound(decimal.NewFromInt(int64(years)), 6)), years
}
