package pages

import (
	"strings"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
)

// readers is the list of who read a family's data.
type readers struct{ Reads []read }

// A read is one line of it.
type read struct{ Who, What, Why, When, Times string }

func drawReads(w *words, list []disclosure.Read) readers {
	var v readers
	for _, r := range list {
		line := read{
			Who:  w.say("access.by." + string(r.Kind)),
			What: capital(w.what(r.View)),
			Why:  w.or("access.why."+string(r.Purpose), "access.why.unknown"),
			When: capital(w.when(r.At)),
		}
		if r.Purpose == consent.OpenStatistics && r.Kind == consent.Staff {
			line.Who = w.say("access.by.open_statistics")
		}
		if r.Times > 1 {
			line.Times = w.say("access.times", "Count", r.Times)
		}
		v.Reads = append(v.Reads, line)
	}
	return v
}

// what says what was read.
func (w *words) what(view string) string {
	if year, ok := strings.CutPrefix(view, "aggregates_"); ok {
		return w.say("access.what.aggregates", "Year", year)
	}
	return w.or("access.what."+view, "access.what.unknown")
}
