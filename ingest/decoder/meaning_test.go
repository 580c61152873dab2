package decoder

import "testing"

func TestWhatUnitAndNameSay(t *testing.T) {
	for _, c := range []struct{ unit, name, register, why string }{
		{"kWh", "energy_import", "energy_import/total", ""},
		{"kWh", "Energy/Import/HC", "energy_import/hc", ""},
		{"Wh", "EASF03", "energy_import/f03", ""},
		{"Wh", "EAIT", "energy_export/total", ""},
		{"kWh", "solarProduction", "energy_export/total", ""},
		{"kWh", "énergie injectée", "energy_export/total", ""},
		{"kWh", "energy_today", "", whyPeriod},
		{"kWh", "last_month", "", whyPeriod},
		{"MJ", "heat", "heat_energy/total", ""},
		{"kWh", "cooling", "", whyPeriod},
		{"W", "power_phase_b", "power/l2", ""},
		{"W", "max power", "", whyPeriod},
		{"W", "heat pump", "", whyOpen},
		{"W", "kettle", "power/kettle", ""},
		{"°C", "temperature", "temperature", ""},
		{"Cel", "living-room/temp", "temperature/living", ""},
		{"°C", "cpu_temperature", "", whyNoRoom},
		{"%", "humidity", "humidity", ""},
		{"%RH", "", "humidity", ""},
		{"%", "battery", "", whyOpen},
		{"m³", "gas", "gas_volume/total", ""},
		{"m³", "volume", "", whyOpen},
		{"V", "voltage", "", whyUnit},
		{"", "power", "", whyUnit},
	} {
		m, why := meaningOf(c.unit, c.name)
		if string(m.register) != c.register || why != c.why {
			t.Errorf("%s of %s: %q, %q", c.name, c.unit, m.register, why)
		}
	}
}
