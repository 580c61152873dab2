package decoder

import (
	"strings"

	"foyer/internal/energy"
)

// An lwm2m is a pack of SenML whose names are objects and resources of LwM2M.
//
// Source: OMA LightweightM2M registry; RFC 8428 as used by LwM2M 1.1, section
// 7.4; https://github.com/diwise/iot-agent, pkg/lwm2m.
type lwm2m struct {
	sender string // named by record 0, where the base name is that of the object
	medium string // of what the object measures
}

const lwm2mURN = "urn:oma:lwm2m:"

// lwm2mResource is what a resource of an object holds, with its usual unit.
var lwm2mResource = map[string]struct {
	quantity energy.Quantity
	unit     string
}{
	"3303/5700": {energy.Temperature, "degC"},
	"3304/5700": {energy.Humidity, "%"},
	"3305/5800": {energy.Power, "W"},
	"3305/5805": {energy.EnergyImport, "Wh"},
	"3328/5700": {energy.Power, "W"},
	"3331/5700": {energy.EnergyImport, "Wh"},
	"3331/5805": {energy.EnergyImport, "Wh"},
	"3424/1":    {energy.WaterVolume, "m3"},
}

// lwm2mPack looks through a pack for what is about all its records.
func lwm2mPack(root value) (p lwm2m) {
	for _, r := range root.children {
		vs := r.get("vs")
		switch r.get("n").text() {
		case "0":
			if !strings.HasPrefix(vs.text(), lwm2mURN) {
				p.sender = vs.text()
			}
		case "env":
			p.medium = vs.text()
		}
	}
	return p
}

// device names the device of a record; its ID is empty when the record is none of
// LwM2M, or nothing but the topic says who sent it.
func (p lwm2m) device(r senmlRecord) Device {
	if strings.HasPrefix(r.base.name, lwm2mURN) {
		return Device{Scheme: "senml", ID: p.sender}
	}
	endpoint, _, _, ok := lwm2mPath(r)
	if !ok {
		return Device{}
	}
	return Device{Scheme: "senml", ID: endpoint}
}

// meaning tells what the resource of a record holds; isObject is false when the
// record is none of LwM2M.
func (p lwm2m) meaning(r senmlRecord) (m meaning, isObject bool, why string) {
	_, resource, instance, ok := lwm2mPath(r)
	if !ok {
		return m, strings.HasPrefix(r.base.name, lwm2mURN), whyOpen
	}
	holds, ours := lwm2mResource[resource]
	if !ours {
		return m, true, whyOpen
	}
	if holds.quantity == energy.Temperature && (p.medium == "water" || p.medium == "soil") {
		return m, true, whyNoRoom
	}
	name := "total"
	if holds.quantity == energy.Temperature || holds.quantity == energy.Humidity {
		name = ""
	}
	if instance != "" && strings.Trim(instance, "0") != "" {
		name = "ch" + safeName(instance)
	}
	u, fits := unitFor(holds.quantity, unitNames[r.unit])
	if !fits {
		if r.unit != "" {
			return m, true, whyUnit
		}
		u = units[holds.unit]
	}
	return meaning{energy.NewRegister(holds.quantity, name), u}, true, ""
}

// lwm2mPath reads [endpoint]/object[/instance]/resource, or the name of an object
// and [instance/]resource.
func lwm2mPath(r senmlRecord) (endpoint, resource, instance string, ok bool) {
	whole := r.base.name + r.name
	if urn, is := strings.CutPrefix(r.base.name, lwm2mURN); is {
		whole = strings.TrimRight(urn[strings.LastIndexByte(urn, ':')+1:], "/") + "/" + r.name
	}
	parts := strings.Split(whole, "/")
	for n := 2; n <= 3 && n <= len(parts); n++ { // object/resource, object/instance/resource
		tail := parts[len(parts)-n:]
		if !allDigits(tail) || len(tail[0]) < 4 {
			continue
		}
		if n == 3 {
			instance = tail[1]
		}
		return strings.TrimRight(strings.Join(parts[:len(parts)-n], "/"), "/"), tail[0] + "/" + tail[n-1], instance, true
	}
	return "", "", "", false
}

func allDigits(parts []string) bool {
	for _, p := range parts {
		if p == "" || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}
