package energy

import (
	"cmp"
	"slices"
	"time"
)

// A Span is a stretch of one meter's time in which its readings changed.
type Span struct {
	Meter    MeterID
	From, To time.Time // UTC; From is included, To is not
}

// A Conflict is another value that a register showed at an instant of the same
// device time. The first one stands.
type Conflict struct {
	First  Reading
	Second int64     // thousandths of the base unit
	Seen   time.Time // when the second one was noticed, world clock
}

// Join sorts spans by meter and time and joins those of one meter that touch or
// overlap.
func Join(spans []Span) []Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), a.From.Compare(b.From), a.To.Compare(b.To))
	})
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].Meter == s.Meter && !out[n-1].To.Before(s.From) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
