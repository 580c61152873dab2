package caltrack

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ours and others are where reference results lie: made for the project, and beside it.
const (
	ours   = "testdata"
	others = "../../../shared/reference/caltrack"
)

// open reads a case as the command does, its temperatures from beside the project.
func open(t testing.TB, folder, expected string) (Case, []Period) {
	t.Helper()
	text := read(t, filepath.Join(folder, expected))
	var in struct {
		Inputs struct {
			Periods     string `json:"periods_csv"`
			Temperature string `json:"hourly_temperature_csv"`
		}
	}
	if err := json.Unmarshal(text, &in); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCase(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	scale := Fahrenheit
	if strings.Contains(in.Inputs.Temperature, "_C.") {
		scale = Celsius
	}
	var hours []Hour
	if c.Settings.Frequency != Daily {
		file := with(t, filepath.Join(folder, in.Inputs.Temperature))
		if hours, scale, err = ReadHours(file); err != nil {
			t.Fatal(err)
		}
	}
	ps, err := ReadPeriods(with(t, filepath.Join(folder, in.Inputs.Periods)), hours, scale, c.Scale, c.Settings.Frequency, c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return c, ps
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := io.ReadAll(with(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func with(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestAgreesWithTheReferenceResultsOfTheProject(t *testing.T) {
	agree(t, ours)
}

func TestAgreesWithTheReferenceResultsBesideIt(t *testing.T) {
	if _, err := os.Stat(others); err != nil {
		t.Skip("the reference results are not beside the project: ../shared/reference/caltrack")
	}
	agree(t, others)
}

// different are the members of a result that are no answer of ours: how the
// reference was made, and bands that are its own.
var different = []string{
	"id", "origin", "versions", "interpretation", "frequency", "unit", "temperature_unit", "settings", "notes", "inputs", "n_zero_values_in_input",
	"n_used", "requested_end", "requested_start", "first", "end", "metrics_extra", "error_bands_eemeter",
	"predicted_length", "merged_length", "degrees_of_freedom", "fsu_base_term", "cvrmse_auto_corr_correction",
	"approx_factor_auto_corr_correction", "confidence_level",
}

func agree(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.expected.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reference results in %s: %v", folder, err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		t.Run(name, func(t *testing.T) {
			c, ps := open(t, folder, name)
			answer, err := json.Marshal(c.Compute(ps))
			if err != nil {
				t.Fatal(err)
			}
			var want, got any
			if err := json.Unmarshal(read(t, f), &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			compare(t, "", want, got)
		})
	}
}

// compare holds everything the reference says, those members aside, within the
// tolerances of its README: balance points, counts and texts exact, adjusted R² to
// 1e-8, the rest to 1e-6 of itself.
func compare(t *testing.T, path string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		has, _ := got.(map[string]any)
		for k, w := range want {
			metrics := strings.HasPrefix(path, "/metrics")
			switch {
			case slices.Contains(different, k), metrics && k == "t_stat":
			case metrics && k == "observed_mean" && want["mape"] != want["mape_no_zeros"]:
				// The reference's is that of absolute values.
			default:
				compare(t, path+"/"+k, w, has[k])
			}
		}
	case []any:
		has, _ := got.([]any)
		if len(has) != len(want) {
			t.Errorf("%s: want %v, got %v", path, want, got)
			return
		}
		for i := range want {
			compare(t, path, want[i], has[i])
		}
	case float64:
		has, ok := got.(float64)
		tolerance := 1e-6 * math.Abs(want)
		if strings.HasSuffix(path, "r_squared_adj") {
			tolerance = 1e-8
		}
		if strings.HasSuffix(path, "balance_point") || strings.HasPrefix(path, "/candidates") {
			tolerance = 0
		}
		if !ok || math.Abs(want-has) > max(tolerance, 1e-9) {
			t.Errorf("%s: want %v, got %v", path, want, got)
		}
	default:
		if want != got {
			t.Errorf("%s: want %v, got %v", path, want, got)
		}
	}
}

// BenchmarkFit fits one home-year of the Celsius grid: 628 candidates.
func BenchmarkFit(b *testing.B) {
	c, ps := open(b, ours, "fr-lyon-elec-heating.gridC.expected.json")
	base := Baseline(Clean(ps, c.Settings), c.End, c.Settings)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fit(base, c.Settings); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompute does everything for one home: two years of days.
func BenchmarkCompute(b *testing.B) {
	c, ps := open(b, ours, "fr-lyon-elec-heating.gridC.expected.json")
	b.ReportAllocs()
	for b.Loop() {
		c.Compute(ps)
	}
}
