package energy

import (
	"math/bits"
	"slices"
	"time"
)

// Longest is the longest interval between two readings of a meter that speaks
// often in which its energy still counts as seen.
const Longest = 90 * time.Minute

// neighbours is how many intervals on each side say how often a meter speaks.
const neighbours = 8

// Usage returns the energy of one register in each slot: a pure function of its
// readings, in any order and with duplicates.
//
// The energy between two accepted readings is spread evenly over the time between
// them, in integers, by largest remainder with ties to the earlier half-hour, so
// that slots add up to the differences of the register exactly. A slot is covered
// for the share of its time inside intervals of at most 90 min, or twice the
// median of the sixteen intervals around, whichever is longer. The energy of a
// longer interval is spread all the same, but marked estimated. Across a reset or
// a jump nothing is known. Time up to a reading that is still pending is marked so.
//
// Slots are starts of half-hours in order, as of [Day.Slots]; all are returned,
// see [Slot.Known].
func Usage(rs []Reading, limit Limit, slots []time.Time) []Slot {
	return Measure(Accept(rs, limit), slots)
}

// Measure is [Usage] of readings that are judged already.
func Measure(judged []Judged, slots []time.Time) []Slot {
	if len(judged) == 0 || len(slots) == 0 {
		return nil
	}
	out := Blank(judged[0].Register, slots)
	accepted := accepted(judged)
	g := grid{slots: out}
	for i := 1; i < len(accepted); i++ {
		if accepted[i].Verdict.Starts() {
			continue
		}
		a, b := accepted[i-1].At, accepted[i].At
		g.spread(a, b, accepted[i].Rise, seen(accepted, i), false)
	}
	if n := len(judged); n > 0 && judged[n-1].Verdict == Pending && len(accepted) > 0 {
		g.each(accepted[len(accepted)-1].At, judged[n-1].At, func(s *Slot, _ time.Duration) { s.Coverage.Provision = true })
	}
	return out
}

// Blank returns slots of a register that nothing is known of, by their starts.
func Blank(register Register, starts []time.Time) []Slot {
	out := make([]Slot, len(starts))
	for i, start := range starts {
		out[i] = Slot{Register: register, Start: start, Coverage: Coverage{Of: SlotLength}}
	}
	return out
}

// Known reports whether anything at all is known of s: a slot nothing is known of
// is not a slot without use.
func (s Slot) Known() bool {
	return s.Energy != 0 || s.Coverage.Seen > 0 || s.Coverage.Estimated || s.Coverage.Provision
}

func accepted(judged []Judged) []Judged {
	kept := make([]Judged, 0, len(judged))
	for _, j := range judged {
		if j.Verdict.Accepted() {
			kept = append(kept, j)
		}
	}
	return kept
}

// seen reports whether the interval that ends at accepted[i] is short enough for
// its energy to count as seen.
func seen(accepted []Judged, i int) bool {
	return accepted[i].At.Sub(accepted[i-1].At) <= hold(accepted, i)
}

// hold returns how long an interval that ends at accepted[i] may be and count.
func hold(accepted []Judged, i int) time.Duration {
	if accepted[i].At.Sub(accepted[i-1].At) <= Longest {
		return Longest // whatever the others are
	}
	around := make([]time.Duration, 0, 2*neighbours)
	for j := max(1, i-neighbours); j < min(len(accepted), i+neighbours+1); j++ {
		if j != i {
			around = append(around, accepted[j].At.Sub(accepted[j-1].At))
		}
	}
	return max(2*median(around), Longest)
}

// median returns the middle of ds, the lower one of two, 0 of none. It sorts ds.
func median(ds []time.Duration) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[(len(ds)-1)/2]
}

// A grid is consecutive slots that energy is spread over.
type grid struct {
	slots []Slot
	next  int // first slot that ends after everything spread so far began
}

// each calls f with every slot that overlaps [a, b) and by how much. Calls must
// come with a in order.
func (g *grid) each(a, b time.Time, f func(*Slot, time.Duration)) {
	g.skip(a)
	for i := g.next; i < len(g.slots); i++ {
		s := &g.slots[i]
		if !s.Start.Before(b) {
			return
		}
		if o := overlap(s.Start, s.Start.Add(SlotLength), a, b); o > 0 {
			f(s, o)
		}
	}
}

// skip passes the slots that end at or before a.
func (g *grid) skip(a time.Time) {
	for g.next < len(g.slots) && !g.slots[g.next].Start.Add(SlotLength).After(a) {
		g.next++
	}
}

// overlap returns how long [a, b) and [c, d) run together.
func overlap(a, b, c, d time.Time) time.Duration {
	if c.After(a) {
		a = c
	}
	if d.Before(b) {
		b = d
	}
	return max(b.Sub(a), 0)
}

// spread adds the energy used between a and b to the slots.
func (g *grid) spread(a, b time.Time, amount int64, seen, estimated bool) {
	if len(g.slots) == 0 || !a.Before(b) || !b.After(g.slots[0].Start) || !a.Before(g.slots[len(g.slots)-1].Start.Add(SlotLength)) {
		return
	}
	g.skip(a)
	if s := &g.slots[g.next]; !a.Before(s.Start) && !b.After(s.Start.Add(SlotLength)) { // nothing to divide
		s.add(amount, b.Sub(a), seen, estimated)
		return
	}
	share := shares(a, b, amount, phase(g.slots[0].Start))
	g.each(a, b, func(s *Slot, o time.Duration) {
		s.add(share.of(s.Start), o, seen, estimated)
	})
}

func (s *Slot) add(amount int64, length time.Duration, seen, estimated bool) {
	s.Energy += amount
	if seen {
		s.Coverage.Seen += length
	}
	s.Coverage.Estimated = s.Coverage.Estimated || estimated || !seen
}

// phase returns where in a half-hour of UTC the slots of a zone start: 0 but for
// zones a quarter of an hour off.
func phase(start time.Time) int64 { return start.UnixMilli() % slotMillis }

const slotMillis = int64(SlotLength / time.Millisecond)

// A sharing is an amount divided over the half-hours that an interval touches:
// the first, those in the middle, and the last.
type sharing struct {
	first int64 // start of the first half-hour, UTC milliseconds
	n     int64 // half-hours touched
	parts [3]part
}

// A part is a run of half-hours of which each gets base, and the first extra of them one more.
type part struct{ at, n, base, rem, extra int64 }

// shares divides amount, at least 0, over [a, b) by largest remainder.
func shares(a, b time.Time, amount, phase int64) sharing {
	from, to := a.UnixMilli(), b.UnixMilli()
	start := from - mod(from-phase, slotMillis)
	n := (to - start + slotMillis - 1) / slotMillis
	s := sharing{first: start, n: n}
	if n == 1 {
		s.parts[0] = part{n: 1, base: amount}
		return s
	}
	length := to - from
	s.parts[0] = divide(amount, start+slotMillis-from, length, 0, 1)
	if n > 2 {
		s.parts[1] = divide(amount, slotMillis, length, 1, n-2)
	}
	s.parts[2] = divide(amount, to-(start+(n-1)*slotMillis), length, n-1, 1)
	left := amount
	order := []*part{&s.parts[0], &s.parts[1], &s.parts[2]}
	for _, p := range order {
		left -= p.base * p.n
	}
	slices.SortStableFunc(order, func(p, q *part) int { // the earlier ones first where remainders tie
		switch {
		case p.rem > q.rem:
			return -1
		case p.rem < q.rem:
			return 1
		}
		return 0
	})
	for _, p := range order {
		p.extra = min(left, p.n)
		left -= p.extra
	}
	return s
}

// divide returns the part of n half-hours that each take time out of length.
func divide(amount, time, length, at, n int64) part {
	hi, lo := bits.Mul64(uint64(amount), uint64(time))       //nolint:gosec // neither is negative
	q, r := bits.Div64(hi, lo, uint64(length))               //nolint:gosec // positive, and time is part of it
	return part{at: at, n: n, base: int64(q), rem: int64(r)} //nolint:gosec // at most amount, less than length
}

// of returns what the half-hour at start gets.
func (s *sharing) of(start time.Time) int64 {
	i := (start.UnixMilli() - s.first) / slotMillis
	p := &s.parts[1]
	switch i {
	case 0:
		p = &s.parts[0]
	case s.n - 1:
		p = &s.parts[2]
	}
	if i-p.at < p.extra {
		return p.base + 1
	}
	return p.base
}

// mod returns a modulo m, at least 0.
func mod(a, m int64) int64 { return (a%m + m) % m }
