package decoder

import (
	"regexp"
	"strconv"
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

// isComponent reports whether name looks like sys, switch:0 or em1data:2.
func isComponent(name string) bool {
	kind, n, numbered := strings.Cut(name, ":")
	if numbered {
		if _, err := strconv.ParseUint(n, 10, 16); err != nil {
			return false
		}
	}
	return kind != "" && strings.ToLower(kind) == kind && isWord(kind)
}

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
		if validID(src) && src != name {
			m.device.Aliases = []string{src}
		}
	} else {
		m.device.ID = src
		if validID(name) && name != src {
			m.device.Aliases = []string{name}
		}
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

// components reads every component of a status.
func (m *shellyMessage) components(status value) {
	if status.get("humidity:0").kind() == object || status.get("ht_ui").kind() != absent {
		m.room = true
	}
	for _, c := range status.children {
		if c.kind() == object {
			m.component(c.key(), c)
		}
	}
}

// phases of a three-phase meter, by the letter of its members.
var shellyPhases = [...]struct{ letter, register string }{{"a_", "l1"}, {"b_", "l2"}, {"c_", "l3"}}

// component reads one component. Its number is in its name: the member id of
// em1:2 may say 0.
func (m *shellyMessage) component(name string, c value) {
	kind, number, _ := strings.Cut(name, ":")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return
	}
	channel := "ch" + number
	switch kind {
	case "em":
		m.number(energy.Power, "total", c, name, "total_act_power")
		m.number(energy.ApparentPower, "total", c, name, "total_aprt_power")
		for _, p := range shellyPhases {
			m.number(energy.Power, p.register, c, name, p.letter+"act_power")
			m.number(energy.ApparentPower, p.register, c, name, p.letter+"aprt_power")
		}
	case "emdata":
		m.number(energy.EnergyImport, "total", c, name, "total_act")
		m.number(energy.EnergyExport, "total", c, name, "total_act_ret")
		for _, p := range shellyPhases {
			m.number(energy.EnergyImport, p.register, c, name, p.letter+"total_act_energy")
			m.number(energy.EnergyExport, p.register, c, name, p.letter+"total_act_ret_energy")
		}
	case "em1":
		m.number(energy.Power, phase(n), c, name, "act_power")
		m.number(energy.ApparentPower, phase(n), c, name, "aprt_power")
	case "em1data":
		m.number(energy.EnergyImport, phase(n), c, name, "total_act_energy")
		m.number(energy.EnergyExport, phase(n), c, name, "total_act_ret_energy")
	case "switch", "cover", "light", "rgb", "rgbw", "cct", "pm1", "pm":
		// Without a meter there is no apower, which is not 0 W. Its temperature is the chip.
		m.number(energy.Power, channel, c, name, "apower")
		m.number(energy.EnergyImport, channel, c, name, "aenergy", "total")
		if back, is := c.get("ret_aenergy").get("total").number(); is != isNumber || back.mant != 0 { // 0: nothing on it ever gave any
			m.number(energy.EnergyExport, channel, c, name, "ret_aenergy", "total")
		}
	case "temperature":
		switch {
		case n >= 100: // a probe on the add-on
			m.number(energy.Temperature, channel, c, name, "tC")
		case m.room:
			m.number(energy.Temperature, sensor(n), c, name, "tC")
		default:
			m.cased = true
			m.in.trace.addf("%s: left out: the room of an H&T or the case of a meter", name)
		}
	case "humidity":
		m.number(energy.Humidity, sensor(n), c, name, "rh")
	case "bthomesensor":
		m.bthome(name, c)
	}
}

// number keeps one number of a component, in the units of the API: W, VA, Wh, °C, %.
func (m *shellyMessage) number(q energy.Quantity, register string, c value, component string, members ...string) {
	v := c
	for _, name := range members {
		v = v.get(name)
	}
	if v.kind() == absent {
		return
	}
	path := kindOf(component) + "." + strings.Join(members, ".")
	m.in.observeAt(energy.NewRegister(q, register), v, unit{q.Base(), scale{exp: 3}}, origin{path, c})
}

func kindOf(component string) string { kind, _, _ := strings.Cut(component, ":"); return kind }

// phase names the clamps of a meter for single phases.
func phase(n int) string {
	if n < len(shellyPhases) {
		return shellyPhases[n].register
	}
	return "ch" + strconv.Itoa(n)
}

// sensor names the only sensor "", others by their number.
func sensor(n int) string {
	if n == 0 {
		return ""
	}
	return "ch" + strconv.Itoa(n)
}
