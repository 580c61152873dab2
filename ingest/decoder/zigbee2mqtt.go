package decoder

import (
	"cmp"
	"strings"
)

func init() {
	register(Decoder{
		Name:   "zigbee2mqtt/bridge-devices",
		Order:  40,
		Topics: []string{"{base+}/bridge/devices"},
		Fits:   func(in *Input) bool { return in.root().kind() == list },
		Decode: decodeBridgeDevices,
		Doc:    Doc{Apart: "mapping: names of the devices"},
	})
	register(Decoder{
		Name:   "zigbee2mqtt/bridge-devices-broken",
		Order:  40,
		Topics: []string{"{base+}/bridge/devices"},
		Fits:   func(in *Input) bool { return in.root().kind() == absent && in.looksLikeJSON() },
		Decode: func(*Input) (Result, error) { return Result{}, refuse(reasonNames) },
		Doc:    Doc{Apart: "refused: " + reasonNames},
	})
}

const (
	reasonNames = "the list of devices is malformed or cut off, so that their names and units are not known: " +
		"let the broker take larger packets (broker.max_packet_bytes), and restart Zigbee2MQTT"

	// zigbeeFact keeps the IEEE address behind a topic.
	zigbeeFact = "zigbee2mqtt "
	// zigbeeNameFact keeps the name behind a topic whose last segment is not it.
	zigbeeNameFact = "zigbee2mqtt-name "
	// zigbeeUnitFact keeps, behind a topic and a property, a unit that is not the usual one.
	zigbeeUnitFact = "zigbee2mqtt-unit "
	// zigbeeChipFact keeps that the temperature of a topic is that of a plug itself.
	zigbeeChipFact = "zigbee2mqtt-chip "
	// zigbeePowerFact keeps the register of power where it is that of a phase.
	zigbeePowerFact = "zigbee2mqtt-power "
)

// zigbeeUnits are the usual units, as converters write them.
var zigbeeUnits = map[string]string{
	"energy": "kWh", "energy_l1": "kWh", "energy_l2": "kWh", "energy_l3": "kWh", "energy_l4": "kWh",
	"energy_a": "kWh", "energy_b": "kWh", "energy_produced_a": "kWh", "energy_produced_b": "kWh",
	"energy_phase_a": "kWh", "energy_phase_b": "kWh", "energy_phase_c": "kWh",
	"produced_energy": "kWh", "produced_energy_phase_a": "kWh", "produced_energy_phase_b": "kWh", "produced_energy_phase_c": "kWh",
	"power": "W", "power_l1": "W", "power_l2": "W", "power_l3": "W", "power_l4": "W",
	"power_phase_a": "W", "power_phase_b": "W", "power_phase_c": "W",
	"apparent_power": "VA", "temperature": "degC", "local_temperature": "degC", "humidity": "%",
}

// decodeBridgeDevices learns which IEEE address publishes under which topic, so
// that a renamed device stays itself, and in which units, where its converter says
// others than the usual ones.
//
// Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html,
// zigbee2mqtt/bridge/devices.
func decodeBridgeDevices(in *Input) (Result, error) {
	r := Result{Outcome: Mapping, Reason: "names of the devices"}
	for _, d := range in.root().children {
		ieee, name := d.get("ieee_address").text(), d.get("friendly_name").text()
		if !validID(ieee) || !validID(name) {
			continue
		}
		topic := in.name("base") + "/" + name
		r.Remember = append(r.Remember, in.learn(zigbeeFact+topic, ieee)...)
		if strings.Contains(name, "/") {
			r.Remember = append(r.Remember, in.learn(zigbeeNameFact+topic, name)...)
		}
		r.Remember = append(r.Remember, learnExposes(in, topic, d.get("definition").get("exposes"))...)
		in.trace.addf("%s is %s", name, ieee)
	}
	return r, nil
}

// learnExposes learns the units of what a device exposes, and what its numbers are
// that mean something else beside others.
func learnExposes(in *Input, topic string, exposes value) (facts []Fact) {
	has := map[string]bool{}
	var walk func(value)
	walk = func(list value) {
		for _, e := range list.children {
			if p := e.get("property"); p.kind() == text {
				has[p.text()] = true
				facts = append(facts, learnZigbeeUnit(in, topic, e)...)
			}
			walk(e.get("features")) // of a thermostat, a light
		}
	}
	walk(exposes)
	if len(has) == 0 {
		return nil
	}
	chip, power := "", ""
	if has["temperature"] && (has["power"] || has["energy"] || has["current"] || has["power_l1"] || has["energy_l1"]) {
		chip = "yes"
	}
	if has["power"] && has["power_phase_b"] && !has["power_phase_a"] {
		power = "l1"
	}
	facts = append(facts, in.learn(zigbeeChipFact+topic, chip)...)
	return append(facts, in.learn(zigbeePowerFact+topic, power)...)
}

// learnZigbeeUnit learns the unit of what a device exposes, if it is one that
// readings are made of.
func learnZigbeeUnit(in *Input, topic string, e value) []Fact {
	property, name := e.get("property").text(), e.get("unit").text()
	usual, ours := zigbeeUnits[property]
	if !ours || name == "" {
		return nil
	}
	if written, ok := strings.CutPrefix(name, "°"); ok {
		name = "deg" + written
	}
	if _, known := units[name]; !known || name == usual {
		name = "" // as usual
	}
	return in.learn(zigbeeUnitFact+topic+" "+property, name)
}

// zigbeeDevice names the device as the templates of Zigbee2MQTT do.
func zigbeeDevice(in *Input) Device {
	d := Device{Scheme: "zigbee2mqtt", ID: in.recall(zigbeeNameFact + in.message.Topic)}
	if d.ID == "" {
		d.ID = in.name("device")
	}
	d.own(cmp.Or(in.root().get("device").get("ieeeAddr").text(), in.recall(zigbeeFact+in.message.Topic)))
	return d
}
