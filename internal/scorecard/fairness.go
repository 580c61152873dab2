package scorecard

import (
	"errors"
	"maps"
	"math"
	"math/big"
	"slices"
)

// SmallestGroup is the size below which nothing is said of a group.
const SmallestGroup = 11

// ErrCounts refuses counts below 0.
var ErrCounts = errors.New("want counts of at least 0")

// An Outcome counts the homes of a group by whether a score selected them, and
// whether they needed it.
type Outcome struct {
	Right, Wrong       int64 // selected: in need, not in need
	Missed, RightlyNot int64 // not selected: in need, not in need
}

func (o Outcome) homes() int64 { return o.Right + o.Wrong + o.Missed + o.RightlyNot }

// A Fairness says how differently groups are treated. What has no meaning is nil:
// a rate of nobody, a difference of one group.
type Fairness struct {
	Selected  map[string]*big.Rat // selection rate
	Found     map[string]*big.Rat // true positive rate: selected among those in need
	Alarmed   map[string]*big.Rat // false positive rate: selected among those not in need
	Impact    *big.Rat            // lowest over highest selection rate
	Passes    *bool               // the four-fifths rule: exactly 0.8 passes
	FoundGap  *big.Rat            // equal opportunity difference
	AlarmGap  *big.Rat
	PValue    *float64 // two-sided, that the groups of lowest and highest rate differ by chance
	TooFew    []string // groups of fewer than the smallest, of which nothing is said
	WorstBest [2]string
}

// Audit compares groups. In a score of need to be selected is a benefit, so the
// group that is selected least may be the one that is wronged.
//
// Source: four-fifths rule; Hardt, Price and Srebro 2016 for equal opportunity; two-proportion z test.
func Audit(groups map[string]Outcome, smallest int64) (Fairness, error) {
	f := Fairness{Selected: map[string]*big.Rat{}, Found: map[string]*big.Rat{}, Alarmed: map[string]*big.Rat{}}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		o := groups[name]
		switch {
		case min(o.Right, o.Wrong, o.Missed, o.RightlyNot) < 0:
			return Fairness{}, ErrCounts
		case o.homes() < max(smallest, 1):
			f.TooFew = append(f.TooFew, name)
			continue
		}
		f.Selected[name] = rate(o.Right+o.Wrong, o.homes())
		f.Found[name] = rate(o.Right, o.Right+o.Missed)
		f.Alarmed[name] = rate(o.Wrong, o.Wrong+o.RightlyNot)
	}
	_, f.FoundGap = extremes(f.Found)
	_, f.AlarmGap = extremes(f.Alarmed)
	ends, gap := extremes(f.Selected)
	if gap == nil {
		return f, nil
	}
	f.WorstBest = ends
	worst, best := f.Selected[ends[0]], f.Selected[ends[1]]
	if best.Sign() > 0 {
		f.Impact = new(big.Rat).Quo(worst, best)
		passes := f.Impact.Cmp(big.NewRat(4, 5)) >= 0
		f.Passes = &passes
	}
	f.PValue = chance(groups[ends[0]], groups[ends[1]])
	return f, nil
}

// rate returns n of all; nil of nobody.
func rate(n, all int64) *big.Rat {
	if all == 0 {
		return nil
	}
	return big.NewRat(n, all)
}

// extremes returns the groups of the lowest and highest rate, the first of equal ones
// by name, and their difference; nil with fewer than two known.
func extremes(rates map[string]*big.Rat) (ends [2]string, gap *big.Rat) {
	known := 0
	for _, name := range slices.Sorted(maps.Keys(rates)) {
		r := rates[name]
		if r == nil {
			continue
		}
		known++
		if known == 1 || r.Cmp(rates[ends[0]]) < 0 {
			ends[0] = name
		}
		if known == 1 || r.Cmp(rates[ends[1]]) > 0 {
			ends[1] = name
		}
	}
	if known < 2 {
		return ends, nil
	}
	return ends, new(big.Rat).Sub(rates[ends[1]], rates[ends[0]])
}

// chance returns the two-sided p-value of the two-proportion z test; nil where all or
// none are selected.
func chance(a, b Outcome) *float64 {
	n, m := float64(a.homes()), float64(b.homes())
	x, y := float64(a.Right+a.Wrong), float64(b.Right+b.Wrong)
	pooled := (x + y) / (n + m)
	if pooled <= 0 || pooled >= 1 {
		return nil
	}
	z := (x/n - y/m) / math.Sqrt(pooled*(1-pooled)*(1/n+1/m))
	p := math.Erfc(math.Abs(z) / math.Sqrt2)
	return &p
}
