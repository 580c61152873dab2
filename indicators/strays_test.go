package indicators

import (
	"math"
	"math/rand/v2"
	"testing"

	"foyer/internal/energy"
)

// What days resemble each other counts as it did: not at all, for five days and no longer,
// or fading from day to day.
func TestSumsOfDaysStrayAsTheyDid(t *testing.T) {
	luck := rand.New(rand.NewPCG(3, 4))
	const days = 4000
	var alone, fives, fading [days]float64
	for i := range days {
		alone[i] = luck.NormFloat64()
		if fives[i] = luck.NormFloat64(); i%5 > 0 {
			fives[i] = fives[i-1]
		}
		if fading[i] = alone[i]; i > 0 {
			fading[i] = 0.6*fading[i-1] + 0.8*alone[i]
		}
	}
	for name, c := range map[string]struct {
		values [days]float64
		n      float64
		want   float64 // variance of the sum of n days, of a day
	}{
		"a day alone":        {alone, 1, 1},
		"a month alone":      {alone, 30, 30},
		"a day of fives":     {fives, 1, 1},
		"two days of fives":  {fives, 2, 3.6}, // 2 + 2 x 0.8
		"a month of fives":   {fives, 30, 30 * (1 + 2*(0.8*20+0.6*19+0.4*18+0.2*17)/21)},
		"two days that fade": {fading, 2, 3.2},
		"a month that fades": {fading, 30, 30 * (1 + 2*(0.6/0.4-0.6/0.16/21))},
	} {
		all := map[energy.Day]float64{}
		for i, v := range c.values {
			all[energy.Day{Year: 2010, Month: 1, Date: 1}.Add(i)] = 7 + v
		}
		got := straysOf(all).sum(c.n)
		if math.Abs(got.variance/c.want-1) > 0.15 {
			t.Errorf("%s: %.2f, want about %.2f", name, got.variance, c.want)
		}
		if times := days/min(c.n, spell) - 1; math.Abs(got.times-times) > 1 {
			t.Errorf("%s: known from %.0f times, want %.0f", name, got.times, times)
		}
	}
	if got := straysOf(nil).sum(30); got != (doubt{}) {
		t.Errorf("of no day: %+v", got)
	}
}

// Of values that are known a few times the range reaches further, and a doubt that is
// certain adds nothing.
func TestARangeReachesFurtherTheLessIsKnown(t *testing.T) {
	often, seldom := width(doubt{4, 1000}).InexactFloat64(), width(doubt{4, 5}).InexactFloat64()
	if math.Abs(often-2.565) > 0.01 || math.Abs(seldom-2.952) > 0.01 {
		t.Errorf("%.3f and %.3f, want 2.565 and 2.952", often, seldom)
	}
	if both := width(doubt{4, 5}, doubt{}, doubt{4, 5}).InexactFloat64(); math.Abs(both-1.372*math.Sqrt(8)) > 0.01 {
		t.Errorf("two of them: %.3f", both)
	}
	if got := width(doubt{}); !got.IsZero() {
		t.Errorf("of no doubt: %s", got)
	}
}
