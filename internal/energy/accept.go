package energy

import (
	"cmp"
	"slices"
)

// followers is how many readings after a drop decide what it was.
const followers = 3

// little is the most by which a counter can leave a zero that nothing else speaks
// for: two steps of the coarsest display, in thousandths of the base unit.
const little = 2 * slack

// extreme bounds what a counter can show, so that differences do not overflow.
const extreme = 1 << 61

// Accept judges the readings of one register, in any order and with duplicates,
// and returns them once each in order of time.
//
// Readings known by their arrival alone that arrive together, within the same ten
// seconds of the clock, have no order among themselves: a broker hands over what it
// holds in whatever order, and after a lost connection again. They are taken to have
// risen, see untangled.
//
// A value below the accepted one before is a drop. If one of the three readings
// after it is not below the one before the drop, it is a glitch. If three follow,
// stay below and do not fall, or two that each rise are all there is, it is a
// reset, or a rollover where the difference modulo the digits of the index is what
// the limit allows. If they fall, the drop is a glitch and the next reading is
// judged in its place. With fewer followers it is pending. Where the drop is known by
// its arrival alone, what arrives within the minute after it decides too, and the three
// are those after that: a gateway that reconnects sends again what it had in flight, in
// order, and no counter started anew. A rise beyond the limit
// is judged likewise: a glitch if one of the three readings after it continues the
// one before, a jump if three continue it.
//
// A zero where the counter did not stand at zero is what many devices send until
// they know better. It is believed once it came a dozen times over an hour or four
// times over a day, when the next reading counts away from it by a little, 2 kWh or
// 2 m3 at most, or when a person stated it; else it is unready.
//
// Of two values at one instant, which no store keeps, the lower one stands.
func Accept(rs []Reading, limit Limit) []Judged {
	rs = untangled(ordered(rs))
	return (&bench{rs: rs, zeros: standing(rs), limit: &limit}).judge(0)
}

// acceptFrom judges rs, in order, of which the readings from i to j are known to be
// accepted, and returns the last of them and those after it.
func acceptFrom(rs []Reading, limit Limit, i, j int) []Judged {
	b := bench{rs: rs, zeros: standing(rs), limit: &limit}
	for k := i; k <= j; k++ {
		b.kept = append(b.kept, k)
	}
	return append([]Judged{{Reading: rs[j], Verdict: First}}, b.judge(j+1)...)
}

// A bench judges the readings of one register.
type bench struct {
	rs    []Reading
	zeros []zeros // by reading
	limit *Limit
	kept  []int // those accepted so far
}

// last returns the last accepted reading, nil before any.
func (b *bench) last() *Reading {
	if len(b.kept) == 0 {
		return nil
	}
	return &b.rs[b.kept[len(b.kept)-1]]
}

// judge returns the verdicts on the readings from i on.
func (b *bench) judge(i int) []Judged {
	out := make([]Judged, 0, len(b.rs)-i)
	for ; i < len(b.rs); i++ {
		verdict, rise := b.verdict(i)
		out = append(out, Judged{b.rs[i], verdict, rise})
		if verdict.Accepted() {
			b.kept = append(b.kept, i)
		}
	}
	return out
}

func (b *bench) verdict(i int) (Verdict, int64) {
	r := &b.rs[i]
	if r.Value > extreme || r.Value < -extreme {
		return Glitch, 0
	}
	if r.Value == 0 {
		if v := b.unready(i); v != Normal {
			return v, 0
		}
	}
	last := b.last()
	switch {
	case last == nil:
		return First, 0
	case r.Value < last.Value:
		return b.drop(i)
	case !b.allows(last, r):
		return b.jump(i), 0
	default:
		return Normal, r.Value - last.Value
	}
}

// unready returns Unready or Pending for a zero that is not believed, or not yet,
// Normal for every other reading.
func (b *bench) unready(i int) Verdict {
	r := &b.rs[i]
	if r.Source == Stated || len(b.kept) > 0 && b.last().Value == 0 {
		return Normal
	}
	z := b.zeros[i]
	if stood(b.rs[z.first].At, b.rs[z.last].At, z.last-z.first+1) {
		return Normal
	}
	switch {
	case z.last == len(b.rs)-1:
		return Pending
	case i == z.last && b.rs[i+1].Value <= little && follows(r, &b.rs[i+1], b.limit):
		return Normal
	}
	return Unready
}

// drop judges reading i, which is below the last accepted one.
func (b *bench) drop(i int) (Verdict, int64) {
	apart := echoes(b.rs, i)
	next := b.rs[i+1 : min(i+1+apart+followers, len(b.rs))]
	before, floor, falls, rises := b.last(), b.rs[i].Value, false, true
	for j := range next {
		f := &next[j]
		if f.Value >= before.Value && f.Value <= extreme {
			return Glitch, 0
		}
		falls, rises = falls || f.Value < floor, rises && f.Value > floor
		floor = f.Value
	}
	known := len(next) - apart
	switch {
	case falls:
		return Glitch, 0
	case known < followers-1 || known < followers && !rises:
		return Pending, 0
	}
	if rise, ok := b.limit.rollover(before, &b.rs[i]); ok {
		return Rollover, rise
	}
	return Reset, 0
}

// jump judges reading i, which is further above the last accepted one than the
// limit allows.
func (b *bench) jump(i int) Verdict {
	next := b.rs[i+1 : min(i+1+followers, len(b.rs))]
	continued, prev := true, &b.rs[i]
	for j := range next {
		f := &next[j]
		if follows(b.last(), f, b.limit) {
			return Glitch
		}
		continued = continued && follows(prev, f, b.limit)
		prev = f
	}
	switch {
	case !continued:
		return Glitch
	case len(next) < followers:
		return Pending
	}
	return Jump
}

// follows reports whether a counter at a can stand at b afterwards.
func follows(a, b *Reading, limit *Limit) bool {
	return b.Value >= a.Value && b.Value <= extreme && limit.allows(a, b)
}

// ordered returns rs by time, one for each instant. It copies only when it must.
func ordered(rs []Reading) []Reading {
	strict := true
	for i := 1; i < len(rs) && strict; i++ {
		strict = rs[i-1].At.Before(rs[i].At)
	}
	if strict {
		return rs
	}
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b Reading) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Value, b.Value))
	})
	return slices.CompactFunc(rs, func(a, b Reading) bool { return a.At.Equal(b.At) })
}
