package ingest

import "foyer/internal/energy"

// Firsts find, among readings taken in one after the other, the first of a key.
// Registers whose readings come in order of time, which is nearly all of them, cost
// no more than their newest instant.
type firsts struct {
	newest map[registerKey]int64         // UTC milliseconds
	all    map[readingKey]energy.Reading // nil until one comes that is not newer
}

func newFirsts() *firsts { return &firsts{newest: map[registerKey]int64{}} }

// of returns the reading that came before r under its key; false when r is the
// first. before are all that were the first of theirs, without r.
func (f *firsts) of(r energy.Reading, before []energy.Reading) (energy.Reading, bool) {
	k := keyOf(r)
	if newest, known := f.newest[k.registerKey]; !known || k.at > newest {
		f.newest[k.registerKey] = k.at
		if f.all != nil {
			f.all[k] = r
		}
		return energy.Reading{}, false
	}
	if f.all == nil {
		f.all = make(map[readingKey]energy.Reading, len(before))
		for _, b := range before {
			f.all[keyOf(b)] = b
		}
	}
	first, twice := f.all[k]
	if !twice {
		f.all[k] = r
	}
	return first, twice
}
