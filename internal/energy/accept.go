package energy

import (
	"cmp"
	"slices"
)

// A Verdict says what a reading of a counter is, judged by its neighbours in time.
type Verdict int

// The verdicts on a reading. Only the last two are not accepted.
const (
	First    Verdict = iota // nothing is known before it: a segment starts
	Normal                  // the counter went on
	Rollover                // the counter passed its last digit and went on
	Reset                   // the counter started anew: a segment starts, the energy before it is unknown
	Jump                    // the counter rose beyond its limit and stayed there: a segment starts likewise
	Glitch                  // not what the counter stood at
	Pending                 // a drop or a jump that too few readings follow to tell
)

// Accepted reports whether energy is measured from readings of this verdict.
func (v Verdict) Accepted() bool { return v < Glitch }

// Starts reports whether a segment starts: the energy since the reading before is unknown.
func (v Verdict) Starts() bool { return v == First || v == Reset || v == Jump }

// A Judged is a reading and what it is.
type Judged struct {
	Reading
	Verdict Verdict
	Rise    int64 // since the accepted reading before; 0 when a segment starts or Verdict is not accepted
}

// followers is how many readings after a drop decide what it was.
const followers = 3

// extreme bounds what a counter can show, so that differences do not overflow.
const extreme = 1 << 61

// Accept judges the readings of one register, in any order and with duplicates,
// and returns them once each in order of time.
//
// A value below the accepted one before is a drop. If one of the three readings
// after it is not below the one before the drop, it is a glitch. If three follow,
// stay below and do not fall, it is a reset, or a rollover where the difference
// modulo nine digits of Wh is what the limit allows. If they fall, the drop is a
// glitch and the next reading is judged in its place. With fewer followers it is
// pending. A rise beyond the limit is judged likewise: a glitch if one of the
// three readings after it continues the one before, a jump if three continue it.
//
// Of two values at one instant, which no store keeps, the lower one stands.
func Accept(rs []Reading, limit Limit) []Judged {
	rs = ordered(rs)
	out := make([]Judged, len(rs))
	last := -1 // the last accepted one
	for i, r := range rs {
		out[i].Reading = r
		verdict, rise := Glitch, int64(0)
		switch {
		case r.Value > extreme || r.Value < -extreme:
		case last < 0:
			verdict = First
		case r.Value < rs[last].Value:
			verdict, rise = drop(rs, last, i, limit)
		case !limit.allows(r.Value-rs[last].Value, r.At.Sub(rs[last].At)):
			verdict = jump(rs, last, i, limit)
		default:
			verdict, rise = Normal, r.Value-rs[last].Value
		}
		out[i].Verdict, out[i].Rise = verdict, rise
		if verdict.Accepted() {
			last = i
		}
	}
	return out
}

// drop judges rs[i], which is below the accepted rs[last].
func drop(rs []Reading, last, i int, limit Limit) (Verdict, int64) {
	next := rs[i+1 : min(i+1+followers, len(rs))]
	before, floor, falls := rs[last], rs[i].Value, false
	for _, f := range next {
		if f.Value >= before.Value && f.Value <= extreme {
			return Glitch, 0
		}
		falls = falls || f.Value < floor
		floor = f.Value
	}
	switch {
	case falls:
		return Glitch, 0
	case len(next) < followers:
		return Pending, 0
	}
	if rise, ok := limit.rollover(rs[i].Register, before.Value, rs[i].Value, rs[i].At.Sub(before.At)); ok {
		return Rollover, rise
	}
	return Reset, 0
}

// jump judges rs[i], which is further above the accepted rs[last] than the limit allows.
func jump(rs []Reading, last, i int, limit Limit) Verdict {
	next := rs[i+1 : min(i+1+followers, len(rs))]
	continued, prev := true, rs[i]
	for _, f := range next {
		if follows(rs[last], f, limit) {
			return Glitch
		}
		continued = continued && follows(prev, f, limit)
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
func follows(a, b Reading, limit Limit) bool {
	return b.Value >= a.Value && b.Value <= extreme && limit.allows(b.Value-a.Value, b.At.Sub(a.At))
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
