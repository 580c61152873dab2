package decoder

import (
	"strconv"
	"strings"
	"unicode"

	"foyer/internal/energy"
)

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

const zlinkyTiers = 10

// A zlinkyKey is an attribute in the two spellings converters used: snake case,
// with energy in kWh, and until 2021 camel case, with energy in Wh.
type zlinkyKey struct{ snake, camel string }

func newZLinkyKey(snake string) zlinkyKey {
	words := strings.Split(snake, "_")
	for i, w := range words[1:] {
		words[i+1] = string(unicode.ToUpper(rune(w[0]))) + w[1:]
	}
	return zlinkyKey{snake, strings.Join(words, "")}
}

var (
	zlinkySum        = newZLinkyKey("current_summ_delivered")
	zlinkyInjected   = newZLinkyKey("current_summ_received")
	zlinkyTier       = tierKeys()
	zlinkyOut        = outKeys()
	zlinkyTarif      = newZLinkyKey("current_tarif")
	zlinkyTarifIndex = newZLinkyKey("current_index_tarif")
	zlinkyPeriod     = newZLinkyKey("active_register_tier_delivered")
	zlinkyDate       = newZLinkyKey("current_date")
	zlinkySerial     = newZLinkyKey("meter_serial_number")
	zlinkyApparent   = newZLinkyKey("apparent_power")
	zlinkyApparentB  = newZLinkyKey("apparent_power_ph_b")
	zlinkyApparentC  = newZLinkyKey("apparent_power_ph_c")
	zlinkyApparents  = newZLinkyKey("total_apparent_power")
	zlinkyAvailable  = newZLinkyKey("available_power")
	zlinkyVA         = newZLinkyKey("injected_v_a")
)

func tierKeys() (keys [zlinkyTiers]zlinkyKey) {
	for i := range keys {
		keys[i] = newZLinkyKey("current_tier" + strconv.Itoa(i+1) + "_summ_delivered")
	}
	return keys
}

// outKeys are the indexes of the distributor; the second spelling is that of
// older converters.
func outKeys() (keys [4][2]zlinkyKey) {
	for i := range keys {
		for j, name := range [2]string{"active_energy_out_d0", "active_enerfy_out_d0"} {
			keys[i][j] = newZLinkyKey(name + strconv.Itoa(i+1))
		}
	}
	return keys
}

// Registers of the tiers by contract. Historique: 1 and 2 as named; standard: EASF.
var (
	tiersOffPeak = importNames("hc", "hp")
	tiersEJP     = importNames("ejphn", "ejphpm")
	tiersTempo   = importNames("hcjb", "hpjb", "hcjw", "hpjw", "hcjr", "hpjr")
	tiersEASF    = importNames("f01", "f02", "f03", "f04", "f05", "f06", "f07", "f08", "f09", "f10")
	outputsEASD  = importNames("d01", "d02", "d03", "d04")
)

func importNames(names ...string) (rs []energy.Register) {
	for _, n := range names {
		rs = append(rs, energy.NewRegister(energy.EnergyImport, n))
	}
	return rs
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

// zlinkyFact is the key under which the contract behind a topic is kept.
const zlinkyFact = "zlinky "

func (z *zlinky) mode(standard bool) string {
	if standard {
		return "standard"
	}
	return "historique"
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

func (z *zlinky) anyTier() bool {
	for i := range zlinkyTier {
		if z.positive(z.get(zlinkyTier[i])) {
			return true
		}
	}
	return false
}

// imports keeps the indexes of energy drawn.
func (z *zlinky) imports(tiers []energy.Register, standard bool) {
	if standard {
		for i, reg := range tiersEASF {
			z.index(reg, zlinkyTier[i])
		}
		for i, reg := range outputsEASD {
			for _, k := range zlinkyOut[i] {
				z.index(reg, k)
			}
		}
		z.index(importTotal, zlinkySum)
		return
	}
	for i, reg := range tiers { // here 0 is a period that has not come yet
		z.in.observe(reg, z.get(zlinkyTier[i]), z.unit, zlinkyTier[i].snake)
	}
	if !z.sumIsPart(tiers) {
		z.index(importTotal, zlinkySum)
	}
}

// index keeps an index that counts.
func (z *zlinky) index(reg energy.Register, k zlinkyKey) {
	v := z.get(k)
	if n, is := v.number(); is == isNumber && n.mant == 0 {
		z.in.reject(k.snake, "0 stands for unused")
		return
	}
	z.in.observe(reg, v, z.unit, k.snake)
}

// sumIsPart reports whether the sum is less than its tiers: a meter in historique
// mode has no total but with the base contract, and converters add the first two
// tiers only.
func (z *zlinky) sumIsPart(tiers []energy.Register) bool {
	if len(tiers) == 0 {
		return false
	}
	sum, is := z.get(zlinkySum).number()
	total, ok := z.unit.scale.apply(sum)
	if is != isNumber || !ok {
		return false // observing it says why not
	}
	var tiersTotal int64
	for i := range tiers {
		if n, is := z.get(zlinkyTier[i]).number(); is == isNumber {
			v, _ := z.unit.scale.apply(n)
			if v > limits[energy.EnergyImport].max-tiersTotal {
				return true
			}
			tiersTotal += v
		}
	}
	if slack := 2 * max(z.unit.scale.step(sum), 10_000); total < tiersTotal-slack || total > tiersTotal+slack {
		z.in.reject(zlinkySum.snake, "not the sum of the tiers")
		return true
	}
	return false
}

// contract tells the registers of the tiers (none with the base contract in
// historique mode) and whether the meter is in standard mode; known is false when
// nothing in the message nor before it says so.
func (z *zlinky) contract() (tiers []energy.Register, standard, known bool) {
	tarif := z.get(zlinkyTarif).text()
	remembered := ""
	if tarif == "" {
		remembered, tarif, _ = strings.Cut(z.in.recall(zlinkyFact+z.in.message.Topic), " ")
	}
	// OPTARIF names exist in historique mode only, apart from BASE.
	switch {
	case tarif == "HC..":
		return tiersOffPeak, false, true
	case tarif == "EJP.":
		return tiersEJP, false, true
	case strings.HasPrefix(tarif, "BBR"):
		return tiersTempo, false, true
	case remembered != "":
		return nil, remembered == "standard", true
	case z.saysStandard(), tarif != "" && tarif != "BASE":
		return nil, true, true
	}
	switch period := z.get(zlinkyPeriod).text(); {
	case period == "HC.." || period == "HP..":
		return tiersOffPeak, false, true
	case period == "HN.." || period == "PM..":
		return tiersEJP, false, true
	case len(period) == 4 && (strings.HasPrefix(period, "HCJ") || strings.HasPrefix(period, "HPJ")):
		return tiersTempo, false, true
	case period == "TH.." || tarif == "BASE":
		return nil, false, true
	}
	return nil, false, false
}

// saysStandard reports whether the message holds what only a meter in standard
// mode fills in; in historique mode the attributes are there and empty.
func (z *zlinky) saysStandard() bool {
	if z.root.get("status_register_breakout").get("type_tic").text() == "standard" || z.get(zlinkyDate).text() != "" {
		return true
	}
	return z.positive(z.get(zlinkyTarifIndex)) || z.positive(z.get(zlinkyInjected)) ||
		z.positive(z.get(zlinkyOut[0][0])) || z.positive(z.get(zlinkyOut[0][1]))
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
