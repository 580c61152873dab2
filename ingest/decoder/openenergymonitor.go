package decoder

import (
	"bytes"
	"time"

	"foyer/internal/energy"
)

func init() {
	register(Decoder{
		Name:   "openenergymonitor/radio",
		Order:  45,
		Topics: []string{"{any*}/emonhub/rx/{device}/values"},
		Fits:   func(in *Input) bool { return in.bare().kind() == text && len(emonNames(in)) > 0 },
		Decode: decodeEmonRadio,
		Doc: Doc{Reads: []string{
			"power: chN", "energy_import: chN", "temperature: unnamed, external", "humidity: unnamed", "pulse_count: unnamed", mapped,
		}},
	})
}

// emonNames returns what the site's configuration calls the values of a node, in
// their order: names of emonhub.conf.
func emonNames(in *Input) []string {
	given, _ := in.message.Assume["names"].([]any)
	var names []string
	for _, g := range given {
		name, _ := g.(string)
		names = append(names, name)
	}
	return names
}

// decodeEmonRadio reads the values of a frame by their position; what follows the
// last name, such as the strength of reception, is no value of the node.
//
// Source: https://github.com/openenergymonitor/emonhub, EmonHubMqttInterfacer,
// node_format_basic.
func decodeEmonRadio(in *Input) (Result, error) {
	values := bytes.Split(in.text(), []byte(","))
	for i, name := range emonNames(in) {
		if i == len(values) {
			break
		}
		reg, u := emonMeaning(in, name)
		if reg == "" {
			in.trace.addf("value %d: left out: its name has no known meaning", i+1)
			continue
		}
		switch n, is := readNumber(values[i]); {
		case is == nothing:
			in.reject("a value by position", whyNothing)
		case is == notNumber:
			in.unreadable = true
			in.reject("a value by position", whyNumber)
		case name == "external temperature" && n.mant == 0:
			in.reject("a value by position", whySentinel)
		default:
			in.keep(reg, n, u, origin{path: "a value by position"}, time.Time{})
		}
	}
	return in.conclude(Device{Scheme: "emon", ID: in.name("device")})
}

// emonMeaning returns what a name counts, in which unit: as the site explains it,
// else by convention; an empty register when nobody knows.
func emonMeaning(in *Input, name string) (energy.Register, unit) {
	if means, ok := in.assumed(name); ok {
		return means.register, means.unit
	}
	if channel, ok := sharedKeys["emon_power"][name]; ok {
		return energy.NewRegister(energy.Power, channel), units["W"]
	}
	if channel, ok := sharedKeys["emon_energy"][name]; ok {
		return energy.NewRegister(energy.EnergyImport, channel), units["Wh"]
	}
	switch name {
	case "temperature":
		return energy.NewRegister(energy.Temperature, ""), units["degC"]
	case "external temperature":
		return energy.NewRegister(energy.Temperature, "external"), units["degC"]
	case "humidity":
		return energy.NewRegister(energy.Humidity, ""), units["%"]
	case "pulsecount", "pulse":
		return energy.NewRegister(energy.PulseCount, ""), units["pulse"]
	}
	return "", unit{}
}
