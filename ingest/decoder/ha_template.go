package decoder

import (
	"strconv"
	"strings"
)

// A stateTemplate is what a template of Home Assistant does, as far as it only
// takes a number out of a state and changes its unit.
type stateTemplate struct {
	path    string   // "$" for the whole state, else a path in its JSON
	members []string // of that path
	factor  factor
}

// A factor is num/den × 10^exp.
type factor struct {
	num, den uint64
	exp      int
}

// times returns s of what f has multiplied before.
func (f factor) times(s scale) scale {
	s.num, s.den, s.exp = max(s.num, 1)*f.num, max(s.den, 1)*f.den, s.exp+f.exp
	return s
}

// maxFactor keeps factors far from where a product with a unit's would not fit.
const maxFactor = 1_000_000_000

// multiply returns f multiplied, or divided, by n.
func (f factor) multiply(n number, divide bool) (factor, bool) {
	n = n.reduced()
	if n.neg || n.mant == 0 || n.mant > maxFactor || n.exp > 12 || n.exp < -12 {
		return f, false
	}
	if divide {
		f.den, f.exp = f.den*n.mant, f.exp-n.exp
	} else {
		f.num, f.exp = f.num*n.mant, f.exp+n.exp
	}
	return f, f.num <= maxFactor && f.den <= maxFactor && f.exp <= 24 && f.exp >= -24
}

// parseStateTemplate reads the templates that say where a number stands and by what
// constant it is multiplied or divided:
//
//	{{ value }}   {{ value | float(0) / 1000 }}   {{ float(value)/1000.0 }}
//	{{ value_json.ENERGY.Total }}   {{ value_json["a"]['b'][0] | round(2) }}
//
// Rounding is left out: what the sender shows is more. Anything else is not read:
// this is no Jinja.
func parseStateTemplate(text string) (t stateTemplate, ok bool) {
	if strings.TrimSpace(text) == "" {
		return stateTemplate{path: "$", factor: factor{1, 1, 0}}, true
	}
	inner, opened := strings.CutPrefix(strings.TrimSpace(text), "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	if !opened || !closed || len(text) > 256 {
		return t, false
	}
	p := templateParser{rest: strings.Trim(inner, "- \t\r\n")}
	term, ok := p.product(0)
	p.space()
	if !ok || p.rest != "" || term.path == "" {
		return t, false
	}
	return stateTemplate(term), true
}

// A term is a constant, or the state times a constant.
type term struct {
	path    string // "" for a constant
	members []string
	factor  factor
}

type templateParser struct{ rest string }

func (p *templateParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *templateParser) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

// product reads terms between * and /.
func (p *templateParser) product(depth int) (t term, ok bool) {
	if t, ok = p.filtered(depth); !ok {
		return t, false
	}
	for {
		divide := false
		switch {
		case p.take("*"):
		case p.take("/"):
			divide = true
		default:
			return t, true
		}
		next, ok := p.filtered(depth)
		switch {
		case !ok || next.path != "" && (t.path != "" || divide):
			return t, false
		case next.path != "":
			t.path, t.members = next.path, next.members
		}
		if divide {
			next.factor.num, next.factor.den, next.factor.exp = next.factor.den, next.factor.num, -next.factor.exp
		}
		f := factor{t.factor.num * next.factor.num, t.factor.den * next.factor.den, t.factor.exp + next.factor.exp}
		if f.num > maxFactor || f.den > maxFactor || f.exp > 24 || f.exp < -24 {
			return t, false
		}
		t.factor = f
	}
}

// filtered reads a term and the filters behind it, which bind closer than * and /.
func (p *templateParser) filtered(depth int) (t term, ok bool) {
	if t, ok = p.primary(depth); !ok {
		return t, false
	}
	for p.take("|") {
		p.space()
		switch p.identifier() {
		case "float", "int", "round", "default":
		default:
			return t, false
		}
		if p.take("(") {
			inside, after, closed := strings.Cut(p.rest, ")")
			if !closed || strings.ContainsAny(inside, "(|*/") {
				return t, false
			}
			p.rest = after
		}
	}
	return t, true
}

func (p *templateParser) primary(depth int) (t term, ok bool) {
	if depth > 8 {
		return t, false
	}
	p.space()
	switch {
	case p.take("("):
		t, ok = p.product(depth + 1)
		return t, ok && p.take(")")
	case p.rest != "" && (p.rest[0] >= '0' && p.rest[0] <= '9' || p.rest[0] == '.'):
		end := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789."))
		n, is := readNumber([]byte(p.rest[:end]))
		p.rest = p.rest[end:]
		t.factor, ok = factor{1, 1, 0}.multiply(n, false)
		return t, ok && is == isNumber
	}
	t.factor = factor{1, 1, 0}
	switch p.identifier() {
	case "value":
		t.path = "$"
		return t, true
	case "value_json":
		return p.members(t)
	case "float", "int":
		if !p.take("(") {
			return t, false
		}
		if t, ok = p.product(depth + 1); !ok {
			return t, false
		}
		if p.take(",") { // what it would be where there is none
			_, after, closed := strings.Cut(p.rest, ")")
			p.rest = after
			return t, closed
		}
		return t, p.take(")")
	}
	return t, false
}

// members reads .a, ["a"], ['a'] and [0] into a path of ours.
func (p *templateParser) members(t term) (term, bool) {
	var path strings.Builder
	for {
		switch {
		case strings.HasPrefix(p.rest, "."):
			p.rest = p.rest[1:]
			name := p.identifier()
			if name == "" || strings.HasPrefix(p.rest, "(") {
				return t, false
			}
			t.members = append(t.members, name)
			path.WriteString(`."` + name + `"`)
		case strings.HasPrefix(p.rest, "["):
			inside, after, closed := strings.Cut(p.rest[1:], "]")
			p.rest = after
			inside = strings.TrimSpace(inside)
			if i, err := strconv.Atoi(inside); err == nil && i >= 0 && closed {
				path.WriteString("[" + strconv.Itoa(i) + "]")
				continue
			}
			if !closed || len(inside) < 3 || inside[0] != inside[len(inside)-1] || inside[0] != '"' && inside[0] != '\'' {
				return t, false
			}
			name := inside[1 : len(inside)-1]
			if strings.ContainsAny(name, "\"'\\\t\n") {
				return t, false
			}
			t.members = append(t.members, name)
			path.WriteString(`."` + name + `"`)
		default:
			t.path = strings.TrimPrefix(path.String(), ".")
			return t, t.path != ""
		}
	}
}

func (p *templateParser) identifier() string {
	end := 0
	for end < len(p.rest) && isWord(p.rest[end:end+1]) {
		end++
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	return name
}
