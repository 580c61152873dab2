package simulators

func init() {
	register(dialect{
		name: "shelly_gen1", scheme: "shelly", role: Electricity,
		contracts: []string{Base}, tick: 1000, untimed: true,
		describe: func(d *device) {
			d.ID, d.topic = "compteur", "shellies/compteur/emeter/0/total"
			d.alive, d.living = "shellies/compteur/online", "true"
			d.precision = 100
			d.index.peak = d.dice.between(100_000, 9_000_000, 3) * 1000
		},
		show: showEmeter, encode: encodeEmeter,
	})
}

// A Shelly EM publishes each value on a topic of its own; the total of a clamp is Wh
// with one decimal.
//
// Source: Shelly Gen1 API, Shelly EM, MQTT.
func showEmeter(d *device, s *sample, vs []Value) []Value {
	exact := s.used.total()
	return append(vs, Value{"energy_import/ch0", round(exact, d.precision), exact})
}

func encodeEmeter(_ *device, _ *sample, vs []Value, b []byte) []byte {
	return appendDecimal(b, vs[0].Value, 3, 1)
}
