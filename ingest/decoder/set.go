package decoder

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Set is the dialects that are asked, in a fixed order. It never changes and is
// safe for concurrent use.
type Set struct {
	decoders  []*Decoder // in the order in which they are asked
	templates []*template
	families  []meterFamily
	index     index
	asked     map[string]bool // keys of the site's configuration that templates ask for
}

// Builtin returns the dialects that come with Foyer.
func Builtin() *Set { return builtin() }

// A dialect of our own that does not compile is a mistake of programming.
var builtin = sync.OnceValue(func() *Set {
	templates, err := parseTemplates(embedded(), nil)
	if err != nil {
		panic("decoder: " + err.Error())
	}
	s, err := newSet(registered, registeredFamilies, templates)
	if err != nil {
		panic("decoder: " + err.Error())
	}
	return s
})

func newSet(decoders []*Decoder, families []meterFamily, templates []*template) (*Set, error) {
	s := &Set{decoders: slices.Clone(decoders), families: slices.Clone(families), templates: templates}
	for _, t := range templates {
		s.decoders = append(s.decoders, t.decoder())
		if !slices.ContainsFunc(s.families, func(f meterFamily) bool { return f.Name == t.family.Name }) {
			s.families = append(s.families, t.family)
		}
	}
	slices.SortFunc(s.families, func(a, b meterFamily) int { return strings.Compare(a.Title, b.Title) })
	slices.SortFunc(s.decoders, func(a, b *Decoder) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name))
	})
	named := map[string]bool{}
	for _, d := range s.decoders {
		if d.Name == "" || d.Decode == nil {
			return nil, fmt.Errorf("dialect %q is incomplete", d.Name)
		}
		if named[d.Name] {
			return nil, fmt.Errorf("two dialects are called %s", d.Name)
		}
		named[d.Name] = true
		d.patterns = d.patterns[:0]
		for _, t := range d.Topics {
			p, err := newPattern(t)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", d.Name, err)
			}
			d.patterns = append(d.patterns, p)
		}
	}
	s.index = newIndex(s.decoders)
	s.asked = asks(templates)
	return s, nil
}

// Dialects returns the names of all dialects in the order in which they are asked.
func (s *Set) Dialects() []string {
	var names []string
	for _, d := range s.decoders {
		names = append(names, d.Name)
	}
	return names
}

// Knows reports whether a dialect is in s.
func (s *Set) Knows(dialect string) bool {
	return slices.ContainsFunc(s.decoders, func(d *Decoder) bool { return d.Name == dialect })
}

// Decode reads m with the first dialect that fits its topic and its shape.
//
// The error is a [*Refusal] exactly when the outcome is [Refused]: the message
// is malformed, or nobody understands it; it should be kept for a person.
// Assume["dialect"] pins the dialect by name.
func (s *Set) Decode(m Message) (Result, error) { return s.decode(m, nil) }

// Explain is [Set.Decode] that also says, line by line, which dialect matched, which
// paths gave what and why something was left out. The lines quote the payload.
func (s *Set) Explain(m Message) (Result, []string, error) {
	t := new(trace)
	r, err := s.decode(m, t)
	return r, t.lines, err
}

// Decode is [Set.Decode] of the dialects that come with Foyer.
func Decode(m Message) (Result, error) { return Builtin().Decode(m) }

// Explain is [Set.Explain] of the dialects that come with Foyer.
func Explain(m Message) (Result, []string, error) { return Builtin().Explain(m) }

func (s *Set) decode(m Message, t *trace) (res Result, err error) {
	in := newInput(m, t)
	defer in.release()
	tried, words := "", 1
	defer func() {
		if p := recover(); p != nil { // a broken decoder must not stop the others
			t.addf("panic: %v", p)
			res, err = refused(tried, reasonPanic)
		}
	}()
	switch {
	case len(m.Payload) > maxPayload:
		return refused("", reasonSize)
	case !in.splitTopic():
		return refused("", reasonTopic)
	}
	reason := reasonUnknown
	pin, _ := m.Assume["dialect"].(string)
	s.index.look(in)
	for last := -1; ; {
		c, more := in.next()
		if !more {
			break
		}
		d := s.decoders[c.decoder()]
		if c.decoder() == last || pin != "" && pin != d.Name || !in.match(&d.patterns[c.pattern()]) {
			continue // a topic that has matched is named by the first of its patterns
		}
		last = c.decoder()
		in.wanted = false
		if fits := d.Fits == nil || d.Fits(in); !fits {
			if in.broken() && in.pattern.words >= words { // of those that wanted JSON, the one whose topic says most
				tried, words, reason = d.Name, in.pattern.words, reasonJSON
			}
			continue
		}
		tried = d.Name
		if t != nil {
			t.addf("dialect %s: topic %s", d.Name, in.pattern.text)
		}
		res, err = d.Decode(in)
		return finish(in, d.Name, res, err)
	}
	switch {
	case len(m.Payload) == 0:
		return Result{Dialect: tried, Outcome: Ignored, Reason: reasonEmpty}, nil
	case in.saysNothing():
		return Result{Dialect: tried, Outcome: Ignored, Reason: reasonNoValue}, nil
	case in.parsed && !in.valid && in.looksLikeJSON():
		t.addf("the JSON breaks off or goes wrong at byte %d of %d", in.doc.bad, len(m.Payload))
		reason = reasonJSON
	}
	return refused(tried, reason)
}
