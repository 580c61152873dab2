package decoder

import "foyer/internal/energy"

func init() {
	register(Decoder{
		Name:   "linky_zlinky_z2m/state",
		Order:  30,
		Topics: []string{"{any*}/zigbee2mqtt/{device+}", "{base+}/{device}"},
		Fits:   fitsZLinky,
		Decode: decodeZLinky,
		Doc: Doc{
			Reads: []string{
				"energy_import: total, hc, hp, ejphn, ejphpm, hcjb, hpjb, hcjw, hpjw, hcjr, hpjr, f01, f02, f03, f04, f05, f06, f07, f08, f09, f10, d01, d02, d03, d04",
				"energy_export: total", "apparent_power: total, l1, l2, l3", "apparent_power_export: total",
			},
			Times: []string{"current_date", "last_seen"},
		},
	})
	registerFamily(meterFamily{
		Name:  "linky_zlinky_z2m",
		Title: "Linky by ZLinky and Zigbee2MQTT",
		About: "A LiXee ZLinky_TIC, in historique and standard mode, on one phase and on three, by converters before (camel case, Wh) and after 2021 (kWh). " +
			"Which register a tier is depends on the contract: the message says it, or an earlier one of the same topic. " +
			"`f01` … are the supplier's division (EASF), `d01` … the distributor's (EASD) of the same energy; they are never added. " +
			"`active_power` is the last half-hour's and no reading. In standard mode 0 stands for an index that is not used; in historique mode for a period that has not come.",
		Source: []string{"https://www.zigbee2mqtt.io/devices/ZLinky_TIC.html", "https://github.com/fairecasoimeme/Zlinky_TIC", "Enedis-NOI-CPT_54E"},
	})
}

const (
	importTotal         = energy.Register("energy_import/total")
	exportTotal         = energy.Register("energy_export/total")
	apparentTotal       = energy.Register("apparent_power/total")
	apparentL1          = energy.Register("apparent_power/l1")
	apparentL2          = energy.Register("apparent_power/l2")
	apparentL3          = energy.Register("apparent_power/l3")
	apparentExportTotal = energy.Register("apparent_power_export/total")
)

// fitsZLinky takes what only a ZLinky says. A message with nothing but, say,
// apparent_power is left to the dialect of all Zigbee devices, which names the
// same device and the same register.
func fitsZLinky(in *Input) bool {
	root := in.root()
	for _, k := range [...]zlinkyKey{zlinkySum, zlinkyTier[0], zlinkyTier[1], zlinkyPeriod, zlinkyTarif, zlinkyAvailable, zlinkySerial} {
		if root.get(k.snake).kind() != absent || root.get(k.camel).kind() != absent {
			return true
		}
	}
	return false
}

// A zlinky is one published state.
type zlinky struct {
	in    *Input
	root  value
	camel bool
	unit  unit
}

// get returns an attribute in the spelling of this message. After an update of
// the converter camel-case keys stay in the cache of Zigbee2MQTT for ever: where
// there is snake case they are stale.
func (z *zlinky) get(k zlinkyKey) value {
	if z.camel {
		return z.root.get(k.camel)
	}
	return z.root.get(k.snake)
}

// positive reports whether an index has begun to count. Attributes the meter does
// not send read 0, so that 0 says nothing.
func (z *zlinky) positive(v value) bool {
	n, is := v.number()
	return is == isNumber && !n.neg && n.mant > 0
}

// decodeZLinky reads the state of a LiXee ZLinky_TIC behind Zigbee2MQTT. Which
// register a tier is depends on the contract and on the mode of the meter.
// active_power is the last point of the load curve, up to half an hour old: no
// reading.
//
// Source: zigbee-herdsman-converters, src/devices/lixee.ts; Zlinky_TIC, README;
// Enedis-NOI-CPT_54E.
func decodeZLinky(in *Input) (Result, error) {
	z := zlinky{in: in, root: in.root(), unit: units["kWh"]}
	device := zigbeeDevice(in)
	if !z.anySnake() {
		z.camel, z.unit = true, units["Wh"]
		in.trace.addf("camel case of 2021: Wh")
	}
	counting := z.positive(z.get(zlinkySum)) || z.positive(z.get(zlinkyInjected))
	for i := range zlinkyTier {
		counting = counting || z.positive(z.get(zlinkyTier[i]))
	}
	hasIndex := z.has(zlinkySum) || z.has(zlinkyTier[0])
	serial := z.get(zlinkySerial).text()
	if hasIndex && !counting && serial == "" {
		return Result{Outcome: Ignored, Reason: "every index is 0 and there is no serial: the module does not read the meter", Device: device}, nil
	}
	tiers, standard, known := z.contract()
	if counting {
		if !known && z.anyTier() {
			in.reject("current_tier*_summ_delivered", "which register a tier is depends on the contract, which nothing says")
		}
		z.imports(tiers, standard)
	}
	z.apparent(standard)
	if standard && z.positive(z.get(zlinkyInjected)) { // a producer; else 0 stands for unused
		in.observe(exportTotal, z.get(zlinkyInjected), z.unit, zlinkyInjected.snake)
		in.observe(apparentExportTotal, z.get(zlinkyVA), units["VA"], zlinkyVA.snake)
	}
	r, err := in.conclude(device, z.clocks()...)
	if tarif := z.get(zlinkyTarif).text(); tarif != "" {
		r.Remember = in.learn(zlinkyFact+in.message.Topic, z.mode(standard)+" "+tarif)
	}
	if err == nil && r.Outcome == Ignored && !known && z.anyTier() {
		return r, refuse("which register a tier is depends on the contract, which nothing says")
	}
	return r, err
}

// apparent keeps the apparent power drawn. With three phases in standard mode
// apparent_power is that of the first: SINSTS1, and total_apparent_power SINSTS.
// With one phase, and in historique mode, it is the whole and the others read 0.
func (z *zlinky) apparent(standard bool) {
	va, total := units["VA"], z.get(zlinkyApparents)
	if !standard || !z.draws(total) && !z.draws(z.get(zlinkyApparentB)) && !z.draws(z.get(zlinkyApparentC)) {
		z.in.observe(apparentTotal, z.get(zlinkyApparent), va, zlinkyApparent.snake)
		return
	}
	if z.draws(total) {
		z.in.observe(apparentTotal, total, va, zlinkyApparents.snake)
	}
	z.in.observe(apparentL1, z.get(zlinkyApparent), va, zlinkyApparent.snake)
	z.in.observe(apparentL2, z.get(zlinkyApparentB), va, zlinkyApparentB.snake)
	z.in.observe(apparentL3, z.get(zlinkyApparentC), va, zlinkyApparentC.snake)
}

// draws reports whether v is a power above 0, and not a number that stands for none.
func (z *zlinky) draws(v value) bool {
	n, is := v.number()
	return is == isNumber && !n.neg && n.mant > 0 && !oneOf(n, noInstant)
}

func (z *zlinky) has(k zlinkyKey) bool { kd := z.get(k).kind(); return kd != absent && kd != null }

func (z *zlinky) anySnake() bool {
	for _, k := range [...]zlinkyKey{zlinkySum, zlinkyTier[0], zlinkyTier[1], zlinkyPeriod, zlinkyTarif, zlinkyAvailable, zlinkySerial, zlinkyApparent} {
		if z.root.get(k.snake).kind() != absent {
			return true
		}
	}
	return false
}

// clocks are the date of the meter, in standard mode, and when the coordinator
// last heard the module.
func (z *zlinky) clocks() []stamp {
	m := z.in.message
	return []stamp{
		z.in.read(z.get(zlinkyDate), formatTIC, m.Zone, anySeason, zlinkyDate.snake),
		z.in.read(z.root.get("last_seen"), formatMillis, m.Zone, anySeason, "last_seen"),
		z.in.read(z.root.get("last_seen"), formatISO, m.Zone, anySeason, "last_seen"),
	}
}
