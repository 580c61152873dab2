package simulators

func init() {
	register(dialect{
		name: "tasmota_energy", scheme: "tasmota", role: Electricity,
		contracts: []string{Base}, tick: 1000,
		describe: func(d *device) {
			d.ID, d.topic = "maison", "tele/maison/SENSOR"
			d.alive, d.living = "tele/maison/LWT", "Online"
			d.precision = 1000
			d.index.peak = d.dice.between(100_000, 3_000_000, 3) * 1000
		},
		show: showTasmota, encode: encodeTasmota,
	})
}

// Tasmota on a meter in the fuse box shows a total in kWh with three decimals since
// TotalStartTime, watts and volt-amperes, and a local time without its zone.
//
// Source: tasmota/docs docs/devices/Sonoff-Pow-R2.md; xdrv_03_energy.ino.
func showTasmota(d *device, s *sample, vs []Value) []Value {
	exact := s.used.total()
	mW := milliwatts(s.flow.off + s.flow.peak)
	va := voltAmpere(mW)
	return append(vs,
		Value{"energy_import/total", round(exact, d.precision), exact},
		Value{"power/total", round(mW, 1000), mW},
		Value{"apparent_power/total", va * 1000, va * 1000})
}

func encodeTasmota(d *device, s *sample, vs []Value, b []byte) []byte {
	watts, va := vs[1].Value/1000, vs[2].Value/1000
	b = appendLocal(append(b, `{"Time":"`...), s.at, d.zone)
	b = appendLocal(append(b, `","ENERGY":{"TotalStartTime":"`...), d.since, d.zone)
	b = appendDecimal(append(b, `","Total":`...), vs[0].Value, 6, 3)
	b = appendDecimal(append(b, `,"Yesterday":`...), s.eve, 6, 3)
	b = appendDecimal(append(b, `,"Today":`...), s.today, 6, 3)
	b = appendInt(b, `,"Period":`, (s.flow.off+s.flow.peak)*d.every/step/1000)
	b = appendInt(b, `,"Power":`, watts)
	b = appendInt(b, `,"ApparentPower":`, va)
	b = appendInt(b, `,"ReactivePower":`, va*28/100)
	volts := d.dice.between(228, 238, s.at, 9)
	b = appendInt(append(b, `,"Factor":0.96`...), `,"Voltage":`, volts)
	b = appendDecimal(append(b, `,"Current":`...), va*1000/volts, 3, 3)
	return append(b, `}}`...)
}
