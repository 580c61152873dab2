package decoder

import (
	"slices"
	"testing"
)

func TestStateTemplatesThatOnlyTakeANumberOut(t *testing.T) {
	one := factor{1, 1, 0}
	for text, want := range map[string]stateTemplate{
		"":                                {path: "$", factor: one},
		"{{ value }}":                     {path: "$", factor: one},
		"{{value|float}}":                 {path: "$", factor: one},
		"{{- value | float(0) -}}":        {path: "$", factor: one},
		"{{float(value)/1000.0}}":         {path: "$", factor: factor{1, 1, -3}},
		"{{ value | round(3) * 1000 }}":   {path: "$", factor: factor{1, 1, 3}},
		"{{ (value | int) / 3600 * 10 }}": {path: "$", factor: factor{1, 36, -1}},
		"{{ 0.5 * value }}":               {path: "$", factor: factor{5, 1, -1}},
		"{{ value_json.ENERGY.Total }}":   {path: `"ENERGY"."Total"`, members: []string{"ENERGY", "Total"}, factor: one},
		`{{ value_json["a b"]['c'][0] | default(0) }}`: {path: `"a b"."c"[0]`, members: []string{"a b", "c"}, factor: one},
		"{{ float(value_json.x, 0) / 60 }}":            {path: `"x"`, members: []string{"x"}, factor: factor{1, 6, -1}},
	} {
		got, ok := parseStateTemplate(text)
		if !ok || got.path != want.path || !slices.Equal(got.members, want.members) || got.factor != want.factor {
			t.Errorf("%s: %+v, %t, want %+v", text, got, ok, want)
		}
		if _, err := newPath(got.path); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestOtherTemplatesAreNotRead(t *testing.T) {
	for _, text := range []string{
		"value", "{{ }}", "{{ 5 }}", "{{ value + 1 }}", "{{ value - 273.15 }}", "{{ 1 / value }}", "{{ value * value }}",
		"{{ value_json }}", "{{ value_json.get('a') }}", "{{ value | abs }}", "{{ value * 0 }}", "{{ value * -1 }}",
		"{{ value if value else 0 }}", "{% if value %}1{% endif %}", "{{ value }}{{ value }}", "{{ states('sensor.x') }}",
		`{{ value_json["a] }}`, "{{ ((((((((((value)))))))))) }}", "{{ value * 99999999999 }}", "{{ value / 1000",
	} {
		if got, ok := parseStateTemplate(text); ok {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
