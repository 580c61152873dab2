package decoder

import (
	"slices"
	"testing"
)

const pathDoc = `{"ENERGY":{"Total":1.5,"Power":[10,20]},"1-0:1.8.0":{"value":7},"DS18B20-1":{"Id":"A","Temperature":20},"DS18B20-2":{"Id":"B","Temperature":21},
	"data":[{"ts":"1","v":5},{"ts":"2","v":6}],"unit":"kWh"}`

func TestPathsLeadThere(t *testing.T) {
	var d document
	if !d.parse([]byte(pathDoc)) {
		t.Fatal("refused")
	}
	for text, want := range map[string][]string{
		"ENERGY.Total": {"1.5"}, "$.ENERGY.Total": {"1.5"}, "ENERGY.Power[1]": {"20"}, "ENERGY.Power[]": {"10", "20"}, "ENERGY.Power[7]": nil, "ENERGY.Total[]": nil,
		`"1-0:1.8.0".value`: {"7"}, "*.Temperature": {"20", "21"}, "DS18B20*.Id": {"A", "B"}, "data[].v": {"5", "6"}, "data[0].ts": {"1"},
		"no.such": nil, "unit": {"kWh"}, "unit.x": nil, "$": {""},
	} {
		p, err := newPath(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		p.each(d.root(), func(f found) { got = append(got, f.value.text()) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestRelativePathsStartFromTheValue(t *testing.T) {
	var d document
	if !d.parse([]byte(pathDoc)) {
		t.Fatal("refused")
	}
	temperature := d.root().get("DS18B20-2").get("Temperature")
	for text, want := range map[string]string{".Id": "B", "..unit": "kWh", "..ENERGY.Total": "1.5", "unit": "kWh", "....x": ""} {
		p, err := newPath(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.one(d.root(), temperature).text(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestPathsThatAreNone(t *testing.T) {
	for _, text := range []string{"a..b", "a[", "a[x]", "a[-1]", `"a`, "a.", "a*b", "*x*"} {
		if _, err := newPath(text); err == nil {
			t.Errorf("%q is a path", text)
		}
	}
}
