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
