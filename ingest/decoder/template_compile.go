package decoder

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

func (t *template) compile() (err error) {
	switch t.Envelope {
	case "":
	case inUplink, inNormalized:
		if len(t.Match.Topic) > 0 || t.Device.ID != nil {
			return errors.New("the envelope names topics and device")
		}
		t.Match.Topic = uplinkTopics()
	default:
		return fmt.Errorf("envelope %q", t.Envelope)
	}
	switch {
	case t.Dialect == "" || len(t.Match.Topic) == 0:
		return errors.New("no name or no topic")
	case len(t.Match.Model) > 0 && t.Envelope != inUplink:
		return errors.New("a model outside of an envelope")
	case len(t.Samples) == 0:
		return errors.New("no samples")
	case (len(t.Readings) == 0 && !t.MetricMap) == (t.Outcome == ""):
		return errors.New("either readings or an outcome")
	case t.Outcome == "" && t.Envelope == "" && (t.Device.Scheme == "" || t.Device.ID == nil):
		return errors.New("readings without a device")
	case t.Outcome != "" && (t.Reason == "" || t.Outcome == Readings || t.Outcome == Refused):
		return fmt.Errorf("outcome %q, reason %q", t.Outcome, t.Reason)
	}
	if !slices.Contains([]string{"", "json", "object", "scalar", "text", "any"}, t.Match.Payload) {
		return fmt.Errorf("payload %q", t.Match.Payload)
	}
	switch {
	case t.Order == 0 && t.Envelope != "":
		t.Order = 19
	case t.Order == 0:
		t.Order = 50
	}
	if t.root, err = newPath(t.Root); err != nil {
		return err
	}
	for _, s := range t.Sentinels {
		n, is := readNumber([]byte(s))
		if is != isNumber {
			return fmt.Errorf("sentinel %q", s)
		}
		t.sentinels = append(t.sentinels, n)
	}
	if err := compileClocks(t.Time); err != nil {
		return err
	}
	for i := range t.Readings {
		if err := t.Readings[i].compile(); err != nil {
			return fmt.Errorf("reading %q: %w", t.Readings[i].Path, err)
		}
	}
	return nil
}

func compileClocks(cs []clock) (err error) {
	for i := range cs {
		c := &cs[i]
		if c.path, err = newPath(c.Path); err != nil {
			return err
		}
		if c.season, err = newPath(c.Season); err != nil {
			return err
		}
		if len(c.Format) == 0 || c.path.wild {
			return fmt.Errorf("time %q: no format, or several values", c.Path)
		}
		for _, f := range c.Format {
			if !timeFormat(f).tells() {
				return fmt.Errorf("time %q: format %q: want unix, unix_ms, iso, local, tic, dsmr, gas_day, or a layout as 02/01/2006 15:04", c.Path, f)
			}
		}
		if c.Zone != "" && c.Zone != "site" {
			if c.zone, err = time.LoadLocation(c.Zone); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reading) compile() (err error) {
	if r.path, err = newPath(r.Path); err != nil {
		return err
	}
	if err := compileClocks(r.Time); err != nil {
		return err
	}
	r.far, r.near = newConds(r.When, r.Unless)
	if r.Quantity == nil || r.Unit == nil || r.Path == "" {
		return errors.New("no quantity, unit or path")
	}
	quantity, fixed := r.Quantity.constant()
	if !fixed {
		return nil
	}
	q := energy.Quantity(quantity)
	if !q.Known() {
		return fmt.Errorf("quantity %q", q)
	}
	if name, fixed := r.Unit.constant(); fixed {
		u, ok := unitFor(q, name)
		if !ok {
			return fmt.Errorf("unit %q cannot count %s", name, q)
		}
		r.unit = &u
	}
	if name, fixed := r.Register.constant(); fixed {
		r.fixed = energy.NewRegister(q, name)
	}
	for key, name := range r.Keys {
		if r.named == nil {
			r.named = map[string]energy.Register{}
		}
		r.named[key] = energy.NewRegister(q, name)
		addName(&r.counted, key)
	}
	return nil
}
