package formulary

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/internal/formula"
)

var update = flag.Bool("update", false, "write the reference page")

// A worked is an example computed elsewhere; null means absent.
type worked struct {
	ID        string          `json:"id"`
	Indicator string          `json:"indicator"`
	Inputs    json.RawMessage `json:"inputs"`
	Expected  map[string]any  `json:"expected"`
	Tolerance float64         `json:"tolerance_abs"`
}

func TestWorkedExamplesHold(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "vectors*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no worked examples", err)
	}
	for _, name := range files {
		var vectors []worked
		readJSON(t, name, &vectors)
		hold(t, vectors)
	}
}

func TestWorkedExamplesBesideTheProjectHold(t *testing.T) {
	const name = "../../../shared/reference/indicator_vectors.json"
	if _, err := os.Stat(name); err != nil {
		t.Skip("the worked examples are not beside the project: ../shared/reference/indicator_vectors.json")
	}
	var beside struct {
		Vectors []worked `json:"vectors"`
	}
	readJSON(t, name, &beside)
	hold(t, beside.Vectors)
}

func readJSON(t *testing.T, name string, to any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatal(name, err)
	}
}

// hold evaluates examples and compares.
func hold(t *testing.T, vectors []worked) {
	t.Helper()
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			line, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if failed, err := Formulas().EvaluateLines(bytes.NewReader(line), &out); failed != 0 || err != nil {
				t.Fatal(out.String(), err)
			}
			var got struct {
				ID     string         `json:"id"`
				Result map[string]any `json:"result"`
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.ID != v.ID {
				t.Fatal(out.String(), err)
			}
			if at := differs(v.Expected, got.Result, v.Tolerance); at != "" {
				t.Errorf("%s: got %v, want %v", at, got.Result, v.Expected)
			}
		})
	}
}

// differs says where a result is not what is expected; "" when it is. It may say more.
func differs(want, got any, tolerance float64) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return " want an object"
		}
		for k := range w {
			if at := differs(w[k], g[k], tolerance); at != "" {
				return "." + k + at
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return " want a list as long"
		}
		for i := range w {
			if at := differs(w[i], g[i], tolerance); at != "" {
				return fmt.Sprintf("[%d]%s", i, at)
			}
		}
		return ""
	case float64:
		if g, ok := got.(float64); ok && math.Abs(w-g) <= tolerance {
			return ""
		}
		return " differs"
	}
	if !reflect.DeepEqual(want, got) {
		return " differs"
	}
	return ""
}

func TestALineThatCannotBeComputedSaysWhyAndStopsNoOther(t *testing.T) {
	in := `{"id":"a","indicator":"nothing","inputs":{}}
{"id":"b","indicator":"uc_insee","inputs":{"ages":"old"}}
{"id":"c","indicator":"uc_insee","inputs":{"ages":[40]}}`
	var out bytes.Buffer
	failed, err := Formulas().EvaluateLines(strings.NewReader(in), &out)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if failed != 2 || err != nil || len(lines) != 3 || lines[2] != `{"id":"c","result":{"status":"ok","uc":1}}` || !strings.Contains(lines[0], "no such calculation") {
		t.Errorf("%d, %v, %s", failed, err, out.String())
	}
	if _, err := Formulas().EvaluateLines(strings.NewReader("{}\n{"), &out); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("half a line is taken, or not said which: %v", err)
	}
}

func TestTheReferencePageIsThatOfTheRegistry(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "indicators.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the registry (%v): run go generate ./internal/formulary", path, err)
	}
}

// TestACalculationNamesWhatItTakes feeds each what it says it reads and wants the
// members that it says it answers.
func TestACalculationNamesWhatItTakes(t *testing.T) {
	for id, want := range map[string]string{
		"uc_insee":       "[{ages list, each a number}] [{status text} {uc number} {estimated yes or no}]",
		"bill_base_6kva": "[{start text} {end_exclusive text} {kwh_per_day number} {tariff[].valid_from text} {tariff[].sub number} {tariff[].kwh number} {proration text}]",
	} {
		c, ok := Formulas().Find(id)
		if got := fmt.Sprint(c.Inputs, " ", c.Results); !ok || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", id, got)
		}
	}
	for _, c := range Formulas().All() {
		answer, err := Formulas().Evaluate(c.ID, json.RawMessage("{}"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		for name := range members {
			if !slices.ContainsFunc(c.Results, func(f formula.Field) bool {
				of, _, _ := strings.Cut(f.Name, ".") // of "events[].count"
				return strings.TrimSuffix(of, "[]") == name
			}) {
				t.Errorf("%s answers %s and does not say so", c.ID, name)
			}
		}
		if len(c.Inputs) == 0 || slices.ContainsFunc(append(c.Inputs, c.Results...), func(f formula.Field) bool { return f.Kind == "" || strings.Contains(f.Kind, "foyer") }) {
			t.Errorf("%s: %v %v", c.ID, c.Inputs, c.Results)
		}
	}
	if _, ok := Formulas().Find("nothing"); ok {
		t.Error("a formula that is not there is found")
	}
}
