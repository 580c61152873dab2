package decoder

import (
	"strconv"
	"strings"
	"time"

	"foyer/internal/energy"
)

// shellyBTHomeFact keeps, behind a device and the name of one of its components for
// Bluetooth sensors, the sensor's address and what it measures.
const shellyBTHomeFact = "shelly-bthome "

// bthomeObjects are the objects of BTHome that are kept, by their id.
//
// Source: https://bthome.io/format/
var bthomeObjects = map[string]energy.Quantity{
	"2": energy.Temperature, "69": energy.Temperature, "87": energy.Temperature, "88": energy.Temperature,
	"3": energy.Humidity, "46": energy.Humidity,
}

// bthomeConfigs learns what the sensors of a configuration are: their status says
// a number and no more.
//
// Source: https://shelly-api-docs.shelly.cloud/gen2/DynamicComponents/BTHome/BTHomeSensor
func (m *shellyMessage) bthomeConfigs(result value) (facts []Fact) {
	for _, c := range result.children {
		if isBTHomeSensor(c.key()) {
			facts = append(facts, m.bthomeConfig(c.key(), c)...)
		}
	}
	for _, c := range result.get("components").children { // of Shelly.GetComponents
		if name := c.get("key").text(); isBTHomeSensor(name) {
			facts = append(facts, m.bthomeConfig(name, c.get("config"))...)
		}
	}
	if id := result.get("id"); id.kind() == digits {
		facts = append(facts, m.bthomeConfig("bthomesensor:"+id.text(), result)...)
	}
	return facts
}

func isBTHomeSensor(component string) bool {
	kind, n, ok := strings.Cut(component, ":")
	_, err := strconv.ParseUint(n, 10, 16)
	return ok && err == nil && kind == "bthomesensor"
}

// bthomeConfig learns what one sensor is.
func (m *shellyMessage) bthomeConfig(component string, config value) []Fact {
	address, object := strings.ToLower(config.get("addr").text()), config.get("obj_id").text()
	if config.get("obj_id").kind() != digits || !validID(address) || !validID(m.src) {
		return nil
	}
	return m.in.learn(shellyBTHomeFact+m.src+" "+component, address+" "+object)
}

// bthome reads the status of a sensor whose configuration was heard; the sensor is
// a device of its own, whichever gateways hear it.
func (m *shellyMessage) bthome(component string, c value) {
	address, object, _ := strings.Cut(m.in.recall(shellyBTHomeFact+m.src+" "+component), " ")
	q, kept := bthomeObjects[object]
	if !kept {
		m.in.trace.addf("%s: left out: what the sensor measures is not known, or not kept", component)
		return
	}
	n, is := c.get("value").number()
	switch is {
	case nothing:
		m.in.reject("bthomesensor.value", whyNothing)
		return
	case notNumber:
		m.in.unreadable = true
		m.in.reject("bthomesensor.value", whyNumber)
		return
	case isNumber:
	}
	var at time.Time
	if s := m.in.read(c.get("last_updated_ts"), formatUnix, nil, anySeason, "last_updated_ts"); s.verdict == instant {
		at = s.at
	}
	m.in.sender = Device{Scheme: shelly, ID: address}
	m.in.keep(energy.NewRegister(q, ""), n, unit{q.Base(), scale{exp: 3}}, origin{path: "bthomesensor.value", member: c}, at)
	m.in.sender = Device{}
}
