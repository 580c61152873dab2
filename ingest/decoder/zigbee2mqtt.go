package decoder

import (
	"slices"
	"strings"
)

func init() {
	register(Decoder{
		Name:   "zigbee2mqtt/bridge-devices",
		Order:  40,
		Topics: []string{"{base+}/bridge/devices"},
		Fits:   func(in *Input) bool { return in.root().kind() == list },
		Decode: decodeBridgeDevices,
	})
}

const (
	// zigbeeFact keeps the IEEE address behind a topic.
	zigbeeFact = "zigbee2mqtt "
	// zigbeeNameFact keeps the name behind a topic whose last segment is not it.
	zigbeeNameFact = "zigbee2mqtt-name "
)

// decodeBridgeDevices learns which IEEE address publishes under which topic, so
// that a renamed device stays itself.
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
		in.trace.addf("%s is %s", name, ieee)
	}
	return r, nil
}

// zigbeeDevice names the device as the templates of Zigbee2MQTT do.
func zigbeeDevice(in *Input) Device {
	d := Device{Scheme: "zigbee2mqtt", ID: in.recall(zigbeeNameFact + in.message.Topic)}
	if d.ID == "" {
		d.ID = in.name("device")
	}
	for _, a := range [2]string{in.root().get("device").get("ieeeAddr").text(), in.recall(zigbeeFact + in.message.Topic)} {
		if a != d.ID && validID(a) && !slices.Contains(d.Aliases, a) {
			d.Aliases = append(d.Aliases, a)
		}
	}
	return d
}
