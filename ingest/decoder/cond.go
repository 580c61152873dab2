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
// which are about text, numbers and booleans that are there.
type cond struct {
	Path  string   `yaml:"path"`
	In    []string `yaml:"in"`
	NotIn []string `yaml:"not_in"`
	path  path
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
	return k != absent && k != null
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
