package indicators

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the reference page")

// TestWorkedExamplesHold compares with examples computed elsewhere; null means absent.
func TestWorkedExamplesHold(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		ID        string          `json:"id"`
		Indicator string          `json:"indicator"`
		Inputs    json.RawMessage `json:"inputs"`
		Expected  map[string]any  `json:"expected"`
		Tolerance float64         `json:"tolerance_abs"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			line, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if failed, err := EvaluateLines(bytes.NewReader(line), &out); failed != 0 || err != nil {
				t.Fatal(out.String(), err)
			}
			var got struct {
				ID     string         `json:"id"`
				Result map[string]any `json:"result"`
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.ID != v.ID {
				t.Fatal(out.String(), err)
			}
			for k, want := range v.Expected {
				n, isNumber := want.(float64)
				m, wasNumber := got.Result[k].(float64)
				if isNumber && wasNumber && math.Abs(n-m) <= v.Tolerance {
					continue
				}
				if !reflect.DeepEqual(want, got.Result[k]) {
					t.Errorf("%s: got %v, want %v", k, got.Result[k], want)
				}
			}
		})
	}
}

func TestALineThatCannotBeComputedSaysWhyAndStopsNoOther(t *testing.T) {
	in := `{"id":"a","indicator":"nothing","inputs":{}}
{"id":"b","indicator":"uc_insee","inputs":{"ages":"old"}}
{"id":"c","indicator":"uc_insee","inputs":{"ages":[40]}}`
	var out bytes.Buffer
	failed, err := EvaluateLines(strings.NewReader(in), &out)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if failed != 2 || err != nil || len(lines) != 3 || lines[2] != `{"id":"c","result":{"status":"ok","uc":1}}` || !strings.Contains(lines[0], "no such calculation") {
		t.Errorf("%d, %v, %s", failed, err, out.String())
	}
	if _, err := EvaluateLines(strings.NewReader("{"), &out); err == nil {
		t.Error("half a line is taken")
	}
}

func TestTheReferencePageIsThatOfTheRegistry(t *testing.T) {
	path := filepath.Join("..", "docs", "reference", "indicators.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the registry (%v): run go generate ./indicators", path, err)
	}
}
