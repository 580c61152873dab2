package decoder

import (
	"regexp"
	"strings"

	"foyer/internal/energy"
)

func init() {
	register(Decoder{
		Name:   "shelly_gen2/notification",
		Order:  50,
		Topics: []string{"{prefix+}/events/rpc"},
		Fits:   func(in *Input) bool { return in.root().get("method").kind() == text },
		Decode: decodeShellyNotification,
		Doc:    Doc{Reads: shellyReads, Times: []string{"params.ts", "sys.unixtime"}},
	})
	register(Decoder{
		Name:   "shelly_gen2/status",
		Order:  50,
		Topics: []string{"{prefix+}/status/{component}"},
		Fits:   func(in *Input) bool { return in.root().kind() == object && isComponent(in.name("component")) },
		Decode: decodeShellyStatus,
		Doc:    Doc{Reads: shellyReads},
	})
	register(Decoder{
		Name:   "shelly_gen2/rpc",
		Order:  51,
		Topics: []string{"{client+}/rpc"},
		Fits: func(in *Input) bool {
			root := in.root()
			return root.get("src").kind() == text && (root.get("method").kind() == text || root.get("id").kind() != absent)
		},
		Decode: decodeShellyRPC,
		Doc:    Doc{Reads: shellyReads, Times: []string{"params.ts", "sys.unixtime"}},
	})
}

// shellyReads are the registers of components, wherever they come from.
var shellyReads = []string{
	"energy_import: total, l1, l2, l3, chN", "energy_export: total, l1, l2, l3, chN",
	"power: total, l1, l2, l3, chN", "apparent_power: total, l1, l2, l3",
	"temperature: unnamed, chN", "humidity: unnamed, chN",
}

const (
	shelly = "shelly"

	// shellyFact keeps the device (src) that writes under a prefix.
	shellyFact = "shelly "
	// shellyRoomFact keeps that what writes under a prefix is a room sensor.
	shellyRoomFact = "shelly-room "
)

// roomModels are the models whose temperature:0 is the room: H&T of all
// generations and the wall display. On meters it is the case.
var roomModels = regexp.MustCompile(`(?i)^shelly(plus|pro)?ht(g[0-9]+)?$|^shellywalldisplay`)

// roomNames are prefixes people give to an H&T.
var roomNames = regexp.MustCompile(`(?i)(^|[^a-z])(shelly|plus|shellyplus)?[-_]?ht(g[0-9])?([^a-z]|$)`)

// A shellyMessage is what the three shapes have in common.
type shellyMessage struct {
	in     *Input
	device Device
	src    string // the device itself, "" when nobody has said it
	room   bool   // temperature:0 is the room
	cased  bool   // some temperature was left out for want of knowing
}

// decodeShellyNotification reads NotifyStatus and NotifyFullStatus, which hold
// what has changed. src is the device; the prefix of the topic is the user's.
//
// Source: https://shelly-api-docs.shelly.cloud/gen2/General/Notifications
func decodeShellyNotification(in *Input) (Result, error) {
	root := in.root()
	m := newShelly(in, root.get("src").text(), in.name("prefix"))
	remember := m.learn(root.get("src").text())
	params := root.get("params")
	switch root.get("method").text() {
	case "NotifyStatus", "NotifyFullStatus":
	case "NotifyEvent":
		if heard := m.bluetooth(params.get("events")); heard {
			r, err := m.conclude(shellyClocks(in, params)...)
			r.Remember = remember
			return r, err
		}
		return Result{Outcome: Status, Reason: "an event of the device", Device: m.device, Remember: remember}, nil
	default:
		return Result{Outcome: Ignored, Reason: "a method that carries no status", Device: m.device, Remember: remember}, nil
	}
	m.components(params)
	r, err := m.conclude(shellyClocks(in, params)...)
	r.Remember = remember
	return r, err
}

// bluetooth reads the packets of Bluetooth sensors that the script of a gateway
// hands on as events, and reports whether there are any. Their address is the
// device, whichever gateways heard it.
//
// Source: https://github.com/ALLTERCO/shelly-script-examples, ble-shelly-blu.js.
func (m *shellyMessage) bluetooth(events value) (heard bool) {
	for _, e := range events.children {
		data := e.get("data")
		address := strings.ToLower(data.get("address").text())
		if data.get("BTHome_version").kind() == absent || !validID(address) {
			continue
		}
		heard = true
		m.in.sender = Device{Scheme: shelly, ID: address}
		m.number(energy.Temperature, "", data, "blu", "temperature")
		m.number(energy.Humidity, "", data, "blu", "humidity")
	}
	m.in.sender = Device{}
	return heard
}

// decodeShellyStatus reads the status of one component. It has no time of its own
// (minute_ts is a minute of by_minute, not of the total) and no src.
//
// Source: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Mqtt
func decodeShellyStatus(in *Input) (Result, error) {
	prefix, component := in.name("prefix"), in.name("component")
	m := newShelly(in, "", prefix)
	var remember []Fact
	if component == "ht_ui" || component == "humidity:0" {
		m.room = true
		remember = in.learn(shellyRoomFact+prefix, "yes")
	}
	m.component(component, in.root())
	r, err := m.conclude()
	r.Remember = remember
	return r, err
}

// decodeShellyRPC reads the answer to a request: a whole status, or that of one
// component, which then is known by its members.
//
// Source: https://shelly-api-docs.shelly.cloud/gen2/General/RPCProtocol
func decodeShellyRPC(in *Input) (Result, error) {
	root := in.root()
	src := root.get("src").text()
	result := root.get("result")
	if root.get("method").kind() == text || result.kind() != object {
		return Result{Outcome: Ignored, Reason: "a request, or an answer without a status"}, nil
	}
	m := newShelly(in, src, "")
	if facts := m.bthomeConfigs(result); len(facts) > 0 {
		return Result{Outcome: Mapping, Reason: "what Bluetooth sensors measure", Device: m.device, Remember: facts}, nil
	}
	m.components(result)
	if id := result.get("id"); id.kind() == digits {
		for _, kind := range [...]string{"em", "emdata", "em1", "em1data", "switch"} {
			if result.get(shellyMark[kind]).kind() != absent {
				m.component(kind+":"+id.text(), result)
				break
			}
		}
	}
	return m.conclude(shellyClocks(in, result)...)
}

// shellyMark is a member that only this kind of component has.
var shellyMark = map[string]string{
	"em": "total_act_power", "emdata": "total_act", "em1": "act_power", "em1data": "total_act_energy", "switch": "apower",
}

func newShelly(in *Input, src, prefix string) *shellyMessage {
	name := prefix[strings.LastIndexByte(prefix, '/')+1:]
	m := &shellyMessage{in: in, device: Device{Scheme: shelly, ID: name}}
	if src == "" {
		src = in.recall(shellyFact + prefix)
		m.device.own(src)
	} else {
		m.device.ID, m.device.Own = src, src
		m.device.alias(name)
	}
	m.src = src
	model, _, _ := strings.Cut(src, "-")
	m.room = roomModels.MatchString(model) || src == "" && (roomNames.MatchString(name) || in.recall(shellyRoomFact+prefix) != "")
	return m
}

// learn keeps which device writes under the prefix.
func (m *shellyMessage) learn(src string) []Fact {
	if !validID(src) {
		return nil
	}
	return m.in.learn(shellyFact+m.in.name("prefix"), src)
}

// shellyClocks are ts of a notification, and the clock of the system. Before the
// device knows the time both count from its start.
func shellyClocks(in *Input, params value) []stamp {
	return []stamp{
		in.read(params.get("ts"), formatUnix, nil, anySeason, "params.ts"),
		in.read(params.get("sys").get("unixtime"), formatUnix, nil, anySeason, "sys.unixtime"),
	}
}

// conclude says that a message without readings is about health.
func (m *shellyMessage) conclude(clocks ...stamp) (Result, error) {
	if len(m.in.observations) == 0 && m.cased {
		m.in.reject("temperature:0", "the room of an H&T or the case of a meter: nothing says which")
	}
	r, err := m.in.conclude(m.device, clocks...)
	if err == nil && r.Outcome == Ignored && m.in.rejected.why == "" {
		r.Outcome, r.Reason = Status, "no component of it measures what is kept"
	}
	return r, err
}

// phases of a three-phase meter, by the letter of its members.
var shellyPhases = [...]struct{ letter, register string }{{"a_", "l1"}, {"b_", "l2"}, {"c_", "l3"}}
