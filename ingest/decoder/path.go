package decoder

import (
	"fmt"
	"strconv"
	"strings"
)

// A path leads to values in a JSON document. It is a list of names and nothing
// more, so that it always ends:
//
//	ENERGY.Total        a member of a member
//	"1-0:1.8.0".value   names with dots are quoted
//	data[0].ts          an element
//	ENERGY.Power[]      every element; {index} is its position
//	*.Temperature       every member; {key} is its name
//	DS18B20*.Id         every member whose name begins so
//	.unit  ..unit       a sibling of the value found, of its parent
//	$                   the document
type path struct {
	text  string
	up    int // levels above the value found; 0: from the root
	steps []step
	names names // of its members, other than those it knows the beginning of
	wild  bool  // it can lead to several values
}

type step struct {
	name   string // of a member
	prefix bool   // name is the beginning of the names of several
	index  int    // of an element; -1: of every one
	elem   bool   // the step takes elements
}

func newPath(text string) (path, error) {
	p := path{text: text}
	rest := strings.TrimPrefix(text, "$")
	for p.up = 0; strings.HasPrefix(rest, ".") && text[0] == '.'; p.up++ {
		rest = rest[1:]
	}
	rest = strings.TrimPrefix(rest, ".")
	for rest != "" {
		var s step
		switch rest[0] {
		case '[':
			inner, after, ok := strings.Cut(rest[1:], "]")
			s.elem, s.index = true, -1
			if n, err := strconv.Atoi(inner); err == nil && n >= 0 {
				s.index = n
			} else if inner != "" {
				ok = false
			}
			if !ok {
				return p, fmt.Errorf("path %q: index", text)
			}
			rest = after
		case '"':
			inner, after, ok := strings.Cut(rest[1:], `"`)
			if !ok {
				return p, fmt.Errorf("path %q: quote", text)
			}
			s.name, rest = inner, after
		default:
			n := strings.IndexAny(rest, ".[")
			if n < 0 {
				n = len(rest)
			}
			s.name, s.prefix = strings.CutSuffix(rest[:n], "*")
			if s.name == "" && !s.prefix || strings.Contains(s.name, "*") {
				return p, fmt.Errorf("path %q: name", text)
			}
			rest = rest[n:]
		}
		p.steps = append(p.steps, s)
		if !s.elem && !s.prefix {
			addName(&p.names, s.name)
		}
		p.wild = p.wild || s.prefix || s.elem && s.index < 0
		if after, dot := strings.CutPrefix(rest, "."); dot {
			if after == "" {
				return p, fmt.Errorf("path %q: ends in a dot", text)
			}
			rest = after
		}
	}
	return p, nil
}

// A found value remembers through which member and element it was reached.
type found struct {
	value  value
	member value // the last one a wildcard chose
	index  int   // the last one
}

// one returns the value p leads to, the last of several. base is the value that
// relative paths start from.
func (p *path) one(root, base value) value {
	v := root
	if p.up > 0 {
		v = base
		for range p.up {
			v = v.parent()
		}
	}
	if !p.mayLead(v) {
		return value{}
	}
	for i := range p.steps {
		if s := &p.steps[i]; s.elem {
			v = v.index(max(s.index, 0))
		} else {
			v = v.get(s.name)
		}
		if v.kind() == absent {
			return value{}
		}
	}
	return v
}

// mayLead reports whether p can lead anywhere from v: false is sure.
func (p *path) mayLead(v value) bool { return v.doc != nil && v.doc.names.mayHold(&p.names) }

// each calls do for every value p leads to.
func (p *path) each(root value, do func(found)) {
	if !p.wild {
		if v := p.one(root, value{}); v.kind() != absent {
			do(found{value: v})
		}
		return
	}
	if p.mayLead(root) {
		walk(p.steps, found{value: root}, do)
	}
}

func walk(steps []step, f found, do func(found)) {
	if len(steps) == 0 {
		do(f)
		return
	}
	s := &steps[0]
	switch {
	case s.elem && s.index >= 0:
		f.value = f.value.index(s.index)
	case s.elem:
		if f.value.kind() != list {
			return
		}
		for i, c := range f.value.children {
			walk(steps[1:], found{c, f.member, i}, do)
		}
		return
	case s.prefix:
		if f.value.kind() != object {
			return
		}
		for _, c := range f.value.children {
			if c.begins(s.name) {
				walk(steps[1:], found{c, c, f.index}, do)
			}
		}
		return
	default:
		f.value = f.value.get(s.name)
	}
	if f.value.kind() != absent {
		walk(steps[1:], f, do)
	}
}
