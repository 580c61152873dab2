package decoder

import (
	"encoding/base64"
	hexadecimal "encoding/hex"
	"slices"
	"strings"
)

// LoRaWAN has two axes. An envelope is what a network server writes around an
// uplink: who sent it, when it was heard, and the object its codec made of the
// bytes. A payload template says what the keys of that object mean, by model or by
// shape, once for all envelopes: see lorawan_payload.yaml.

func init() {
	register(Decoder{
		Name:   "lorawan_payload/empty",
		Order:  48,
		Topics: uplinkTopics(),
		Fits: func(in *Input) bool {
			up := in.uplink()
			for range up.object.children {
				return false
			}
			return up.object.kind() == object
		},
		Decode: func(in *Input) (Result, error) {
			up := in.uplink()
			return Result{Outcome: Ignored, Reason: "an uplink of which a codec made nothing", Device: up.device()}, nil
		},
		Doc: Doc{Apart: "ignored: an uplink of which a codec made nothing"},
	})
	register(Decoder{
		Name:   "lorawan_payload/no-object",
		Order:  48,
		Topics: uplinkTopics(),
		Fits: func(in *Input) bool {
			up := in.uplink()
			return up.object.kind() == list || up.object.scalar() || up.cut
		},
		Decode: func(in *Input) (Result, error) {
			up := in.uplink()
			return Result{Device: up.device()}, refuse(reasonNoObject)
		},
		Doc: Doc{Apart: "refused: " + reasonNoObject},
	})
	register(Decoder{
		Name:   "lorawan_payload/unknown",
		Order:  49,
		Topics: uplinkTopics(),
		Fits:   func(in *Input) bool { return in.uplink().object.kind() == object },
		Decode: func(in *Input) (Result, error) {
			up := in.uplink()
			return Result{Device: up.device()}, refuse("no payload template reads the object of this model")
		},
		Doc: Doc{Apart: "refused: no payload template reads the object of this model"},
	})
	register(Decoder{
		Name:   "lorawan_chirpstack/protobuf",
		Order:  13,
		Topics: chirpStack3.topics, // version 4 has the first of them
		Fits:   func(in *Input) bool { return in.bare().kind() == text && in.root().kind() == absent },
		Decode: func(*Input) (Result, error) { return Result{}, refuse(reasonProtobuf) },
		Doc:    Doc{Apart: "refused: " + reasonProtobuf},
	})
}

// reasonProtobuf says what to switch.
const reasonProtobuf = `no JSON but, it seems, protobuf: set json=true (ChirpStack 4) or marshaler="json" (3) in its MQTT integration`

// reasonNoObject says where to look.
const reasonNoObject = "what the codec made (object, objectJSON or decoded_payload) is no JSON object, or one that is cut off: " +
	"let the codec return an object, and whoever forwards the uplink leave it whole"

// An envelope is how one network server wraps uplinks.
type envelope struct {
	topics []string
	is     func(root value) bool
	open   func(root value) uplink
}

var envelopes = []envelope{theThingsStack, chirpStack4, chirpStack3}

// An uplink is what an envelope holds; what it does not hold is absent.
type uplink struct {
	eui        string  // in lower case
	name       string  // that stands for the device where there is no EUI
	object     value   // what the codec decoded
	cut        bool    // that is a text, and holds no JSON
	normalized value   // the same in the words of all vendors, a list
	brand      string  // as the network server knows it
	model      string  // as the network server knows it
	times      []value // when it was heard, the server's clock first
}

// Paths of times, for explanations.
const uplinkTime = "the envelope's time"

// theThingsStack is version 3 of The Things Stack.
//
// Source: https://www.thethingsindustries.com/docs/integrations/data-formats/
var theThingsStack = envelope{
	topics: []string{"{any*}/v3/{application}/devices/{name}/up"},
	is:     func(root value) bool { return root.get("uplink_message").kind() == object },
	open: func(root value) uplink {
		up, ids := root.get("uplink_message"), root.get("end_device_ids")
		heard := up.get("rx_metadata").index(0)
		return uplink{
			eui:        strings.ToLower(ids.get("dev_eui").text()),
			name:       ids.get("device_id").text(),
			object:     up.get("decoded_payload"),
			normalized: up.get("normalized_payload"),
			brand:      up.get("version_ids").get("brand_id").text(),
			model:      up.get("version_ids").get("model_id").text(),
			times:      []value{root.get("received_at"), up.get("received_at"), heard.get("received_at"), heard.get("time")},
		}
	},
}

// chirpStack4 is ChirpStack since version 4.
//
// Source: https://www.chirpstack.io/docs/chirpstack/integrations/events.html
var chirpStack4 = envelope{
	topics: []string{"{any*}/application/{application}/device/{name}/event/up"},
	is:     func(root value) bool { return root.get("deviceInfo").kind() == object },
	open: func(root value) uplink {
		info, heard := root.get("deviceInfo"), root.get("rxInfo").index(0)
		return uplink{
			eui:    strings.ToLower(info.get("devEui").text()),
			name:   info.get("deviceName").text(),
			object: root.get("object"),
			model:  info.get("deviceProfileName").text(),
			times:  []value{root.get("time"), heard.get("nsTime"), heard.get("gwTime")},
		}
	},
}

// chirpStack3 is ChirpStack until version 3, which says only when gateways heard it.
//
// Source: https://www.chirpstack.io/application-server/integrations/events/
var chirpStack3 = envelope{
	topics: []string{"{any*}/application/{application}/device/{name}/event/up", "{any*}/application/{application}/device/{name}/rx"},
	is:     func(root value) bool { return flatEUI(root).kind() == text },
	open: func(root value) uplink {
		return uplink{
			eui:    euiOf(flatEUI(root).text()),
			name:   root.get("deviceName").text(),
			object: firstGiven(root.get("object"), root.get("objectJSON")),
			model:  root.get("deviceProfileName").text(),
			times:  []value{root.get("time"), root.get("timestamp"), root.get("rxInfo").index(0).get("time")},
		}
	},
}

// flatEUI is how version 3 writes the EUI, or how who forwards its uplinks does.
func flatEUI(root value) value { return firstGiven(root.get("devEUI"), root.get("devEui")) }

// firstGiven returns the first value that is there.
func firstGiven(values ...value) value {
	for _, v := range values {
		if v.kind() != absent && v.kind() != null {
			return v
		}
	}
	return value{}
}

// euiOf returns an EUI in lower case; one of ChirpStack's marshalers writes it in
// base64.
func euiOf(s string) string {
	if b, err := base64.StdEncoding.DecodeString(s); err == nil && len(b) == 8 && len(s) == 12 {
		return hexadecimal.EncodeToString(b)
	}
	return strings.ToLower(s)
}

// uplinkTopics are the topics of all envelopes.
func uplinkTopics() (all []string) {
	for _, e := range envelopes {
		for _, t := range e.topics {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// uplink opens the envelope of the message; its object is absent when it has none.
func (in *Input) uplink() uplink {
	root := in.root()
	for _, e := range envelopes {
		if e.is(root) {
			up := e.open(root)
			if up.object.kind() == text { // the marshaler "json" of ChirpStack 3
				written := len(up.object.raw()) > 0
				up.object = in.unwrap(up.object)
				up.cut = written && up.object.kind() == absent
			}
			if inner := up.object.get("bytes"); inner.kind() == object { // some codecs wrap it once more
				up.object = inner
			}
			return up
		}
	}
	return uplink{}
}

// device names the sender: by its EUI, which is its own, else by the name it has in
// the application.
func (u *uplink) device() Device {
	if u.eui != "" {
		return Device{Scheme: "lorawan", ID: u.eui}
	}
	return Device{Scheme: "lorawan", ID: u.name}
}

// clocks are when the network heard the uplink, which is within seconds of its
// being sent. What clocks of devices say comes from a payload template.
func (u *uplink) clocks(in *Input) (stamps []stamp) {
	for _, v := range u.times {
		stamps = append(stamps, in.read(v, formatISO, in.message.Zone, anySeason, uplinkTime))
	}
	return stamps
}

// isModel reports whether the brand and model contain one of words, which are in
// lower case.
func (u *uplink) isModel(words []string) bool {
	name := strings.ToLower(u.brand + " " + u.model)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}

// The envelopes a payload template can be about.
const (
	inUplink     = "lorawan"
	inNormalized = "lorawan-normalized"
)

// enclosed returns what the envelope holds for t, absent when it holds nothing.
func (t *template) enclosed(in *Input) value {
	up := in.uplink()
	switch {
	case t.Envelope == inNormalized:
		return up.normalized
	case len(t.Match.Model) == 0 || up.isModel(t.Match.Model):
		return up.object
	}
	return value{}
}
