package tariff

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestTheSchemaKnowsEveryKey holds docs/reference/tariff.schema.json to what the
// reader of tariff files knows.
func TestTheSchemaKnowsEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/tariff.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Definitions map[string]object `json:"definitions"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	d := schema.Definitions
	item := func(of object, name string) object { return *of.Properties[name].Items }
	for name, c := range map[string]struct {
		schema object
		file   any
	}{
		"tariff":      {d["tariff"], fileTariff{}},
		"zone":        {d["zone"], fileZone{}},
		"version":     {d["version"], fileVersion{}},
		"price":       {d["price"], filePrice{}},
		"made_of":     {d["price"].Properties["made_of"], fileParts{}},
		"levies":      {d["levies"], fileTaxes{}},
		"charges":     {d["charges"].OneOf[2], fileCharges{}},
		"taxes":       {d["taxes"], fileLevies{}},
		"a levy":      {item(d["taxes"], "versions"), fileLevy{}},
		"calorific":   {d["calorific"], fileCalorific{}},
		"calendar":    {d["calendar"], fileCalendar{}},
		"a colour":    {item(d["calendar"], "colours"), fileColour{}},
		"known days":  {item(d["calendar"], "known"), fileKnown{}},
		"coefficient": {item(d["calorific"], "versions"), fileHeating{}},
	} {
		got, want := slices.Sorted(maps.Keys(c.schema.Properties)), keys(reflect.TypeOf(c.file))
		if name == "coefficient" { // which reads it to refuse it
			want = slices.DeleteFunc(want, func(k string) bool { return k == "until" })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, a file %v", name, got, want)
		}
	}
}

// An object is the part of a JSON Schema that this test reads.
type object struct {
	Properties map[string]object `json:"properties"`
	Items      *object           `json:"items"`
	OneOf      []object          `json:"oneOf"`
}

// keys lists the YAML keys of a struct, in order.
func keys(of reflect.Type) []string {
	var all []string
	for i := range of.NumField() {
		f := of.Field(i)
		name, inline, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case inline == "inline":
			all = append(all, keys(f.Type)...)
		case name != "":
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
