package tariff

import (
	"cmp"
	"slices"

	"foyer/internal/energy"
)

// A stretch is the days that one use of a counter lies in.
type stretch struct {
	field    string
	counter  string // its meter and register
	from, to energy.Day
	span     bool // given by from and to, not as a day or a half-hour
}

// overlapping refuses days that a use from one day to another counts, and another
// use of the same counter as well: they would be paid twice.
func (r *caseReader) overlapping() {
	slices.SortStableFunc(r.stretches, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.counter, b.counter), a.from.Sub(b.from))
	})
	var last, lastSpan stretch // those that reach furthest, of the counter so far
	for _, s := range r.stretches {
		if s.counter != last.counter {
			last, lastSpan = stretch{counter: s.counter}, stretch{}
		}
		before := lastSpan
		if s.span {
			before = last
		}
		if s.from.Before(before.to) {
			r.fault(s.field, "%s is counted by %s too", s.from, before.field)
		}
		if last.to.Before(s.to) {
			last = s
		}
		if s.span && lastSpan.to.Before(s.to) {
			lastSpan = s
		}
	}
}
