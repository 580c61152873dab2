package main

import (
	"cmp"
	"slices"
	"strings"
)

// A Property is one thing that is to hold whatever breaks.
type Property struct {
	IDs   []string // as docs/explanation/reliability.md names what one run measures
	Says  string
	Full  int // cycles of a whole run
	Short int // cycles of the selection that every change runs; 0 leaves it out
	Round int // cycles that share one seed and one pilot; 0: all of them
	Needs []Need

	// Apart leaves it out of a whole run: it is asked for by its id.
	Apart bool

	// Beside says that most of the time is spent waiting: it runs while the others do.
	Beside bool
	Run    func(t *Trial) // t.Cycles cycles
}

var properties []*Property

// register adds a property to the open set.
func register(p Property) {
	for _, id := range p.IDs {
		if slices.ContainsFunc(properties, func(o *Property) bool { return slices.Contains(o.IDs, id) }) {
			panic("two properties are named " + id)
		}
	}
	properties = append(properties, &p)
}

// number orders R2 before R10, and S2 after both.
func (p *Property) number() string {
	return p.IDs[0][:1] + strings.Repeat(" ", 4-len(p.IDs[0])) + p.IDs[0][1:]
}

// chosen returns the properties with one of these ids, for none all that are not apart,
// in their order, and the ids that no property has.
func chosen(ids []string, short bool) (all []*Property, unknown []string) {
	wanted := func(p *Property) bool {
		if len(ids) == 0 {
			return short && p.Short > 0 || !short && !p.Apart
		}
		return slices.ContainsFunc(p.IDs, func(id string) bool { return slices.Contains(ids, id) })
	}
	for _, p := range properties {
		if wanted(p) {
			all = append(all, p)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(properties, func(p *Property) bool { return slices.Contains(p.IDs, id) }) {
			unknown = append(unknown, id)
		}
	}
	slices.SortFunc(all, func(a, b *Property) int { return cmp.Compare(a.number(), b.number()) })
	return all, unknown
}
