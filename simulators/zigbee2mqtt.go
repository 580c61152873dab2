package simulators

func init() {
	sensor := dialect{
		name: "zigbee2mqtt", scheme: "zigbee2mqtt", role: Indoor, tick: 1,
		describe: func(d *device) { d.named("salon") },
		show:     showClimate, encode: encodeClimate,
	}
	register(sensor)
	sensor.name, sensor.role = "zigbee2mqtt_outdoor", Outdoor
	sensor.describe = func(d *device) { d.named("exterieur") }
	register(sensor)
	register(dialect{
		name: "zigbee2mqtt_plug", scheme: "zigbee2mqtt", role: Appliance, tick: 1,
		describe: func(d *device) {
			d.named("frigo")
			d.precision = 10_000
			d.index.plug = d.dice.between(5_000, 400_000, 3) * 1000
		},
		show: showPlug, encode: encodePlug,
	})
}

// named gives a device the friendly name its family knows it by.
func (d *device) named(name string) {
	d.ID, d.topic = name, "zigbee2mqtt/"+name
	d.alive, d.living = "zigbee2mqtt/bridge/state", `{"state":"online"}`
}

// A climate sensor shows hundredths of a degree and of a percent, a little off.
//
// Source: zigbee-herdsman-converters, fromZigbee temperature and humidity; option last_seen ISO_8601.
func showClimate(d *device, s *sample, vs []Value) []Value {
	exact := s.inside
	damp := 62_000 - (s.inside-14_000)*2 + d.dice.drift(7_000, 5*hour, s.at)
	if d.Role == Outdoor {
		exact = s.outside
		damp = 84_000 - (s.outside-8_000)*2 + d.dice.drift(9_000, 5*hour, s.at)
	}
	shown := exact + d.dice.between(-60, 60, s.at, 1)
	damp = min(max(damp, 22_000), 99_000)
	return append(vs, Value{"temperature", round(shown, 10), exact}, Value{"humidity", round(damp, 10), damp})
}

func encodeClimate(d *device, s *sample, vs []Value, b []byte) []byte {
	b = appendInt(b, `{"battery":`, 100-floorMod(d.dice.below(40, 7)+(s.at-d.since)/(20*day), 90))
	b = appendNumber(append(b, `,"humidity":`...), vs[1].Value, 3)
	b = appendISO(append(b, `,"last_seen":"`...), s.at)
	b = appendInt(b, `","linkquality":`, d.dice.between(40, 160, s.at, 9))
	b = appendNumber(append(b, `,"temperature":`...), vs[0].Value, 3)
	return append(appendInt(b, `,"voltage":`, 2_900+d.dice.below(100, 8)), '}')
}

// A plug shows kWh with two decimals and whole watts.
func showPlug(d *device, s *sample, vs []Value) []Value {
	mW := milliwatts(s.flow.plug)
	return append(vs, Value{"energy_import/total", round(s.used.plug, d.precision), s.used.plug}, Value{"power/total", round(mW, 1000), mW})
}

func encodePlug(d *device, s *sample, vs []Value, b []byte) []byte {
	watts := vs[1].Value / 1000
	b = appendDecimal(append(b, `{"child_lock":"UNLOCK","current":`...), watts*1000/230, 3, 2)
	b = appendNumber(append(b, `,"energy":`...), vs[0].Value, 6)
	b = appendISO(append(b, `,"last_seen":"`...), s.at)
	b = appendInt(b, `","linkquality":`, d.dice.between(40, 160, s.at, 9))
	b = appendInt(b, `,"power":`, watts)
	b = appendInt(b, `,"power_outage_memory":"restore","state":"ON","voltage":`, d.dice.between(228, 238, s.at, 10))
	return append(b, '}')
}
