package ingest

import (
	"cmp"
	"slices"

	"foyer/internal/energy"
)

// A Count says what became of readings of one meter that were made in one quarter
// of an hour, or of messages that arrived in it.
type Count struct {
	Meter   energy.MeterID // "" when none is known
	Gateway string         // where Meter is ""
	Quarter energy.Quarter
	Fate    energy.Fate
	N       int64 // below 0 for what has another fate by now
}

// Counts adds up what became of readings and messages. Its zero value is empty.
type Counts struct {
	of map[countKey]*energy.Tally

	// What was counted last: a message's readings come one after the other.
	last  countKey
	tally *energy.Tally // nil for nothing
}

type countKey struct {
	meter   energy.MeterID
	gateway string
	quarter energy.Quarter
}

// Reading counts readings like r.
func (c *Counts) Reading(r energy.Reading, f energy.Fate, n int64) {
	c.add(countKey{r.Meter, "", energy.QuarterOf(r.At)}, f, n)
}

// Case counts a message that waits for a person, or would.
func (c *Counts) Case(x Case, f energy.Fate) {
	k := countKey{x.Meter, "", energy.QuarterOf(x.At)}
	if x.Meter == "" {
		k.gateway = x.Gateway
	}
	c.add(k, f, 1)
}

func (c *Counts) add(k countKey, f energy.Fate, n int64) {
	if c.tally == nil || c.last != k {
		c.last, c.tally = k, c.of[k]
	}
	if c.tally == nil {
		if c.of == nil {
			c.of = map[countKey]*energy.Tally{}
		}
		c.tally = new(energy.Tally)
		c.of[k] = c.tally
	}
	c.tally[f] += n
}

// List returns the counts that are not 0, those of one meter together.
func (c *Counts) List() []Count {
	var all []Count
	for k, t := range c.of {
		for f, n := range t {
			if n != 0 {
				all = append(all, Count{k.meter, k.gateway, k.quarter, energy.Fate(f), n})
			}
		}
	}
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Gateway, b.Gateway),
			cmp.Compare(a.Quarter, b.Quarter), cmp.Compare(a.Fate, b.Fate))
	})
	return all
}
