package decoder

import (
	"strings"
	"time"

	"foyer/internal/energy"
)

func init() {
	doc := Doc{Reads: []string{
		"energy_import: total, NAME", "energy_export: total, NAME", "power: total, NAME", "power_export: total, NAME",
		"apparent_power: total, NAME", "gas_volume: total, NAME", "water_volume: total, NAME", "heat_energy: total, NAME",
		"temperature: unnamed, NAME", "humidity: unnamed, NAME",
	}}
	learnt := func(in *Input) bool { return in.recall(homieFact+in.homieBase()) != "" }
	register(Decoder{
		Name:   "homie/description", // of version 5
		Order:  37,
		Topics: []string{"{base+}/5/{device}/$description"},
		Fits:   func(in *Input) bool { return len(in.message.Payload) == 0 || in.root().kind() == object },
		Decode: decodeHomieDescription,
		Doc:    Doc{Apart: "mapping: what a device measures, and in which units"},
	})
	register(Decoder{
		Name:   "homie/unit", // of version 4 and before
		Order:  37,
		Topics: []string{"{base+}/{device}/{node}/{property}/$unit"},
		Decode: decodeHomieUnit,
		Doc:    Doc{Apart: "mapping: the unit of a property"},
	})
	register(Decoder{
		Name:   "homie/property-5",
		Order:  38,
		Topics: []string{"{base:homie}/5/{device}/{node}/{property}"},
		Decode: decodeHomieProperty5,
		Doc:    doc,
	})
	register(Decoder{
		Name:   "homie/property",
		Order:  39,
		Topics: []string{"{base:homie}/{device}/{node}/{property}"},
		Decode: decodeHomieProperty,
		Doc:    doc,
	})
	// Under another base topic a property is known by its description alone.
	register(Decoder{
		Name:   "homie/property-5-under-another-base",
		Order:  94,
		Topics: []string{"{base+}/5/{device}/{node}/{property}"},
		Fits:   learnt,
		Decode: decodeHomieProperty5,
		Doc:    doc,
	})
	register(Decoder{
		Name:   "homie/property-under-another-base",
		Order:  94,
		Topics: []string{"{base+}/{device}/{node}/{property}"},
		Fits:   func(in *Input) bool { return in.recall(homieFact+in.message.Topic) != "" },
		Decode: decodeHomieProperty,
		Doc:    doc,
	})
}

// homieFact keeps, behind the topic of a device of version 5, the table of what it
// measures: one fact for each device, so that a new description replaces all of the
// old; behind the topic of a property of before, its unit, since each comes alone.
const homieFact = "homie "

// maxTable bounds the table of a device, in bytes; a fact holds a little more.
const maxTable = 7 << 10

// homieBase is the topic of the device.
func (in *Input) homieBase() string { return in.name("base") + "/5/" + in.name("device") }

func (in *Input) homieDevice() Device { return Device{Scheme: "homie", ID: in.name("device")} }

// decodeHomieDescription learns what the properties of a device count. An empty
// payload removes the device.
//
// Source: https://homieiot.github.io/specification/, version 5, Device attributes.
func decodeHomieDescription(in *Input) (Result, error) {
	r := Result{Outcome: Mapping, Reason: "what a device measures, and in which units", Device: in.homieDevice()}
	if len(in.message.Payload) == 0 {
		r.Remember = in.learn(homieFact+in.homieBase(), "")
		return r, nil
	}
	var rows []homieRow
	count := map[energy.Quantity]int{}
	for _, node := range in.root().get("nodes").children {
		if len(node.rawKey()) > 128 {
			continue
		}
		for _, p := range node.get("properties").children {
			row := homieRow{path: node.key() + "/" + p.key()}
			kind := p.get("datatype").text()
			m, why := meaningOf(p.get("unit").text(), node.key(), p.key())
			if name := p.get("name").text(); why == "" && name != "" {
				m, why = m.called([]string{node.key(), p.key()}, name)
			}
			if why != "" || kind != "float" && kind != "integer" || !validID(row.path) {
				in.trace.addf("%s: left out: %s", row.path, why)
				continue
			}
			row.register, row.unit = m.register, unitNames[p.get("unit").text()]
			count[m.register.Quantity()]++
			rows = append(rows, row)
		}
	}
	r.Remember = in.learn(homieFact+in.homieBase(), homieTable(rows, count))
	return r, nil
}

// A homieRow is what a property counts.
type homieRow struct {
	path     string // node/property
	register energy.Register
	unit     string
}

// homieTable writes rows, a line each. The only temperature of a device needs no
// name of its node, nor does any other quantity it has once.
func homieTable(rows []homieRow, count map[energy.Quantity]int) string {
	var b strings.Builder
	b.WriteString("5\n") // so that a device without any is known too
	for _, r := range rows {
		q := r.register.Quantity()
		if count[q] == 1 && !isRegisterWord(r.register.Name()) {
			r.register = energy.NewRegister(q, registerName(q, nil))
		}
		line := r.path + "\t" + string(r.register) + " " + r.unit + "\n"
		if b.Len()+len(line) > maxTable {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// decodeHomieUnit learns the unit of a property. An empty payload forgets it.
//
// Source: https://homieiot.github.io/specification/, version 4, Property attributes.
func decodeHomieUnit(in *Input) (Result, error) {
	u := strings.TrimSpace(string(in.text()))
	if !validID(u) || len(u) > 32 {
		u = ""
	}
	topic := strings.TrimSuffix(in.message.Topic, "/$unit")
	return Result{Outcome: Mapping, Reason: "the unit of a property", Device: in.homieDevice(), Remember: in.learn(homieFact+topic, u)}, nil
}

// decodeHomieProperty5 reads a value by the table of its device.
func decodeHomieProperty5(in *Input) (Result, error) {
	path := in.name("node") + "/" + in.name("property")
	m, known := in.assumed(path)
	if !known {
		table := in.recall(homieFact + in.homieBase())
		if table == "" {
			return in.homieUnknown("nothing has described this device yet")
		}
		_, row, found := strings.Cut("\n"+table, "\n"+path+"\t")
		if !found {
			return Result{Outcome: Ignored, Reason: "not a property that is kept", Device: in.homieDevice()}, nil
		}
		row, _, _ = strings.Cut(row, "\n")
		if m, known = readMeaning(row); !known {
			return Result{Outcome: Ignored, Reason: "not a property that is kept", Device: in.homieDevice()}, nil
		}
	}
	return in.homieValue(m)
}

// decodeHomieProperty reads a value by the unit that was said of it.
func decodeHomieProperty(in *Input) (Result, error) {
	m, known := in.assumed(in.name("node") + "/" + in.name("property"))
	if !known {
		u := in.recall(homieFact + in.message.Topic)
		if u == "" {
			return in.homieUnknown("nothing has said the unit of this property yet")
		}
		var why string
		if m, why = meaningOf(u, in.name("node"), in.name("property")); why != "" {
			in.reject("value", why)
			return in.conclude(in.homieDevice())
		}
	}
	return in.homieValue(m)
}

// homieUnknown refuses a number that may be a reading; what is no number is none.
func (in *Input) homieUnknown(reason string) (Result, error) {
	r := Result{Outcome: Ignored, Reason: "no number", Device: in.homieDevice()}
	if _, is := readNumber(in.text()); is != isNumber {
		return r, nil
	}
	if in.message.Redelivered {
		r.Reason = reasonAge
		return r, nil
	}
	return r, refuse("%s", reason)
}

// homieValue keeps the number in the payload.
func (in *Input) homieValue(m meaning) (Result, error) {
	in.bareNumber(m.register, m.unit)
	return in.conclude(in.homieDevice())
}

// bareNumber keeps the number that is the payload.
func (in *Input) bareNumber(reg energy.Register, u unit) {
	n, is := readNumber(in.text())
	switch is {
	case nothing:
		in.reject("value", whyNothing)
	case notNumber:
		in.unreadable = true
		in.reject("value", whyNoNumber(in.text()))
	case isNumber:
		in.keep(reg, n, u, origin{path: "value"}, time.Time{})
	}
}
