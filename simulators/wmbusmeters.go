package simulators

func init() {
	register(dialect{
		name: "wmbusmeters", scheme: "wmbus", role: Electricity,
		contracts: []string{Base}, tick: 1000, untimed: true,
		describe: func(d *device) {
			d.ID = d.digits(8)
			d.topic = "wmbusmeters/" + d.ID
			d.precision = 1000
			d.index.peak = d.dice.between(100_000, 9_000_000, 3) * 1000
		},
		show: showTelegram, encode: encodeTelegram,
	})
}

// A telegram of a wireless meter, as wmbusmeters prints it where its owner leaves out
// the timestamp: kWh and kW with three decimals.
//
// Source: wmbusmeters README.md; drivers/src/amiplus.xmq.
func showTelegram(d *device, s *sample, vs []Value) []Value {
	exact := s.used.total()
	mW := milliwatts(s.flow.off + s.flow.peak)
	return append(vs,
		Value{"energy_import/total", floor(exact, d.precision), exact},
		Value{"power/total", round(mW, 1000), mW})
}

func encodeTelegram(d *device, _ *sample, vs []Value, b []byte) []byte {
	b = append(append(b, `{"media":"electricity","meter":"amiplus","name":"compteur","id":"`...), d.ID...)
	b = appendNumber(append(b, `","total_energy_consumption_kwh":`...), vs[0].Value, 6)
	return append(appendNumber(append(b, `,"current_power_consumption_kw":`...), vs[1].Value, 6), '}')
}
