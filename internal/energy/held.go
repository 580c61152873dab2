package energy

import (
	"slices"
	"time"
)

// A Held is a time for which a sampled quantity, a temperature, is known.
type Held struct {
	From, To time.Time
	Value    int64 // thousandths of the base unit
}

// Hold returns when what one register sampled is known between from and to: each
// reading holds until the next, at most 90 min or twice the median of the sixteen
// intervals around, whichever is longer. The last one holds as long at most.
func Hold(rs []Reading, from, to time.Time) []Held {
	rs = ordered(rs)
	at := make([]Judged, len(rs))
	for i, r := range rs {
		at[i] = Judged{Reading: r, Verdict: Normal}
	}
	var out []Held
	for i, r := range rs {
		end := r.At.Add(lasting(at, i))
		if i+1 < len(rs) && rs[i+1].At.Before(end) {
			end = rs[i+1].At
		}
		h := Held{r.At, end, r.Value}
		if h.From.Before(from) {
			h.From = from
		}
		if h.To.After(to) {
			h.To = to
		}
		if h.From.Before(h.To) {
			out = append(out, h)
		}
	}
	return out
}

// lasting returns how long at[i] holds at most.
func lasting(at []Judged, i int) time.Duration {
	if i+1 < len(at) {
		return hold(at, i+1)
	}
	return max(2*median(gaps(at[max(0, i-neighbours):])), Longest)
}

func gaps(at []Judged) []time.Duration {
	var ds []time.Duration
	for i := 1; i < len(at); i++ {
		ds = append(ds, at[i].At.Sub(at[i-1].At))
	}
	return ds
}

// Pulse returns the median gap between the instants at which a meter spoke,
// whatever it said, among the last 256 of them; 0 when it spoke less than twice.
func Pulse(rs []Reading) time.Duration {
	at := make([]int64, len(rs))
	for i, r := range rs {
		at[i] = r.At.UnixMilli()
	}
	slices.Sort(at)
	at = slices.Compact(at)
	at = at[max(0, len(at)-256):]
	var ds []time.Duration
	for i := 1; i < len(at); i++ {
		ds = append(ds, time.Duration(at[i]-at[i-1])*time.Millisecond)
	}
	return median(ds)
}
