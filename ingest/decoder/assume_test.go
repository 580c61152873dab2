package decoder

import (
	"strings"
	"testing"
)

func TestAssumptionsAreOnesThatADialectCanUse(t *testing.T) {
	for _, good := range []map[string]any{
		nil,
		{"quantity": "gas_volume", "unit": "m3"},
		{"dialect": "tasmota_energy/sensor"},
		{"names": []any{"power1", "e1"}, "metric_map": map[string]any{"$": "temperature/bedroom degC", "SML.x": "energy_import/total kWh"}},
		{"pulses": map[string]any{"pulse_count/total": "gas_volume/total 0.01 m3", "pulse_count": "energy_import/total 1/800 kWh"}},
	} {
		if err := Builtin().CheckAssume(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, c := range []struct {
		assume map[string]any
		says   string
	}{
		{map[string]any{"quantity": "joy"}, "quantity: joy"},
		{map[string]any{"quantity": "gas_volume", "unit": "W"}, "unit: W: cannot count gas_volume"},
		{map[string]any{"unit": "furlong"}, "unit: furlong: want one of"},
		{map[string]any{"dialect": "tasmota"}, "dialect: tasmota"},
		{map[string]any{"names": "power1"}, "names: power1: want a list"},
		{map[string]any{"names": []any{1}}, "names"},
		{map[string]any{"metric_map": map[string]any{"a": "power/total kWh"}}, "metric_map: a: power/total kWh"},
		{map[string]any{"metric_map": "a"}, "metric_map: a"},
		{map[string]any{"pulses": 10}, "pulses: 10: want a mapping"},
		{map[string]any{"pulses": map[string]any{"power/total": "gas_volume/total 0.01 m3"}}, "pulses: power/total: want a register that counts pulses"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "gas_volume/total 0 m3"}}, "pulses: pulse_count: gas_volume/total 0 m3: want QUANTITY/REGISTER NUMBER UNIT"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "gas_volume/total -1 m3"}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "gas_volume/total 1e9 m3"}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "gas_volume/total 1/0 m3"}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "temperature/room 1 degC"}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "pulse_count 10 pulse"}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": 3}}, "what one pulse is worth"},
		{map[string]any{"pulses": map[string]any{"pulse_count": "gas_volume/total 1 l", "pulse_count/ch1": "gas_volume/total 1 l"}}, "counts gas_volume/total already"},
		{map[string]any{"quantiti": "gas_volume"}, "quantiti: gas_volume: no dialect asks for it"},
	} {
		if err := Builtin().CheckAssume(c.assume); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: got %v, want %q in it", c.assume, err, c.says)
		}
	}
}

func TestTemplatesOfOnesOwnAskForKeysOfTheirOwn(t *testing.T) {
	set, err := Open(folder(t, map[string]string{"acme_c2.yaml": strings.Replace(example, "path: power, unit: W", "path: power, unit: { assume: acme_unit, else: W }", 1)}))
	if err != nil {
		t.Fatal(err)
	}
	if err := set.CheckAssume(map[string]any{"acme_unit": "kW"}); err != nil {
		t.Error(err)
	}
	if err := set.CheckAssume(map[string]any{"acme_unit": 5}); err == nil {
		t.Error("a number is accepted")
	}
}
