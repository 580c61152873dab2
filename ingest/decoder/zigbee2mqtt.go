package decoder

func init() {
	register(Decoder{
		Name:   "zigbee2mqtt/bridge-devices",
		Order:  40,
		Topics: []string{"{base+}/bridge/devices"},
		Fits:   func(in *Input) bool { return in.root().kind() == list },
		Decode: decodeBridgeDevices,
	})
}

// zigbeeFact is the key under which the IEEE address behind a topic is kept.
const zigbeeFact = "zigbee2mqtt "

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
		r.Remember = append(r.Remember, in.learn(zigbeeFact+in.name("base")+"/"+name, ieee)...)
		in.trace.addf("%s is %s", name, ieee)
	}
	return r, nil
}
