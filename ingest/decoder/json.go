package decoder

import "bytes"

// This file is the decoders' only way to JSON; the parser beside it can be
// exchanged without them. A payload is read once, into a flat list of nodes that
// point into it: numbers keep their digits, keys their order, and reading a
// message allocates next to nothing.

// A kind is what a JSON value is.
type kind uint8

const (
	absent kind = iota // no such value
	null               // null, and the bare nan and inf that some firmware prints
	boolean
	digits
	text
	list
	object
)

// maxDepth is how deep a document may nest.
const maxDepth = 32

// A document is a parsed payload.
type document struct {
	src   []byte
	nodes []node
	names names // of all members
	bad   int   // where parse gave up

	repeated bool // somebody asked for a name that an object has twice, with different values
}

// A node is one value; its children follow it.
type node struct {
	kind           kind
	escaped        bool  // the text holds escapes
	keyEscaped     bool  // the key does
	from, to       int32 // the value in src, without quotes
	keyFrom, keyTo int32 // the key in src, without quotes
	parent         int32
	next           int32 // the node after this one and its children
}

// A value is a node of a document; its zero value is absent.
type value struct {
	doc *document
	at  int32
}

// parse reads src and reports whether it is one JSON value. It keeps src.
func (d *document) parse(src []byte) bool {
	d.src, d.nodes, d.names, d.repeated = src, d.nodes[:0], names{}, false
	p := parser{doc: d}
	p.space()
	ok := p.value(-1, 0, node{})
	p.space()
	d.bad = p.pos
	return ok && p.pos == len(src)
}

// one makes src, whatever it is, the one text of d. It keeps src.
func (d *document) one(src []byte) {
	d.names = names{}
	d.src, d.nodes = src, append(d.nodes[:0], node{kind: text, to: int32(len(src)), parent: -1, next: 1}) //nolint:gosec // a payload has at most 1 MiB
}

func (d *document) root() value { return value{d, 0} }

func (v value) node() *node { return &v.doc.nodes[v.at] }

// kind returns what v is.
func (v value) kind() kind {
	if v.doc == nil {
		return absent
	}
	return v.node().kind
}

// scalar reports whether v is text, a number or a boolean.
func (v value) scalar() bool { k := v.kind(); return k == digits || k == text || k == boolean }

// raw returns the bytes of a scalar without quotes, unescaped.
func (v value) raw() []byte {
	if !v.scalar() {
		return nil
	}
	n := v.node()
	b := v.doc.src[n.from:n.to]
	if n.escaped {
		return unescape(b)
	}
	return b
}

// text returns a scalar as text, "" for anything else.
func (v value) text() string { return string(v.raw()) }

// rawKey returns the name of v in its object.
func (v value) rawKey() []byte { return v.doc.key(v.node()) }

// key returns the name of n in its object.
func (d *document) key(n *node) []byte {
	b := d.src[n.keyFrom:n.keyTo]
	if n.keyEscaped {
		return unescape(b)
	}
	return b
}

// key returns the name of v in its object.
func (v value) key() string { return string(v.rawKey()) }

// is reports whether the name of v in its object is key.
func (v value) is(key string) bool { return string(v.rawKey()) == key }

// begins reports whether the name of v in its object begins with prefix.
func (v value) begins(prefix string) bool {
	b := v.rawKey()
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// parent returns the object or list that holds v.
func (v value) parent() value {
	if v.doc == nil || v.node().parent < 0 {
		return value{}
	}
	return value{v.doc, v.node().parent}
}

// children yields the members of an object or list with their position.
func (v value) children(yield func(int, value) bool) {
	if k := v.kind(); k != object && k != list {
		return
	}
	end := v.node().next
	for i, at := 0, v.at+1; at < end; i, at = i+1, v.doc.nodes[at].next {
		if !yield(i, value{v.doc, at}) {
			return
		}
	}
}

// get returns the member of an object; of a repeated name the last.
func (v value) get(key string) (found value) {
	if v.kind() != object {
		return value{}
	}
	end := v.node().next
	for at := v.at + 1; at < end; at = v.doc.nodes[at].next {
		if c := (value{v.doc, at}); c.is(key) {
			if found.doc != nil && !found.says(c) {
				v.doc.repeated = true
			}
			found = c
		}
	}
	return found
}

// says reports whether two values are the same, as they are written. Objects and lists
// never are.
func (v value) says(w value) bool {
	return v.kind() == w.kind() && v.kind() != object && v.kind() != list && bytes.Equal(v.raw(), w.raw())
}

// index returns the i-th element of a list.
func (v value) index(i int) value {
	if v.kind() != list {
		return value{}
	}
	for j, c := range v.children {
		if j == i {
			return c
		}
	}
	return value{}
}
