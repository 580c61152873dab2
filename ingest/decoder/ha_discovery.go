package decoder

import (
	"slices"
	"strings"

	"foyer/internal/energy"
)

func init() {
	register(Decoder{
		Name:   "ha_discovery/config",
		Order:  40,
		Topics: []string{"homeassistant/{what+}/config"},
		Decode: decodeDiscovery,
		Doc:    Doc{Apart: "mapping: describes an entity"},
	})
	register(Decoder{
		Name:  "ha_discovery/config-under-another-prefix",
		Order: 41,
		Topics: []string{
			"{prefix+}/{component:sensor|binary_sensor|switch|light|climate|number|select|button|text|cover|fan|lock|update|event|device|device_automation}/{object}/config",
			"{prefix+}/{component:sensor|binary_sensor|switch|light|climate|number|select|button|text|cover|fan|lock|update|event}/{node}/{object}/config",
		},
		Fits: func(in *Input) bool {
			root := in.root()
			return given(root, "state_topic", "stat_t").kind() == text || given(root, "components", "cmps").kind() == object ||
				given(root, "command_topic", "cmd_t").kind() == text
		},
		Decode: decodeDiscovery,
		Doc:    Doc{Apart: "mapping: describes an entity"},
	})
	register(Decoder{
		Name:   "ha_discovery/esphome", // whose topics say nothing else
		Order:  79,
		Topics: []string{"{any*}/{device}/sensor/{field}/state"},
		Fits: func(in *Input) bool {
			return in.message.Assume["metric_map"] == nil && in.recall(discoveryFact+in.message.Topic) != ""
		},
		Decode: func(in *Input) (Result, error) { return decodeDiscovered(in, "esphome") },
		Doc:    Doc{Reads: discoveryReads},
	})
	register(Decoder{
		Name:   "ha_discovery/state", // of a sender that no other dialect knows
		Order:  98,
		Topics: []string{"{any+}"},
		Fits:   func(in *Input) bool { return in.recall(discoveryFact+in.message.Topic) != "" },
		Decode: func(in *Input) (Result, error) { return decodeDiscovered(in, homeAssistant) },
		Doc:    Doc{Reads: discoveryReads},
	})
}

// discoveryReads are the registers of what discovery describes.
var discoveryReads = []string{
	"energy_import: total, NAME", "energy_export: total, NAME", "power: total, NAME", "power_export: total, NAME", "apparent_power: total, NAME",
	"gas_volume: total, NAME", "water_volume: total, NAME", "temperature: unnamed, NAME", "humidity: unnamed, NAME",
}

const (
	homeAssistant = "homeassistant"

	// discoveryFact keeps, behind a topic, a table of the entities it is the state of.
	discoveryFact = "ha "
	// discoveryConfigFact keeps, behind the topic of a config, the topics whose tables
	// it stands in: a removal says nothing but its own topic.
	discoveryConfigFact = "ha-config "

	maxComponents = 64 // of one config
)

// given returns a member by its name or its abbreviation.
func given(v value, name, short string) value {
	if full := v.get(name); full.kind() != absent {
		return full
	}
	return v.get(short)
}

// decodeDiscovery learns what the state of an entity counts, for senders that no
// other dialect knows. An empty payload removes the entity.
//
// Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery, and its
// abbreviations.
func decodeDiscovery(in *Input) (Result, error) {
	d := discovery{map[string][]discoveredEntity{}, map[string]aside{}}
	if root := in.root(); root.kind() == object && !hasOwnDialect(root) {
		d.topicsBeside(root, root)
		parts := given(root, "components", "cmps")
		if parts.kind() != object {
			in.discover(&d, root, root, "", in.componentOf())
		}
		for i, c := range parts.children {
			if i < maxComponents {
				d.topicsBeside(root, c)
				in.discover(&d, root, c, c.key(), given(c, "platform", "p").text())
			}
		}
	}
	return Result{Outcome: Mapping, Reason: "describes an entity", Remember: in.learnDiscovery(&d)}, nil
}

// A discovery is what one config says of topics.
type discovery struct {
	entities map[string][]discoveredEntity // that are read, by the topic of their state
	aside    map[string]aside              // topics that nothing is read from
}

// componentOf is the kind of entity by the topic of its config.
func (in *Input) componentOf() string {
	if c := in.name("component"); c != "" {
		return c
	}
	kind, _, _ := strings.Cut(in.name("what"), "/")
	return kind
}

// hasOwnDialect reports whether a sender that dialects of its own read says this.
func hasOwnDialect(root value) bool {
	switch given(root, "origin", "o").get("name").text() {
	case "Zigbee2MQTT", "Tasmota", "Shelly":
		return true
	}
	for _, id := range identifiers(given(root, "device", "dev")) {
		if strings.HasPrefix(id, "zigbee2mqtt_") {
			return true
		}
	}
	return false
}

// identifiers are those of a device, which is a text or a list of texts.
func identifiers(device value) (ids []string) {
	v := given(device, "identifiers", "ids")
	if v.scalar() && validID(v.text()) {
		return []string{v.text()}
	}
	for i, id := range v.children {
		if i < 8 && validID(id.text()) {
			ids = append(ids, id.text())
		}
	}
	return ids
}

// A discoveredEntity is a row of a table.
type discoveredEntity struct {
	config string // topic of its config
	means  string // register and unit, as in a metric_map
	path   string // where in the state the number stands; "$" for all of it
	factor factor
	device Device
}

// discover adds the entity of a component, whose description is c: to what is read if
// it counts what is kept.
func (in *Input) discover(d *discovery, root, c value, key, component string) {
	topic := given(c, "state_topic", "stat_t").text()
	if topic == "" {
		topic = given(root, "state_topic", "stat_t").text()
	}
	if topic = fullTopic(topic, root, c); !teachable(topic) {
		return
	}
	leave := func(what aside, why string) {
		d.leave(topic, what)
		in.trace.addf("%s: left out: %s", topic, why)
	}
	if component != "sensor" {
		leave(asideNothing, "no sensor")
		return
	}
	state, ok := parseStateTemplate(given(c, "value_template", "val_tpl").text())
	if !ok {
		state.path = "$"
	}
	device := discoveredDevice(given(root, "device", "dev"), topic)
	m, unitName, why := discoveredMeaning(c, topic, state, device, []string{key, in.message.Topic})
	switch {
	case why != "":
		leave(asideNothing, why)
	case !ok, m.unit.scale.offset != 0 && state.factor != (factor{1, 1, 0}):
		leave(asideTemplate, "a template that is not read")
	default:
		d.entities[topic] = append(d.entities[topic], discoveredEntity{
			config: in.message.Topic, means: string(m.register) + " " + unitName,
			path: state.path, factor: state.factor, device: device,
		})
	}
}

// discoveryClasses are the device classes of what is kept; the others are not.
var discoveryClasses = words("energy power apparent_power temperature humidity gas water")

// discoveredMeaning tells what an entity counts: by its unit, its class, and the
// words of the member or the topic its number stands in. What the names people gave it can
// tell is said in [meaning.called].
func discoveredMeaning(c value, topic string, state stateTemplate, device Device, names []string) (m meaning, unitName, why string) {
	class := given(c, "device_class", "dev_cla").text()
	if class != "" && !discoveryClasses[class] {
		return m, "", whyClass
	}
	written := given(c, "unit_of_measurement", "unit_of_meas").text()
	unitName = unitNames[written]
	name := []string{class}
	if state.path == "$" {
		parts := strings.Split(topic, "/")
		last := len(parts) - 1
		for last > 0 && (parts[last] == "state" || parts[last] == "value") {
			last--
		}
		name = append(name, parts[last])
	} else {
		name = append(name, state.members...)
	}
	own := wordsOf(device.ID)
	name = slices.DeleteFunc(wordsOf(name...), func(w string) bool { return slices.Contains(own, w) && !wordsExport[w] })
	m, why = meaningOf(written, append(name, class)...)
	if why != "" {
		return m, "", why
	}
	names = append(names, c.get("name").text(), given(c, "unique_id", "uniq_id").text(), given(c, "object_id", "obj_id").text())
	ws := wordsOf(names[2:]...)
	ws = append(ws, wordsOf(names[0], names[1][strings.LastIndexByte(strings.TrimSuffix(names[1], "/config"), '/')+1:])...)
	if m.register.Quantity().Cumulative() && (given(c, "state_class", "stat_cla").text() == "measurement" ||
		given(c, "last_reset_value_template", "lrst_val_tpl").kind() != absent) {
		return m, "", whyPeriod
	}
	if m, why = m.called(name, ws...); why != "" {
		return m, "", why
	}
	if field := esphomeSensor(topic); field != "" && state.path == "$" && namedRegister(wordsOf(field)) == "" {
		m.register = energy.NewRegister(m.register.Quantity(), safeName(field))
	}
	return m, unitName, ""
}

// esphomeSensor returns the name of the sensor in a topic of ESPHome, "" for another
// topic. Of the sensors of a board only the whole name tells one from all others.
func esphomeSensor(topic string) string {
	parts := strings.Split(topic, "/")
	n := len(parts)
	if n < 4 || parts[n-1] != "state" || parts[n-3] != "sensor" {
		return ""
	}
	return parts[n-2]
}

// discoveredDevice names the device of an entity: by the identifier or the name that
// its topic holds, as other dialects would, else by its identifier, else by the topic.
func discoveredDevice(device value, topic string) (d Device) {
	d.Scheme = homeAssistant
	ids := identifiers(device)
	known := ids
	if name := device.get("name").text(); validID(name) {
		known = append(slices.Clip(ids), name)
	}
	for _, part := range strings.Split(topic, "/") {
		if d.ID == "" && slices.Contains(known, part) {
			d.ID = part
		}
	}
	switch {
	case d.ID == "" && len(ids) > 0:
		d.ID = ids[0]
	case d.ID == "":
		d.ID = topic[:max(strings.LastIndexByte(topic, '/'), 0)]
		if d.ID == "" {
			d.ID = topic
		}
	}
	for _, id := range ids {
		if id != d.ID && !slices.Contains(d.Aliases, id) {
			d.Aliases = append(d.Aliases, id)
		}
	}
	return d
}
