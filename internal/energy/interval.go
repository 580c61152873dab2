package energy

import (
	"cmp"
	"slices"
	"time"
)

// Spread returns the energy that short intervals of one register, of at most 90
// min, state for each slot, spread as [Usage] does. Longer ones are left out, see
// [Totals]. What the sender estimated is not seen. Where intervals overlap the
// shorter one stands. Nil when no interval touches the slots.
func Spread(ivs []Interval, slots []time.Time) []Slot {
	ivs = apart(ivs, func(iv Interval) bool { return iv.To.Sub(iv.From) <= Longest })
	if len(ivs) == 0 || len(slots) == 0 {
		return nil
	}
	out := make([]Slot, len(slots))
	for i, start := range slots {
		out[i] = Slot{Register: ivs[0].Register, Start: start, Coverage: Coverage{Of: SlotLength}}
	}
	g := grid{slots: out}
	for _, iv := range ivs {
		g.spread(iv.From, iv.To, iv.Energy, !iv.Estimated, iv.Estimated)
	}
	if !slices.ContainsFunc(out, Slot.Known) {
		return nil
	}
	return out
}

// A Total is the energy of one register on one local day.
type Total struct {
	Register Register
	Day      Day
	Energy   int64 // thousandths of the base unit
	Coverage Coverage
}

// Totals returns the energy that long intervals of one register, of more than 90
// min, state for each local day. One that spans several days is spread evenly over
// time, by largest remainder, and its days are marked estimated. What the sender
// estimated is not seen. Where intervals overlap the shorter one stands.
func Totals(ivs []Interval, zone *time.Location) []Total {
	byDay := map[Day]*Total{}
	var out []*Total
	for _, iv := range apart(ivs, func(iv Interval) bool { return iv.To.Sub(iv.From) > Longest }) {
		parts := days(iv, zone)
		for _, p := range parts {
			t := byDay[p.day]
			if t == nil {
				t = &Total{Register: iv.Register, Day: p.day, Coverage: Coverage{Of: p.day.End(zone).Sub(p.day.Start(zone))}}
				byDay[p.day], out = t, append(out, t)
			}
			t.Energy += p.energy
			if !iv.Estimated {
				t.Coverage.Seen += p.length
			}
			t.Coverage.Estimated = t.Coverage.Estimated || iv.Estimated || len(parts) > 1
		}
	}
	slices.SortFunc(out, func(a, b *Total) int { return a.Day.utc().Compare(b.Day.utc()) })
	all := make([]Total, len(out))
	for i, t := range out {
		all[i] = *t
	}
	return all
}

// apart returns the intervals that pick chooses, by time, without those that
// overlap a shorter one.
func apart(ivs []Interval, pick func(Interval) bool) []Interval {
	var in []Interval
	for _, iv := range ivs {
		if iv.From.Before(iv.To) && iv.Energy >= 0 && pick(iv) {
			in = append(in, iv)
		}
	}
	slices.SortFunc(in, func(a, b Interval) int {
		return cmp.Or(cmp.Compare(a.To.Sub(a.From), b.To.Sub(b.From)), a.From.Compare(b.From), cmp.Compare(a.Energy, b.Energy))
	})
	var kept []Interval // by time
	for _, iv := range in {
		at, _ := slices.BinarySearchFunc(kept, iv, func(k, iv Interval) int { return k.From.Compare(iv.From) })
		if at > 0 && kept[at-1].To.After(iv.From) || at < len(kept) && kept[at].From.Before(iv.To) {
			continue
		}
		kept = slices.Insert(kept, at, iv)
	}
	return kept
}

// A dayPart is what one local day gets of an interval.
type dayPart struct {
	day    Day
	length time.Duration
	energy int64
	rem    int64
}

// days divides an interval over its local days.
func days(iv Interval, zone *time.Location) []dayPart {
	var parts []dayPart
	left, length := iv.Energy, iv.To.Sub(iv.From).Milliseconds()
	for d := DayOf(iv.From, zone); d.Start(zone).Before(iv.To); d = d.Add(1) {
		o := overlap(d.Start(zone), d.End(zone), iv.From, iv.To)
		p := divide(iv.Energy, o.Milliseconds(), length, 0, 1)
		parts = append(parts, dayPart{d, o, p.base, p.rem})
		left -= p.base
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b].rem, parts[a].rem) })
	for _, i := range order[:left] {
		parts[i].energy++
	}
	return parts
}
