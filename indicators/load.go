package indicators

import (
	"slices"
	"time"

	"foyer/internal/energy"
)

// A Load is what the half-hours of a local day say, in short. It has no figure of what
// was not seen.
type Load struct {
	Signs string  // of each half-hour of the day: "+" something was used, "0" nothing, "?" not known
	Least *int64  // thousandths of Wh in the smallest half-hour; nil where one is not known
	Most  *int64  // likewise in the largest that is known; nil without one
	Night []int64 // thousandths of Wh of the known half-hours that begin from 02:00 on and before 05:00
	Sum   int64   // thousandths of the base unit, of all that is known
}

// The hours of the night in which least goes on.
const (
	nightFrom = 2
	nightTo   = 5
)

// LoadOf returns the load of a local day from its half-hours, in any order; those of
// several registers at one time add up. A half-hour is known where all of it was seen
// and measured. With spoken, the instants of the meter's readings in order, it is known
// only between two that are at most an hour apart: what was counted over a longer time
// says nothing of a half-hour.
func LoadOf(day energy.Day, zone *time.Location, slots []energy.Slot, spoken []time.Time) Load {
	type half struct {
		energy int64
		known  bool
	}
	of := map[int64]half{}
	for _, s := range slots {
		at := s.Start.UnixMilli()
		h, other := of[at]
		seen := s.Coverage.Of > 0 && s.Coverage.Seen >= s.Coverage.Of && !s.Coverage.Estimated && !s.Coverage.Provision
		of[at] = half{h.energy + s.Energy, seen && (h.known || !other) && (spoken == nil || told(spoken, s.Start))}
	}
	var l Load
	signs := make([]byte, 0, 50)
	whole := true
	for at := day.Start(zone); at.Before(day.End(zone)); at = at.Add(energy.SlotLength) {
		h := of[at.UnixMilli()]
		switch {
		case !h.known:
			signs, whole = append(signs, '?'), false
			continue
		case h.energy > 0:
			signs = append(signs, '+')
		default:
			signs = append(signs, '0')
		}
		l.Sum += h.energy
		if l.Least == nil || h.energy < *l.Least {
			l.Least = ptr(h.energy)
		}
		if l.Most == nil || h.energy > *l.Most {
			l.Most = ptr(h.energy)
		}
		if hour := at.In(zone).Hour(); hour >= nightFrom && hour < nightTo {
			l.Night = append(l.Night, h.energy)
		}
	}
	if !whole {
		l.Least = nil
	}
	l.Signs = string(signs)
	return l
}

// told reports whether readings say what a half-hour used: those around it, and any
// within, are at most an hour apart.
func told(spoken []time.Time, start time.Time) bool {
	end := start.Add(energy.SlotLength)
	first, _ := slices.BinarySearchFunc(spoken, start.Add(1), time.Time.Compare)
	last, _ := slices.BinarySearchFunc(spoken, end, time.Time.Compare)
	if first == 0 || last == len(spoken) {
		return false
	}
	for i := first; i <= last; i++ {
		if spoken[i].Sub(spoken[i-1]) > time.Hour {
			return false
		}
	}
	return true
}

// coverage returns how much of the day is known.
func (l Load) coverage(day energy.Day, zone *time.Location) energy.Coverage {
	c := energy.Coverage{Of: day.End(zone).Sub(day.Start(zone))}
	for _, s := range l.Signs {
		if s != '?' {
			c.Seen += energy.SlotLength
		}
	}
	return c
}

// seen returns how much of the last n days of the period is known by half-hours.
func (in Input) seen(loads map[energy.Day]Load, n int) energy.Coverage {
	var c energy.Coverage
	for d := in.To.Add(-n); d.Before(in.To); d = d.Add(1) {
		c = c.Add(loads[d].coverage(d, in.Zone))
	}
	return c
}
