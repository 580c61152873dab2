package decoder

import (
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

func (t *template) decoder() *Decoder {
	return &Decoder{
		Name:   t.name,
		Order:  t.Order,
		Topics: t.Match.Topic,
		Fits:   t.fits,
		Decode: t.decode,
		Doc:    t.doc(),
	}
}

// fits tests the shape.
func (t *template) fits(in *Input) bool {
	m := &t.Match
	if m.Payload == "any" {
		return true
	}
	root := t.document(in)
	switch k := root.kind(); m.Payload {
	case "text":
		if k == absent {
			return false
		}
	case "scalar":
		if !root.scalar() && k != null {
			return false
		}
	case "json":
		if k != object && k != list {
			return false
		}
	default:
		if k != object {
			return false
		}
	}
	return allHold(m.Require, in, root, root) &&
		(m.RequireAny == nil || anyHolds(m.RequireAny, in, root, root)) && !anyHolds(m.Forbid, in, root, root)
}

// document returns what the paths of t lead through.
func (t *template) document(in *Input) value {
	switch {
	case t.Envelope != "":
		return t.enclosed(in)
	case t.Match.Payload == "text":
		return in.bare()
	}
	return in.root()
}

// decode applies the template.
func (t *template) decode(in *Input) (Result, error) {
	root := t.document(in)
	if t.Root != "" {
		if inner := t.root.one(root, root); inner.kind() == object {
			root = inner
		}
	}
	device := t.device(in, root)
	if t.Outcome != "" {
		in.trace.addf("%s: %s", t.Outcome, t.Reason)
		return Result{Outcome: t.Outcome, Reason: t.Reason, Device: device}, nil
	}
	for i := range t.Ignore {
		if r := &t.Ignore[i]; r.If.holds(in, root, root) {
			in.trace.addf("ignored: %s", r.Reason)
			return Result{Outcome: Ignored, Reason: r.Reason, Device: device}, nil
		}
	}
	for i := range t.Readings {
		if err := t.read(in, root, &t.Readings[i]); err != nil {
			return Result{Device: device}, err
		}
	}
	if t.MetricMap {
		t.mapped(in, root)
	}
	if len(in.observations) == 0 {
		return in.conclude(device)
	}
	var found [4]stamp
	stamps := tell(t.Time, in, root, root, found[:0])
	if t.Envelope != "" {
		up := in.uplink()
		stamps = append(stamps, up.clocks(in)...)
	}
	return in.conclude(device, stamps...)
}

// tell appends what the clocks say, up to the first that says when.
func tell(clocks []clock, in *Input, root, base value, stamps []stamp) []stamp {
	for i := range clocks {
		stamps = clocks[i].read(in, root, base, stamps)
		if len(stamps) > 0 && stamps[len(stamps)-1].verdict == instant {
			break
		}
	}
	return stamps
}

func (t *template) device(in *Input, root value) Device {
	if t.Envelope != "" {
		up := in.uplink()
		return up.device()
	}
	d := Device{Scheme: t.Device.Scheme, ID: t.Device.ID.say(in, root, found{value: root})}
	d.own(t.Device.Own.say(in, root, found{value: root}))
	for i := range t.Device.Aliases {
		d.alias(t.Device.Aliases[i].say(in, root, found{value: root}))
	}
	return d
}

// alias adds another name of d.
func (d *Device) alias(name string) {
	if name != d.ID && validID(name) && !slices.Contains(d.Aliases, name) {
		d.Aliases = append(d.Aliases, name)
	}
}

// own adds the name that the hardware of d was made with, if there is one.
func (d *Device) own(name string) {
	if validID(name) {
		d.alias(name)
		d.Own = name
	}
}

// read tries the formats of c in turn.
func (c *clock) read(in *Input, root, base value, stamps []stamp) []stamp {
	v := c.path.one(root, base)
	if v.kind() == absent {
		return stamps
	}
	zone := in.message.Zone
	if c.zone != nil {
		zone = c.zone
	}
	s := anySeason
	if c.Season != "" {
		s = seasonOf(c.season.one(root, base))
	}
	for _, f := range c.Format {
		stamps = append(stamps, in.read(v, timeFormat(f), zone, s, c.Path))
		if stamps[len(stamps)-1].verdict == instant {
			break
		}
	}
	return stamps
}

// read takes one reading of the template out of the document.
func (t *template) read(in *Input, root value, r *reading) (err error) {
	if !r.mayBeIn(root) || !r.far.hold(in, root, root) {
		return nil
	}
	r.path.each(root, func(f found) {
		if err == nil {
			err = t.readOne(in, root, r, f)
		}
	})
	return err
}

// mayBeIn reports whether the document can have r: false is sure.
func (r *reading) mayBeIn(root value) bool {
	return r.path.mayLead(root) && (r.named == nil || r.Key != nil || root.doc.names.mayShare(&r.counted))
}

func (t *template) readOne(in *Input, root value, r *reading, f found) error {
	if k := f.value.kind(); k == list || k == object {
		return nil // a path for the other shape gives it
	}
	if f.member.kind() != absent && r.leavesOut(f.member) {
		return nil
	}
	reg, known := r.register(in, root, f)
	if !known {
		return nil
	}
	if in.found++; in.found > maxFound {
		return refuse(reasonMany)
	}
	if !r.near.hold(in, root, f.value) {
		return nil
	}
	n, is := f.value.number()
	switch is {
	case nothing:
		in.rejectAt(origin{r.Path, f.member}, whyNothing)
		return nil
	case notNumber:
		in.unreadable = true
		in.rejectAt(origin{r.Path, f.member}, f.value.whyNoNumber())
		return nil
	case isNumber:
	}
	if oneOf(n, t.sentinels) || r.NotZero && n.mant == 0 {
		in.rejectAt(origin{r.Path, f.member}, whySentinel)
		return nil
	}
	u := r.unit
	if u == nil {
		given, ok := unitFor(reg.Quantity(), r.Unit.say(in, root, f))
		if !ok {
			in.rejectAt(origin{r.Path, f.member}, whyUnit)
			return nil
		}
		u = &given
	}
	at, clear := r.ownTime(in, root, f)
	if !clear { // of this number alone: the others stand
		in.unclear = true
		in.rejectAt(origin{r.Path, f.member}, reasonAutumn)
		return nil
	}
	if r.Timed && at.IsZero() {
		in.rejectAt(origin{r.Path, f.member}, whyTime)
		return nil
	}
	in.keep(reg, n, *u, origin{r.Path, f.member}, at)
	return nil
}

// ownTime returns the time that belongs to one value alone, if it has one; clear
// is false when that is one of two.
func (r *reading) ownTime(in *Input, root value, f found) (at time.Time, clear bool) {
	if len(r.Time) == 0 {
		return time.Time{}, true
	}
	at, err := in.instant(tell(r.Time, in, root, f.value, nil))
	return at, err == nil
}

// leavesOut reports whether a wildcard must pass member by.
func (r *reading) leavesOut(member value) bool {
	for _, e := range r.Except {
		if begin, many := strings.CutSuffix(e, "*"); many && member.begins(begin) || member.is(e) {
			return true
		}
	}
	return false
}

// register names the register of f; known is false when it is none of ours.
func (r *reading) register(in *Input, root value, f found) (reg energy.Register, known bool) {
	if r.named != nil {
		switch {
		case r.Key != nil:
			reg, known = r.named[r.Key.say(in, root, f)]
		case f.member.kind() != absent:
			reg, known = r.named[string(f.member.rawKey())]
		}
		return reg, known
	}
	if r.fixed != "" {
		return r.fixed, true
	}
	q := energy.Quantity(r.Quantity.say(in, root, f))
	name := r.Register.say(in, root, f)
	return energy.NewRegister(q, safeName(name)), q.Known()
}

// mapped adds what the site's metric_map says: {path: "quantity/register unit"}.
func (t *template) mapped(in *Input, root value) {
	m, _ := in.message.Assume["metric_map"].(map[string]any)
	for _, from := range sortedKeys(m) {
		p, err := newPath(from)
		means, ok := in.assumed(from)
		if err != nil || !ok || p.wild {
			in.trace.addf("metric_map %q: %q means nothing", from, m[from])
			continue
		}
		in.observe(means.register, p.one(root, root), means.unit, "metric_map")
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
