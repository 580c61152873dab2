package tariff

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
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
		"charges":     {d["charges"].AnyOf[2], fileCharges{}},
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

// TestTheSchemaTakesWhatShips holds the schema to files that are right, and to one
// that is not.
func TestTheSchemaTakesWhatShips(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/reference/tariff.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	err = fs.WalkDir(shipped, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(shipped, name)
		if err != nil {
			return err
		}
		read++
		for wrong, text := range map[bool]string{false: string(text), true: strings.Replace(string(text), "\nname:", "\ntitle:", 1)} {
			inJSON, err := yaml.YAMLToJSON([]byte(text))
			if err != nil {
				return err
			}
			file, err := jsonschema.UnmarshalJSON(bytes.NewReader(inJSON))
			if err != nil {
				return err
			}
			if err := schema.Validate(file); (err != nil) != wrong {
				t.Errorf("%s: wrong %v: %v", name, wrong, err)
			}
		}
		return nil
	})
	if err != nil || read < 8 {
		t.Errorf("%d files: %v", read, err)
	}
}

// An object is the part of a JSON Schema that this test reads.
type object struct {
	Properties map[string]object `json:"properties"`
	Items      *object           `json:"items"`
	AnyOf      []object          `json:"anyOf"`
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
