package decoder

import (
	"strings"
	"time"

	"foyer/internal/energy"
)

func init() {
	doc := Doc{
		Reads: []string{
			"energy_import: total, NAME", "energy_export: total, NAME", "heat_energy: total, NAME", "gas_energy: total, NAME",
			"power: total, NAME", "power_export: total, NAME", "apparent_power: total, NAME", "gas_volume: total, NAME", "water_volume: total, NAME",
			"temperature: unnamed, NAME", "humidity: unnamed, NAME",
		},
		Times: []string{"bt + t of each record"},
	}
	for _, d := range []Decoder{
		{Name: "senml/pack", Fits: fitsSenML, Decode: decodeSenML},
		{Name: "senml/cbor", Fits: fitsSenMLCBOR, Decode: decodeSenMLCBOR},
	} {
		d.Order, d.Topics, d.Doc = 59, []string{"{any+}"}, doc
		register(d)
	}
	registerFamily(meterFamily{
		Name:  "senml",
		Title: "SenML",
		About: "Packs in JSON or CBOR, under any topic; not XML or EXI. Base fields, times relative to the arrival, sums of a power " +
			"(an energy) as in RFC 8428; the LwM2M objects 3303, 3304, 3305, 3328, 3331 and 3424. The device is the base name without its last " +
			"separator, or the name in the record `0` of an LwM2M object; a name that is only a quantity's leaves the topic. `%` is a battery, `%RH` humidity. " +
			"A number without a unit, or whose unit and name leave open what it is, is left out. A pack of a later version, or with a " +
			"field that must be understood and is not, is refused.",
		Source: []string{"RFC 8428", "RFC 8798", "https://github.com/diwise/iot-agent"},
	})
}

func fitsSenML(in *Input) bool { return isSenML(in.root()) }

// isSenML tells a list of records, of which one of the first has a name and one a value.
func isSenML(root value) bool {
	if root.kind() != list {
		return false
	}
	named, valued := false, false
	for i, r := range root.children {
		if r.kind() != object {
			return false
		}
		named = named || r.get("bn").kind() == text || r.get("n").kind() == text
		for _, field := range [...]string{"v", "vs", "vb", "vd", "s", "bver"} {
			valued = valued || r.get(field).kind() != absent
		}
		if i == 15 {
			break
		}
	}
	return named && valued
}

// A senmlBase is what a record hands on to those after it.
type senmlBase struct {
	name, unit       string
	time, value, sum number
	version          string
}

// maxSenMLName bounds each part of a name, in bytes: devices have no longer ones, and
// every record has the base name.
const maxSenMLName = 256

// A senmlRecord is a record with its base resolved.
type senmlRecord struct {
	base       senmlBase
	name, unit string
	time       number // seconds
	fields     value
}

func decodeSenML(in *Input) (Result, error) { return in.senmlPack(in.root()) }

// senmlPack reads a pack.
//
// Source: RFC 8428, sections 4.1 to 4.7.
func (in *Input) senmlPack(records value) (Result, error) {
	var base senmlBase
	var device Device
	pack := lwm2mPack(records)
	for _, fields := range records.children {
		r, err := base.resolve(fields)
		if err != nil {
			return Result{}, err
		}
		if in.sender = pack.device(r); in.sender.ID == "" {
			in.sender = senmlDevice(in, r)
		}
		if device.ID == "" {
			device = in.sender
		}
		if err := in.senml(r, pack); err != nil {
			return Result{Device: device}, err
		}
	}
	in.sender = Device{}
	return in.conclude(device)
}

// resolve reads a record and changes the base by it.
func (b *senmlBase) resolve(fields value) (r senmlRecord, err error) {
	for _, f := range fields.children {
		if strings.HasSuffix(f.key(), "_") {
			return r, refuse("a field that must be understood and is not")
		}
		ok := true
		switch f.key() {
		case "bn":
			b.name, ok = f.text(), f.kind() == text && len(f.raw()) <= maxSenMLName
		case "bu":
			b.unit, ok = f.text(), f.kind() == text
		case "bt":
			b.time, ok = senmlNumber(f)
		case "bv":
			b.value, ok = senmlNumber(f)
		case "bs":
			b.sum, ok = senmlNumber(f)
		case "bver":
			var version number
			version, ok = senmlNumber(f)
			if v, fits := (scale{}).apply(version); !fits || v > 10 {
				return r, refuse("a later version of SenML than 10")
			}
			if b.version != "" && b.version != f.text() {
				return r, refuse("two versions in one pack")
			}
			b.version = f.text()
		case "n", "u":
			ok = f.kind() == text && len(f.raw()) <= maxSenMLName
		case "t":
			r.time, ok = senmlNumber(f)
		}
		if !ok {
			return r, refuse("a field of SenML of the wrong kind, or a name of more than 256 bytes")
		}
	}
	r.fields, r.name, r.unit = fields, fields.get("n").text(), fields.get("u").text()
	if r.unit == "" {
		r.unit = b.unit
	}
	r.base = *b
	sum, ok := b.time.plus(r.time)
	if !ok {
		return r, refuse("a time that no clock shows")
	}
	r.time = sum
	return r, nil
}

func senmlNumber(v value) (number, bool) {
	n, is := v.number()
	return n, is == isNumber
}

// senml keeps what a record says: v, and s where it is an energy.
func (in *Input) senml(r senmlRecord, pack lwm2m) error {
	v, s := r.fields.get("v"), r.fields.get("s")
	if v.kind() == absent && s.kind() == absent {
		return nil // of text, a boolean or bytes
	}
	if in.found++; in.found > maxFound {
		return refuse(reasonMany)
	}
	at, known := in.senmlTime(r.time)
	if !known {
		in.reject("t", "relative to an arrival that is unknown")
		return nil
	}
	if v.kind() != absent {
		in.senmlValue(r, pack, v, at)
	}
	if n, is := s.number(); is == isNumber && (r.unit == "W" || r.unit == "kW") {
		joule := map[string]string{"W": "J", "kW": "kJ"}[r.unit]
		if m, why := meaningOf(joule, r.quantityName()...); why != "" {
			in.reject("s", why)
		} else if sum, ok := n.plus(r.base.sum); ok {
			in.keep(m.register, sum, m.unit, origin{path: "s"}, at)
		}
	}
	return nil
}

func (in *Input) senmlValue(r senmlRecord, pack lwm2m, v value, at time.Time) {
	n, is := v.number()
	switch is {
	case nothing:
		in.reject("v", whyNothing)
		return
	case notNumber:
		in.unreadable = true
		in.reject("v", v.whyNoNumber())
		return
	case isNumber:
	}
	n, ok := n.plus(r.base.value)
	if !ok {
		in.reject("v", whyLimit)
		return
	}
	m, isObject, why := pack.meaning(r)
	if !isObject {
		unitName := r.unit
		if unitName == "K" { // 273.15 K is 0 °C
			if n, ok = n.plus(number{neg: true, mant: 27315, exp: -2}); ok {
				unitName = "Cel"
			}
		}
		if unitName == "%" { // of a battery: humidity is %RH
			in.reject("v", whyOpen)
			return
		}
		m, why = meaningOf(unitName, r.quantityName()...)
	}
	if why != "" {
		in.reject("v", why)
		return
	}
	in.keep(m.register, n, m.unit, origin{path: "v"}, at)
}

// senmlSince is when SenML was first drafted: no clock of it shows an earlier time.
var senmlSince = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// senmlTime returns when, zero for the arrival. Below 2^28 seconds a time is
// relative to now.
//
// Source: RFC 8428, section 4.5.3.
func (in *Input) senmlTime(seconds number) (at time.Time, known bool) {
	ms, ok := scale{exp: 3}.apply(seconds)
	arrival := in.message.ReceivedAt
	switch {
	case !ok:
		return time.Time{}, true
	case ms == 0:
		return time.Time{}, true
	case ms > -(1<<28)*1000 && ms < (1<<28)*1000:
		if arrival.IsZero() || in.message.Redelivered {
			return time.Time{}, false
		}
		at = arrival.Add(time.Duration(ms) * time.Millisecond)
	default:
		at = time.UnixMilli(ms)
	}
	if at.Before(senmlSince) || !at.Before(epochTo) || !arrival.IsZero() && at.After(arrival.Add(ahead)) {
		in.trace.addf("time: t: implausible")
		return time.Time{}, true
	}
	return energy.Instant(at), true
}
