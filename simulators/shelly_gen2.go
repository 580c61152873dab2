package simulators

import "foyer/internal/energy"

func init() {
	register(dialect{
		name: "shelly_gen2", scheme: "shelly", role: Electricity,
		contracts: []string{Base}, tick: 10,
		describe: func(d *device) {
			d.threePhases()
			d.serial = d.hex(12)
			d.ID, d.Aliases, d.topic = "shellypro3em-"+d.serial, []string{"compteur"}, "compteur/events/rpc"
		},
		show: showShelly, encode: encodeShelly,
	})
	register(dialect{
		name: "shelly_gen2_status", scheme: "shelly", role: Electricity,
		contracts: []string{Base}, tick: 10, untimed: true,
		describe: func(d *device) {
			d.threePhases()
			d.ID, d.topic = "compteur", "compteur/status/emdata:0"
		},
		show: showCounted, encode: encodeStatus,
	})
}

// threePhases gives a Shelly what it has counted so far.
func (d *device) threePhases() {
	d.alive, d.living = "compteur/online", "true"
	d.precision = 10
	d.index.appliances = d.dice.between(500_000, 3_000_000, 3) * 1000
	d.index.heating = d.dice.between(100_000, 4_000_000, 4) * 1000
	d.index.water = d.dice.between(400_000, 2_000_000, 5) * 1000
	d.index.peak = d.index.appliances + d.index.heating + d.index.water
}

// A Shelly Pro 3EM counts three phases, here sockets, heating and hot water, each in
// Wh with two decimals, and states the time in seconds since 1970 with two decimals.
//
// Source: Shelly Gen2+ API, EMData and RPC notifications.
func showShelly(d *device, s *sample, vs []Value) []Value {
	a, h, w := milliwatts(s.flow.appliances), milliwatts(s.flow.heating), milliwatts(s.flow.water)
	watts := func(r energy.Register, mW int64) Value { return Value{r, round(mW, 100), mW} }
	va := func(r energy.Register, mW int64) Value { return Value{r, round(mW*100/96, 100), mW * 100 / 96} }
	return append(showCounted(d, s, vs),
		watts("power/total", a+h+w), watts("power/l1", a), watts("power/l2", h), watts("power/l3", w),
		va("apparent_power/total", a+h+w), va("apparent_power/l1", a), va("apparent_power/l2", h), va("apparent_power/l3", w))
}

// showCounted shows what it counts alone.
func showCounted(d *device, s *sample, vs []Value) []Value {
	wh := func(r energy.Register, exact int64) Value { return Value{r, round(exact, d.precision), exact} }
	return append(vs,
		wh("energy_import/total", s.used.total()),
		wh("energy_import/l1", s.used.appliances), wh("energy_import/l2", s.used.heating), wh("energy_import/l3", s.used.water),
		Value{Register: "energy_export/total"},
		Value{Register: "energy_export/l1"}, Value{Register: "energy_export/l2"}, Value{Register: "energy_export/l3"})
}

func encodeShelly(d *device, s *sample, vs []Value, b []byte) []byte {
	b = append(append(b, `{"src":"`...), d.ID...)
	b = append(b, `","dst":"`...)
	b = append(b, d.mounted[:len(d.mounted)-len("/rpc")]...)
	b = appendDecimal(append(b, `","method":"NotifyStatus","params":{"ts":`...), s.at, 3, 2)
	b = append(b, `,"em:0":{"id":0`...)
	for i, phase := range [...]string{"a", "b", "c"} {
		watts, va := vs[9+i], vs[13+i]
		key := func(b []byte, name string) []byte {
			return append(append(append(append(b, ',', '"'), phase...), name...), '"', ':')
		}
		b = appendDecimal(key(b, "_current"), va.Value/230, 3, 3)
		b = appendDecimal(key(b, "_voltage"), d.dice.between(2_280, 2_380, s.at, 9), 1, 1)
		b = appendNumber(key(b, "_act_power"), watts.Value, 3)
		b = appendNumber(key(b, "_aprt_power"), va.Value, 3)
		b = append(key(b, "_pf"), `0.96`...)
		b = append(key(b, "_freq"), `50`...)
	}
	b = appendDecimal(append(b, `,"n_current":null,"total_current":`...), vs[12].Value/230, 3, 3)
	b = appendWh(b, `,"total_act_power":`, vs[8])
	b = appendWh(b, `,"total_aprt_power":`, vs[12])
	b = append(b, `},"emdata:0":`...)
	return append(encodeStatus(d, s, vs, b), `}}`...)
}

// encodeStatus appends the status of the counters, which a Shelly also publishes on a
// topic of its own, without the time.
func encodeStatus(_ *device, _ *sample, vs []Value, b []byte) []byte {
	b = append(b, `{"id":0`...)
	for i, phase := range [...]string{"a", "b", "c"} {
		b = append(append(b, ',', '"'), phase...)
		b = appendWh(b, `_total_act_energy":`, vs[1+i])
		b = append(append(b, ',', '"'), phase...)
		b = appendWh(b, `_total_act_ret_energy":`, vs[5+i])
	}
	b = appendWh(b, `,"total_act":`, vs[0])
	b = appendWh(b, `,"total_act_ret":`, vs[4])
	return append(b, '}')
}

// appendWh writes key and then v in its base unit.
func appendWh(b []byte, key string, v Value) []byte {
	return appendNumber(append(b, key...), v.Value, 3)
}
