package decoder

import (
	"slices"
	"strings"
	"unicode"

	"foyer/internal/energy"
)

// Generic conventions (SenML, Homie, Sparkplug, Home Assistant) say the unit of a
// number and a name that people chose. A unit says which quantities it can be, the
// words of the name which one: what they do not say is not guessed.

// A meaning is what a number counts, in which unit.
type meaning struct {
	register energy.Register
	unit     unit
}

// unitNames are the names of [units] by the spellings of those conventions.
var unitNames = map[string]string{
	"Cel": "degC", "°C": "degC", "ºC": "degC", "℃": "degC", "degC": "degC", "°F": "degF", "ºF": "degF", "℉": "degF", "degF": "degF",
	"%": "%", "%RH": "%", "m³": "m3", "m3": "m3", "L": "l", "l": "l", "Liter": "l", "pulses": "pulse", "pulse": "pulse",
	"Wh": "Wh", "kWh": "kWh", "MWh": "MWh", "J": "J", "kJ": "kJ", "MJ": "MJ", "GJ": "GJ",
	"W": "W", "kW": "kW", "mW": "mW", "VA": "VA", "kVA": "kVA",
}

// Words of names that settle what a unit leaves open.
var (
	// wordsNoIndex mark a number that is not what a meter shows now: the total of a
	// period, an extreme, a limit.
	wordsNoIndex = words(`today yesterday tomorrow day daily hour hourly week weekly month monthly year yearly annual
		period previous last session trip interval average avg mean min minimum max maximum peak limit target setpoint set
		forecast estimated estimate predicted cost price tariff_price euro subscribed contract nominal rated reactive
		budget delta difference charge discharge charged discharged battery ev soc`)

	// wordsExport mark energy that flows out of the home.
	wordsExport = words(`export exported exporting return returned inject injected injection injecte injectee production produced
		produce generation generated solar pv surplus feed feedin fed reverse negative sold`)

	// wordsNoRoom mark a temperature or humidity that is no room's nor the weather's.
	wordsNoRoom = words(`chip cpu core soc board pcb internal device module mcu processor engine motor boiler burner flue
		exhaust oven fridge freezer cooler pipe flow supply return tank water dhw hotwater hot heater radiator heatsink
		coil compressor refrigerant battery soil ground pool oil coolant brine cable probe setpoint set target desired
		limit min minimum max maximum average avg offset calibration dewpoint dew feels heatindex coolbox hotend bed inverter`)

	wordsHumid = words(`humidity humidite humid hygrometry hygrometrie rh hygro moisture_air relative_humidity`)
	wordsGas   = words(`gas gaz`)
	wordsWater = words(`water eau`)
	wordsHeat  = words(`heat heating thermal chaleur chauffage`)
	wordsCold  = words(`cold cooling cool`)

	// wordsPlain say nothing that the quantity does not say.
	wordsPlain = words(`energy energie power puissance active activepower activeenergy apparent total totals sum index
		import imported consumption consumed consume consommation delivered used usage drawn positive electricity electric
		elec meter counter counted compteur value val sensor state reading measurement measure measured current currently
		instant instantaneous instant_power temperature temperatures temp temperatura t p cel degrees degree celsius air
		ambient room indoor thermometer humidity humidite humid hygrometry hygrometrie rh hygro relative volume cumulative
		cumulated cumul gas gaz water eau heat heating thermal chaleur kwh wh mwh kw w va kva m3 l main grid mains net
		climate environment env status data primary plug socket outlet relay switch linky smartmeter
		energymeter powermeter thermostat weather`)
)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// registerWords are words that name a register.
var registerWords = map[string]string{
	"l1": "l1", "l2": "l2", "l3": "l3", "phasea": "l1", "phaseb": "l2", "phasec": "l3", "phase1": "l1", "phase2": "l2", "phase3": "l3",
	"t1": "t1", "t2": "t2", "tariff1": "t1", "tariff2": "t2", "hc": "hc", "hp": "hp", "base": "base",
	"hchc": "hc", "hchp": "hp", "ejphn": "ejphn", "ejphpm": "ejphpm",
	"bbrhcjb": "hcjb", "bbrhpjb": "hpjb", "bbrhcjw": "hcjw", "bbrhpjw": "hpjw", "bbrhcjr": "hcjr", "bbrhpjr": "hpjr",
	"east": "total", "sinsts": "total", "papp": "total",
}

// ticExports are labels of a Linky that count what flows out.
var ticExports = words("eait sinsti")

// meaningOf tells what a number in a unit counts, by the words of its name; why
// says what keeps it from having a meaning.
func meaningOf(unitName string, name ...string) (m meaning, why string) {
	u, known := units[unitNames[unitName]]
	if !known {
		return m, whyUnit
	}
	ws := wordsOf(name...)
	has := func(set map[string]bool) bool { return slices.ContainsFunc(ws, func(w string) bool { return set[w] }) }
	export := has(wordsExport) || has(ticExports)
	var q energy.Quantity
	switch u.base {
	case "Wh", "W", "VA":
		switch {
		case has(wordsNoIndex) || has(wordsCold):
			return m, whyPeriod
		case u.base == "Wh" && has(wordsGas):
			q = energy.GasEnergy
		case u.base == "Wh" && has(wordsHeat):
			q = energy.HeatEnergy
		case u.base == "W" && has(wordsHeat):
			return m, whyOpen
		default:
			q = flow(u.base, export)
		}
	case "degC":
		if has(wordsNoRoom) {
			return m, whyNoRoom
		}
		q = energy.Temperature
	case "%":
		if unitName != "%RH" && !has(wordsHumid) {
			return m, whyOpen
		}
		if has(wordsNoRoom) {
			return m, whyNoRoom
		}
		q = energy.Humidity
	case "l":
		switch {
		case has(wordsNoIndex):
			return m, whyPeriod
		case has(wordsGas) == has(wordsWater):
			return m, whyOpen
		case has(wordsGas):
			q = energy.GasVolume
		default:
			q = energy.WaterVolume
		}
	case "pulse":
		q = energy.PulseCount
	default:
		return m, whyOpen
	}
	return meaning{energy.NewRegister(q, registerName(q, ws)), u}, ""
}

// called returns what m is by the names that people gave it: they can tell that it is
// none of ours, and that it counts what flows out where the words of its place do not say
// that it flows in.
func (m meaning) called(place []string, names ...string) (meaning, string) {
	ws := wordsOf(names...)
	has := func(set map[string]bool) bool { return slices.ContainsFunc(ws, func(w string) bool { return set[w] }) }
	q := m.register.Quantity()
	switch {
	case q.Cumulative() && has(wordsNoIndex):
		return m, whyPeriod
	case q == energy.Temperature && has(wordsNoRoom):
		return m, whyNoRoom
	}
	out, flows := outward[q]
	if flows && has(wordsOut) && !slices.ContainsFunc(wordsOf(place...), func(w string) bool { return wordsIn[w] }) {
		m.register = energy.NewRegister(out, m.register.Name())
	}
	return m, ""
}

// outward is what a quantity that flows into the home is called on its way out.
var outward = map[energy.Quantity]energy.Quantity{
	energy.EnergyImport: energy.EnergyExport, energy.Power: energy.PowerExport, energy.ApparentPower: energy.ApparentPowerExport,
}

// Words of names that people give for the way a flow goes. Solar is what something is for,
// as well: a pump.
var (
	wordsOut = words(`export exported exporting returned inject injected injection injecte injectee production produced
		generation generated feedin sold eait sinsti`)
	wordsIn = words(`import imported importing consumption consumed consommation delivered used usage drawn east sinsts papp base hc hp hchc hchp`)
)

// The reasons for which a number with a unit has no meaning.
const (
	whyPeriod = "not what a meter shows now: of a period, an extreme or a limit"
	whyOpen   = "the unit fits several things, and the name does not say which"
	whyClass  = "a class of devices that is not kept"
	whyNoRoom = "not the temperature or humidity of a room, nor of the weather"
)

// flow is the quantity that a unit of electricity counts.
func flow(base string, export bool) energy.Quantity {
	switch {
	case base == "Wh" && export:
		return energy.EnergyExport
	case base == "Wh":
		return energy.EnergyImport
	case base == "W" && export:
		return energy.PowerExport
	case base == "W":
		return energy.Power
	case export:
		return energy.ApparentPowerExport
	}
	return energy.ApparentPower
}

// registerName names a register by the words of a name: one that words stand for,
// else what is left of them, else the only one.
func registerName(q energy.Quantity, ws []string) string {
	if r := namedRegister(ws); r != "" {
		return r
	}
	var left []string
	for _, w := range ws {
		if !wordsPlain[w] && !wordsExport[w] && !ticExports[w] {
			left = append(left, w)
		}
	}
	if len(left) > 0 {
		return safeName(strings.Join(left, "_"))
	}
	if q == energy.Temperature || q == energy.Humidity {
		return ""
	}
	return "total"
}

// namedRegister returns the register that words stand for, "" for none.
func namedRegister(ws []string) string {
	for i, w := range ws {
		if r, ok := registerWords[w]; ok {
			return r
		}
		if i+1 < len(ws) {
			if r, ok := registerWords[w+ws[i+1]]; ok {
				return r
			}
		}
		if label, ok := strings.CutPrefix(w, "eas"); ok && len(label) == 3 { // EASF01, EASD01
			return label
		}
		if ticExports[w] {
			return "total"
		}
	}
	return ""
}

// isRegisterWord reports whether name is one that words stand for.
func isRegisterWord(name string) bool {
	for _, r := range registerWords {
		if r == name && r != "total" {
			return true
		}
	}
	return false
}

// wordsOf cuts names into words in lower case, without accents: at what is no
// letter nor digit, and where a capital follows a small letter.
func wordsOf(names ...string) (all []string) {
	for _, name := range names {
		var w strings.Builder
		before := ' '
		end := func() {
			if w.Len() > 0 {
				all = append(all, w.String())
				w.Reset()
			}
		}
		for _, c := range name {
			switch {
			case !unicode.IsLetter(c) && !unicode.IsDigit(c):
				end()
			case unicode.IsUpper(c) && unicode.IsLower(before):
				end()
				fallthrough
			default:
				w.WriteRune(plainLetter(unicode.ToLower(c)))
			}
			before = c
		}
		end()
	}
	return all
}

// plainLetter takes the accents of French off.
func plainLetter(c rune) rune {
	switch c {
	case 'à', 'â', 'ä':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'î', 'ï':
		return 'i'
	case 'ô', 'ö':
		return 'o'
	case 'ù', 'û', 'ü':
		return 'u'
	case 'ç':
		return 'c'
	}
	return c
}

// assumed returns what the site's metric_map says of a metric: "quantity/register unit".
func (in *Input) assumed(metric string) (meaning, bool) {
	m, _ := in.message.Assume["metric_map"].(map[string]any)
	means, _ := m[metric].(string)
	return readMeaning(means)
}

// readMeaning reads "quantity/register unit".
func readMeaning(text string) (meaning, bool) {
	register, unitName, _ := strings.Cut(text, " ")
	q := energy.Register(register).Quantity()
	u, ok := unitFor(q, unitName)
	return meaning{energy.NewRegister(q, safeName(energy.Register(register).Name())), u}, ok
}
