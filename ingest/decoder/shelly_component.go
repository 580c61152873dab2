package decoder

import (
	"strconv"
	"strings"

	"foyer/internal/energy"
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
	case "blutrv": // the valve of a radiator, through a gateway
		m.number(energy.Temperature, channel, c, name, "current_C")
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
