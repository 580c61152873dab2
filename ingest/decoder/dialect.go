package decoder

import (
	"cmp"
	"slices"
	"sync"
)

// A Decoder reads one dialect.
type Decoder struct {
	// Name is family/shape, as in the reference of meters.
	Name string

	// Order decides who is asked first where topics overlap: lower first, then
	// by name. Shapes within a shared topic take less than 50, whole topics 50,
	// topics that are all names 90.
	Order int

	// Topics are patterns; the first that matches names the segments.
	Topics []string

	// Fits tests the shape; nil accepts every payload.
	Fits func(*Input) bool

	// Decode reads a message that matched. Its error refuses the message.
	Decode func(*Input) (Result, error)

	// Doc is what the reference of meters says of it.
	Doc Doc

	patterns []pattern
}

var registered []*Decoder

// register adds a dialect; it is called from init functions only.
func register(d Decoder) { registered = append(registered, &d) }

// dialects returns all dialects, compiled, in the order in which they are asked.
// A dialect that does not compile is a mistake of programming.
var dialects = sync.OnceValue(func() []*Decoder {
	all := slices.Clone(registered)
	for _, t := range templates() {
		all = append(all, t.decoder())
	}
	slices.SortFunc(all, func(a, b *Decoder) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name))
	})
	for i, d := range all {
		if i > 0 && d.Name == all[i-1].Name || d.Name == "" || d.Decode == nil {
			panic("decoder: dialect twice or incomplete: " + d.Name)
		}
		for _, t := range d.Topics {
			p, err := newPattern(t)
			if err != nil {
				panic("decoder: " + d.Name + ": " + err.Error())
			}
			d.patterns = append(d.patterns, p)
		}
	}
	return all
})

// Dialects returns the names of all dialects in the order in which they are asked.
func Dialects() []string {
	var names []string
	for _, d := range dialects() {
		names = append(names, d.Name)
	}
	return names
}
