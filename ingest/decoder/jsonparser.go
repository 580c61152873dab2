package decoder

import (
	"strconv"
	"unicode/utf8"
)

// A parser reads JSON as RFC 8259 spells it, and bare nan and inf besides.
type parser struct {
	doc *document
	pos int
}

func (p *parser) space() {
	for p.pos < len(p.doc.src) {
		switch p.doc.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) take(c byte) bool {
	if p.pos < len(p.doc.src) && p.doc.src[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// value reads one value; n brings its key.
func (p *parser) value(parent int32, depth int, n node) bool {
	if p.pos == len(p.doc.src) || depth > maxDepth {
		return false
	}
	at := int32(len(p.doc.nodes)) //nolint:gosec // a payload has at most 1 MiB
	n.parent = parent
	p.doc.nodes = append(p.doc.nodes, n)
	var ok bool
	switch c := p.doc.src[p.pos]; {
	case c == '{':
		n.kind, ok = object, p.members(at, depth, '}')
	case c == '[':
		n.kind, ok = list, p.members(at, depth, ']')
	case c == '"':
		n.kind = text
		n.from, n.to, n.escaped, ok = p.quoted()
	case c == '-' || c >= '0' && c <= '9':
		n.kind, n.from = digits, p.offset()
		ok = p.number()
		if !ok && p.word("inf", "Infinity", "Inf", "INF", "nan", "NaN") { // after the sign
			n.kind, ok = null, true
		}
		n.to = p.offset()
	default:
		n.from = p.offset()
		switch {
		case p.word("true", "false"):
			n.kind, ok = boolean, true
		case p.word("null", "nan", "NaN", "NAN", "inf", "Infinity", "Inf", "INF"):
			n.kind, ok = null, true
		}
		n.to = p.offset()
	}
	n.next = int32(len(p.doc.nodes)) //nolint:gosec // a payload has at most 1 MiB
	p.doc.nodes[at] = n
	return ok
}

func (p *parser) offset() int32 { return int32(p.pos) } //nolint:gosec // a payload has at most 1 MiB

func (p *parser) word(words ...string) bool {
	rest := p.doc.src[p.pos:]
	for _, w := range words {
		if len(rest) >= len(w) && string(rest[:len(w)]) == w {
			p.pos += len(w)
			return true
		}
	}
	return false
}

// members reads an object or a list, up to closing.
func (p *parser) members(parent int32, depth int, closing byte) bool {
	p.pos++
	p.space()
	if p.take(closing) {
		return true
	}
	for {
		var n node
		if closing == '}' {
			var ok bool
			if n.keyFrom, n.keyTo, n.keyEscaped, ok = p.quoted(); !ok {
				return false
			}
			addName(&p.doc.names, p.doc.key(&n))
			p.space()
			if !p.take(':') {
				return false
			}
			p.space()
		}
		if !p.value(parent, depth+1, n) {
			return false
		}
		p.space()
		if p.take(closing) {
			return true
		}
		if !p.take(',') {
			return false
		}
		p.space()
	}
}

// quoted reads a string and returns its inside.
func (p *parser) quoted() (from, to int32, escaped, ok bool) {
	if !p.take('"') {
		return 0, 0, false, false
	}
	from = p.offset()
	src := p.doc.src
	for p.pos < len(src) {
		switch c := src[p.pos]; {
		case c == '"':
			to = p.offset()
			p.pos++
			return from, to, escaped, true
		case c < ' ':
			return 0, 0, false, false
		case c == '\\':
			escaped = true
			if !p.escape() {
				return 0, 0, false, false
			}
		default:
			p.pos++
		}
	}
	return 0, 0, false, false
}

func (p *parser) escape() bool {
	src := p.doc.src
	if p.pos+1 >= len(src) {
		return false
	}
	switch src[p.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		p.pos += 2
		return true
	case 'u':
		if p.pos+6 > len(src) || hex(src[p.pos+2:p.pos+6]) < 0 {
			return false
		}
		p.pos += 6
		return true
	}
	return false
}

// number reads the digits of a number as RFC 8259 spells them.
func (p *parser) number() bool {
	p.take('-')
	if !p.take('0') && !p.digits() {
		return false
	}
	if p.take('.') && !p.digits() {
		return false
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		return p.digits()
	}
	return true
}

func (p *parser) digits() bool {
	from := p.pos
	for p.pos < len(p.doc.src) && p.doc.src[p.pos] >= '0' && p.doc.src[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > from
}

// hex reads four hexadecimal digits, -1 when they are none.
func hex(b []byte) rune {
	n, err := strconv.ParseUint(string(b), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// unescape resolves the escapes of a string that was read before.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex(b[i+1 : i+5])
			i += 4
			if r >= 0xd800 && r < 0xdc00 && i+6 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' {
				if low := hex(b[i+3 : i+7]); low >= 0xdc00 && low < 0xe000 {
					r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return out
}
