package indicators

import (
	"math/big"

	"foyer/internal/canonical"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// OfPilot is the reference of what was compared with the homes of the pilot.
const OfPilot = "pilot"

// A Cohort is what the homes of a pilot are compared with over a year. Its zero value
// knows none of them: national tables count.
type Cohort struct {
	Medians map[string]Median // by what is compared, and of which homes
}

// A Median is that of enough homes of a pilot, exactly. It may be the very value of one
// of them: it is not for anybody.
type Median struct {
	Value *big.Rat
	Homes int
}

// CohortOf returns what the homes of a pilot are compared with over the year that ends
// with a day: the medians of those that agreed to be counted, where they are at least k.
// The order of the homes changes nothing.
func CohortOf(homes []Member, last energy.Day, k int) Cohort {
	values := map[string][]weighted{}
	for _, h := range homes {
		c := Compared{h, last, Cohort{}, sumsOf(h.Year)}
		for _, y := range yardsticks {
			if !y.counts(h) {
				continue
			}
			if key, ok := y.key(c); ok {
				if v := y.of(c); v != nil {
					values[key] = append(values[key], weighted{v, one})
				}
			}
		}
	}
	medians := map[string]Median{}
	for key, vs := range values {
		if len(vs) >= k {
			medians[key] = Median{medianOf(vs), len(vs)}
		}
	}
	return Cohort{medians}
}

// Figures returns what a cohort is, to be kept: canonical JSON of
// [household.CohortFigures].
func (c Cohort) Figures() ([]byte, error) {
	f := household.CohortFigures{Medians: map[string]household.CohortMedian{}}
	for key, m := range c.Medians {
		f.Medians[key] = household.CohortMedian{Value: m.Value.RatString(), Homes: m.Homes}
	}
	return canonical.Marshal(f)
}

// one is the weight of a home.
var one = big.NewRat(1, 1)

// median returns what a home is compared with by a yardstick, and whose median that is:
// [OfPilot], or a national table; nil where there is none.
func (c Compared) median(y yardstick) (*big.Rat, string) {
	if key, ok := y.key(c); ok {
		if local, ok := c.Cohort.Medians[key]; ok {
			return local.Value, OfPilot
		}
	}
	return y.national(c.Last)
}
