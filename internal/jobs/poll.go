package jobs

import (
	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

// A poll is what is known of one figure, home by home.
type poll struct {
	homes     int
	seen      int64 // milliseconds of the year that electricity was seen, of all
	estimated bool  // part of the electricity of one is
	values    []decimal.Decimal
}

// take adds a home, with what it adds to the figure; nothing to a number of homes.
func (t *poll) take(h household.CountedYear, values ...decimal.Decimal) {
	t.homes++
	t.seen += h.Seen.Milliseconds()
	t.estimated = t.estimated || h.Estimated
	t.values = append(t.values, values...)
}

// percentSeen returns how much of a year was seen, in % rounded down.
func (t *poll) percentSeen(y household.AggregateYear) int {
	return int(t.seen * 100 / (int64(t.homes) * y.End.Sub(y.Start).Milliseconds()))
}

func (t *poll) total() (sum decimal.Decimal) {
	for _, v := range t.values {
		sum = sum.Add(v)
	}
	return sum
}

// over returns the sum over a number; 0 over none.
func (t *poll) over(n int) decimal.Decimal {
	if n == 0 {
		return decimal.Zero
	}
	return t.total().DivRound(decimal.NewFromInt(int64(n)), 16)
}

// most returns which share of the sum the largest value has, in % rounded up; 0 where the
// sum is 0.
func (t *poll) most() int {
	var sum, largest decimal.Decimal
	for _, v := range t.values {
		sum, largest = sum.Add(v.Abs()), decimal.Max(largest, v.Abs())
	}
	if !sum.IsPositive() {
		return 0
	}
	return int(largest.Mul(decimal.New(1, 2)).DivRound(sum, 16).Ceil().IntPart())
}
