package decoder

import (
	"slices"
	"testing"
)

// TestTheHardwaresOwnNameIsTold: names that people give go from one device to another.
func TestTheHardwaresOwnNameIsTold(t *testing.T) {
	const address = "0x00124b0000000001"
	memory := Memory{"zigbee2mqtt zigbee2mqtt/hall": "0x00124b0000000009", "shelly home/plug": "shellyplus1pm-a0b1c2d3e4f5"}
	for _, c := range []struct {
		topic, payload, id, own string
	}{
		{"zigbee2mqtt/hall", `{"energy":1.5,"device":{"ieeeAddr":"` + address + `"}}`, "hall", address}, // says more than was heard before
		{"zigbee2mqtt/hall", `{"energy":1.5}`, "hall", "0x00124b0000000009"},
		{"zigbee2mqtt/hall/energy", `1.5`, "hall", "0x00124b0000000009"},
		{"zigbee2mqtt/hall", `{"apparent_power":500,"current_tarif":"BASE","current_summ_delivered":12.5,"linkquality":5}`, "hall", "0x00124b0000000009"},
		{"zigbee2mqtt/cellar", `{"energy":1.5}`, "cellar", ""},
		{"home/plug/status/switch:0", `{"id":0,"apower":5}`, "plug", "shellyplus1pm-a0b1c2d3e4f5"},
		{"home/plug/events/rpc", `{"src":"shellyplus1pm-00b1c2d3e4f5","method":"NotifyStatus","params":{"switch:0":{"id":0,"apower":5}}}`, "shellyplus1pm-00b1c2d3e4f5", "shellyplus1pm-00b1c2d3e4f5"},
		{"tele/plug/SENSOR", `{"ENERGY":{"Total":5}}`, "plug", ""},
	} {
		r, err := Decode(Message{Topic: c.topic, Payload: []byte(c.payload), Context: memory})
		if err != nil || len(r.Observations) == 0 {
			t.Errorf("%s: %+v %v", c.topic, r, err)
			continue
		}
		d := r.Observations[0].Device
		if d.ID != c.id || d.Own != c.own || c.own != "" && c.own != d.ID && !slices.Contains(d.Aliases, c.own) {
			t.Errorf("%s %s: %+v, want %s made as %q", c.topic, c.payload, d, c.id, c.own)
		}
	}
}
