package decoder

import (
	"slices"

	"github.com/goccy/go-yaml"
)

// A cond is something a message says or does not. In YAML it is a path, which
// must lead to a value other than null, or
//
//	{path: error, not_in: ["no error", ""]}
//	{path: current_tarif, in: ["HC.."]}
//
// which are about text, numbers and booleans that are there, or
//
//	{path: power, even_null: true}
//
// which is about what is there at all.
type cond struct {
	Path     string   `yaml:"path"`
	In       []string `yaml:"in"`
	NotIn    []string `yaml:"not_in"`
	EvenNull bool     `yaml:"even_null"`
	path     path
}

// UnmarshalYAML reads either form.
func (c *cond) UnmarshalYAML(b []byte) (err error) {
	type plain cond
	if yaml.Unmarshal(b, &c.Path) != nil {
		if err := yaml.UnmarshalWithOptions(b, (*plain)(c), yaml.Strict()); err != nil {
			return err
		}
	}
	c.path, err = newPath(c.Path)
	return err
}

// holds reports whether c is true of the document root, or near base.
func (c *cond) holds(root, base value) bool {
	v := c.path.one(root, base)
	if c.path.wild {
		c.path.each(root, func(f found) { v = f.value })
	}
	k := v.kind()
	switch {
	case c.In != nil:
		return v.scalar() && slices.Contains(c.In, v.text())
	case c.NotIn != nil:
		return v.scalar() && !slices.Contains(c.NotIn, v.text())
	}
	return k != absent && (k != null || c.EvenNull)
}

// conds are what must hold and what must not.
type conds struct{ when, unless []cond }

// newConds parts those that ask the document, once for all the numbers of a
// reading, from those that ask what stands beside each.
func newConds(when, unless []cond) (far, near conds) {
	for _, c := range when {
		if c.path.up == 0 {
			far.when = append(far.when, c)
		} else {
			near.when = append(near.when, c)
		}
	}
	for _, c := range unless {
		if c.path.up == 0 {
			far.unless = append(far.unless, c)
		} else {
			near.unless = append(near.unless, c)
		}
	}
	return far, near
}

func (c *conds) hold(root, base value) bool {
	return allHold(c.when, root, base) && !anyHolds(c.unless, root, base)
}

func anyHolds(cs []cond, root, base value) bool {
	for i := range cs {
		if cs[i].holds(root, base) {
			return true
		}
	}
	return false
}

func allHold(cs []cond, root, base value) bool {
	for i := range cs {
		if !cs[i].holds(root, base) {
			return false
		}
	}
	return true
}
