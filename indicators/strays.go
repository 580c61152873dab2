package indicators

import (
	"slices"

	"foyer/internal/energy"
)

// Strays are how values of days stray about their mean, in the order of days.
type strays struct {
	values []float64 // less their mean, from the first day to the last; 0 of a day that is not known
	known  []bool
	n      float64 // of days known
}

// straysOf returns those of values.
func straysOf(values map[energy.Day]float64) strays {
	if len(values) == 0 {
		return strays{}
	}
	days := make([]energy.Day, 0, len(values))
	for d := range values {
		days = append(days, d)
	}
	slices.SortFunc(days, energy.Day.Compare)
	var sum float64
	for _, d := range days { // in their order, so that the same values give the same bytes
		sum += values[d]
	}
	first := days[0]
	size := days[len(days)-1].Sub(first) + 1
	s := strays{values: make([]float64, size), known: make([]bool, size), n: float64(len(days))}
	for _, d := range days {
		i := d.Sub(first)
		s.values[i], s.known[i] = values[d]-sum/s.n, true
	}
	return s
}

// spell is how many days may resemble each other.
const spell = 21

// sum returns the variance of the sum of n days: that of as many days that follow each
// other, no more than a spell, of which sums of more days hold several that do not know
// of each other. So what days resemble each other counts as it did, however it fades.
//
// Source: variance of batch means, H. R. Künsch, Annals of Statistics 17 (1989) 1217-1241.
func (s strays) sum(n float64) doubt {
	for m := int(max(min(n, spell), 1)); m > 0; m /= 2 {
		var squares, windows float64
		for i := 0; i+m <= len(s.values); i++ {
			var sum, seen float64
			for j := i; j < i+m; j++ {
				if s.known[j] {
					sum, seen = sum+s.values[j], seen+1
				}
			}
			if seen*100 >= float64(m)*Complete {
				sum *= float64(m) / seen
				squares, windows = squares+sum*sum, windows+1
			}
		}
		if times := s.n/float64(m) - 1; windows > 0 && times > 0 {
			return doubt{squares / windows * n / float64(m) * (times + 1) / times, times}
		}
	}
	return doubt{}
}
