package indicators

import (
	"math/big"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/tariff"
)

// A forecast is what the running month will cost at its end, in cents.
type forecast struct{ central, low, high int64 }

// Days of the family's own past that a forecast needs and prefers.
const (
	fewestDays = 7
	recentDays = 14
)

// forecast looks ahead to the end of the running month; false when too little is known.
func (in Input) forecast() (forecast, bool) {
	if len(in.past(usualDays)) < fewestDays {
		return forecast{}, false
	}
	if r, ok := in.response(); ok && r.knows(in.Today, in.To) {
		return in.foreseen(r), true
	}
	h := in.habit()
	return in.looked(h.cost, h.width), true
}

// foreseen looks ahead by the home's response to the weather.
func (in Input) foreseen(r *response) forecast {
	return in.looked(r.cost, func(open int64) (below, above decimal.Decimal) {
		width := r.width(in.Today, in.To, open)
		return width, width
	})
}

// looked looks ahead by what a day is expected to cost, and by how far below and above
// some days may come out.
func (in Input) looked(mean func(energy.Day) decimal.Decimal, width func(int64) (below, above decimal.Decimal)) forecast {
	spent, ahead, open := in.spent(mean)
	central := spent.Add(ahead)
	below, above := width(open)
	return forecast{
		central: toCents(central), low: toCents(decimal.Max(spent, central.Sub(below))), high: toCents(central.Add(above)),
	}
}

func toCents(euros decimal.Decimal) int64 { return euros.Shift(2).Round(0).IntPart() }

// past returns the valid days among the n before today.
func (in Input) past(n int) []Day {
	var days []Day
	for d := in.Today.Add(-n); d.Before(in.Today); d = d.Add(1) {
		if day, ok := in.day(d); ok && day.valid() {
			days = append(days, day)
		}
	}
	return days
}

// meanOf returns the mean energy cost of a day by weekday class, of all days for a
// class with fewer than two.
func meanOf(days []Day) func(energy.Day) decimal.Decimal {
	var sums [2]decimal.Decimal
	var n [2]int64
	for _, d := range days {
		c := class(d.Day)
		sums[c], n[c] = sums[c].Add(d.energyCost()), n[c]+1
	}
	all := sums[0].Add(sums[1]).DivRound(decimal.NewFromInt(n[0]+n[1]), 20)
	return func(d energy.Day) decimal.Decimal {
		c := class(d)
		if n[c] < 2 {
			return all
		}
		return sums[c].DivRound(decimal.NewFromInt(n[c]), 20)
	}
}

func class(d energy.Day) int {
	if weekend(d) {
		return 1
	}
	return 0
}

// spent returns what the month costs already, standing charge to its end
// included, what the days still open are expected to add, and how many these are:
// those to come, the rest of today, and those of which too little was seen.
func (in Input) spent(mean func(energy.Day) decimal.Decimal) (spent, ahead decimal.Decimal, open int64) {
	var sum tariff.Sum
	last := in.standing()
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		day, ok := in.day(d)
		ok = ok && day.priced()
		known := decimal.Zero
		if ok {
			last = day.standing()
			if !in.Today.Before(d) {
				known = day.energyCost()
			}
		}
		sum.Add(tariff.Cost{Energy: known}, d)
		for _, c := range last {
			sum.Add(c, d)
		}
		if !d.Before(in.Today) || !ok || !day.valid() {
			open++
			ahead = ahead.Add(decimal.Max(decimal.Zero, mean(d).Sub(known)))
		}
	}
	return sum.Energy().Add(sum.Standing()), ahead, open
}

// standing returns the standing charges of the last day that is known before the period,
// for days at its start that are not.
func (in Input) standing() []tariff.Cost {
	for d := in.From.Add(-1); !d.Before(in.From.Add(-usualDays)); d = d.Add(-1) {
		if day, ok := in.day(d); ok && day.priced() {
			return day.standing()
		}
	}
	return nil
}

// standing returns the standing charge of each fuel of a day.
func (d Day) standing() (all []tariff.Cost) {
	for _, p := range d.Parts {
		if p.cost != nil {
			all = append(all, tariff.Cost{Standing: p.cost.Standing, ProRata: p.cost.ProRata})
		}
	}
	return all
}

// spread returns 1.28 standard deviations of the sum of n days against n times the
// mean of m others, for days that resemble their neighbours with an autocorrelation
// of 0.5: the variance of a day, times (1 + 0.5) / (1 - 0.5), times n + n²/m.
func spread(days []Day, mean func(energy.Day) decimal.Decimal, n, m int64) decimal.Decimal {
	var squares decimal.Decimal
	for _, d := range days {
		off := d.energyCost().Sub(mean(d.Day)).Round(6)
		squares = squares.Add(off.Mul(off))
	}
	// In millionths of a euro, so that the square root is one of integers.
	variance := squares.Shift(12).DivRound(decimal.NewFromInt(int64(max(len(days)-2, 1))), 0).BigInt()
	variance.Mul(variance, big.NewInt(3*n*(m+n)))
	variance.Quo(variance, big.NewInt(m))
	return decimal.New(root(variance), -6).Mul(decimal.New(128, -2))
}
