package decoder

import (
	"fmt"
	"slices"
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
// which is about what is there at all. What stands outside the message can be
// asked in the same way:
//
//	{assume: quantity}                  {assume: quantity, in: [""]} when nothing does
//	{recall: "zigbee2mqtt-chip {parent}"}
//	{topic: field, in: [power]}
type cond struct {
	Path     string   `yaml:"path"`
	Assume   string   `yaml:"assume"` // a key of the site's configuration
	Recall   string   `yaml:"recall"` // a key of the context
	Topic    string   `yaml:"topic"`  // a name of the topic's pattern
	In       []string `yaml:"in"`
	NotIn    []string `yaml:"not_in"`
	EvenNull bool     `yaml:"even_null"`
	path     path
}

// UnmarshalYAML reads either form.
func (c *cond) UnmarshalYAML(unmarshal func(any) error) (err error) {
	type plain cond
	if unmarshal(&c.Path) != nil {
		if err := unmarshal((*plain)(c)); err != nil {
			return err
		}
	}
	set := 0
	for _, from := range []string{c.Path, c.Assume, c.Recall, c.Topic} {
		if from != "" {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("condition %+v: not one source", *c)
	}
	c.path, err = newPath(c.Path)
	return err
}

// holds reports whether c is true of the document root, or near base.
func (c *cond) holds(in *Input, root, base value) bool {
	if c.Path == "" {
		return c.outside(in, base)
	}
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

// outside reports whether c is true of what stands outside the message.
func (c *cond) outside(in *Input, base value) bool {
	var known string
	switch {
	case c.Assume != "":
		switch v := in.message.Assume[c.Assume].(type) {
		case nil:
		case string:
			known = v
		default:
			known = "more than a word"
		}
	case c.Recall != "":
		known = in.recall(in.fill(c.Recall, found{value: base}))
	default:
		known = in.name(c.Topic)
	}
	switch {
	case c.In != nil:
		return slices.Contains(c.In, known)
	case c.NotIn != nil:
		return !slices.Contains(c.NotIn, known)
	}
	return known != ""
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

func (c *conds) hold(in *Input, root, base value) bool {
	return allHold(c.when, in, root, base) && !anyHolds(c.unless, in, root, base)
}

func anyHolds(cs []cond, in *Input, root, base value) bool {
	for i := range cs {
		if cs[i].holds(in, root, base) {
			return true
		}
	}
	return false
}

func allHold(cs []cond, in *Input, root, base value) bool {
	for i := range cs {
		if !cs[i].holds(in, root, base) {
			return false
		}
	}
	return true
}
