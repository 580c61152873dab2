package tariff

import (
	"cmp"
	"maps"
	"slices"

	"foyer/internal/energy"
)

// A stretch is the days that one use of a counter lies in.
type stretch struct {
	field    string
	meter    string
	register energy.Register
	from, to energy.Day
	span     bool // given by from and to, not as a day or a half-hour
}

// twice refuses days on which a meter's energy is counted by two sets of registers,
// each of which holds all of it: they are never added.
func (r *caseReader) twice() {
	slices.SortStableFunc(r.stretches, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.meter, b.meter), a.from.Sub(b.from))
	})
	last := map[energy.Register]stretch{} // that reaches furthest, of the meter so far
	meter := ""
	for _, s := range r.stretches {
		if s.meter != meter {
			clear(last)
			meter = s.meter
		}
		for _, register := range slices.Sorted(maps.Keys(last)) {
			if other := last[register]; energy.SameTwice(register, s.register) && s.from.Before(other.to) {
				r.fault(s.field, "on %s %s counts once more what %s of %s counts: give one of them",
					s.from, s.register, register, other.field)
				return
			}
		}
		if last[s.register].to.Before(s.to) {
			last[s.register] = s
		}
	}
}

// overlapping refuses days that a use from one day to another counts, and another
// use of the same counter as well: they would be paid twice.
func (r *caseReader) overlapping() {
	slices.SortStableFunc(r.stretches, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.meter, b.meter), cmp.Compare(a.register, b.register), a.from.Sub(b.from))
	})
	var last, lastSpan stretch // those that reach furthest, of the counter so far
	for _, s := range r.stretches {
		if s.meter != last.meter || s.register != last.register {
			last, lastSpan = stretch{meter: s.meter, register: s.register}, stretch{}
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
