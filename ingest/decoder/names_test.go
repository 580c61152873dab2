package decoder

import "testing"

func TestNamesInADocumentAreNeverMissed(t *testing.T) {
	for _, x := range []struct{ payload, path string }{
		{`{"ENERGY":{"Total":1}}`, "ENERGY.Total"},
		{`{"EN\u0045RGY":{"Tot\u0061l":1}}`, "ENERGY.Total"},
		{`[{"a":[{"":1}]}]`, `[0].a[].""`},
		{`{"é":1}`, "é"},
		{`{"x":{"DS18B20-1":{"Id":1}}}`, "x.DS*.Id"},
	} {
		p, err := newPath(x.path)
		if err != nil {
			t.Fatal(err)
		}
		var d document
		if !d.parse([]byte(x.payload)) {
			t.Fatalf("%s: no JSON", x.payload)
		}
		led := 0
		p.each(d.root(), func(found) { led++ })
		if led != 1 {
			t.Errorf("%s in %s leads to %d values, want 1", x.path, x.payload, led)
		}
	}
}

func TestNamesOfTheMessageBeforeAreForgotten(t *testing.T) {
	p, err := newPath("*.Total_in")
	if err != nil {
		t.Fatal(err)
	}
	var d document
	d.parse([]byte(`{"SML":{"Total_in":1}}`))
	if !p.mayLead(d.root()) {
		t.Error("a name that is there is missed")
	}
	d.parse([]byte(`{"SML":{"Power_curr":1}}`))
	if p.mayLead(d.root()) {
		t.Error("a name of the message before is still looked for")
	}
}
