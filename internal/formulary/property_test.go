package formulary

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"foyer/internal/formula"
)

// examples returns the worked examples of the project.
func examples(t *testing.T) []worked {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "vectors*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no worked examples", err)
	}
	var every []worked
	for _, name := range files {
		var vectors []worked
		readJSON(t, name, &vectors)
		every = append(every, vectors...)
	}
	return every
}

// inputs returns the inputs of an example, to change.
func (v worked) inputs(t *testing.T) map[string]any {
	t.Helper()
	var in map[string]any
	if err := json.Unmarshal(v.Inputs, &in); err != nil {
		t.Fatal(v.ID, err)
	}
	return in
}

// evaluate returns a result, and how it is written.
func evaluate(t *testing.T, id string, in any) (map[string]any, string) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := Formulas().Evaluate(id, raw)
	if err != nil {
		t.Fatalf("%s of %s: %v", id, raw, err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatalf("%s of %s: %v", id, raw, err)
	}
	var result map[string]any
	if err := json.Unmarshal(text, &result); err != nil {
		t.Fatal(err)
	}
	return result, string(text)
}

var minusZero = regexp.MustCompile(`[:,\[]-0(\.0*)?[,}\]]`)

// TestWhatIsLeftOutIsNotKnown leaves out each input in turn, and all, and wants an
// answer without -0 that is the same for null and for nothing.
func TestWhatIsLeftOutIsNotKnown(t *testing.T) {
	for _, f := range Formulas().All() {
		result, text := evaluate(t, f.ID, map[string]any{})
		if result["status"] == "ok" && f.ID != "consent_decision" {
			t.Errorf("%s is sure of nothing: %s", f.ID, text)
		}
	}
	for _, v := range examples(t) {
		for name := range v.inputs(t) {
			in := v.inputs(t)
			in[name] = nil
			_, null := evaluate(t, v.Indicator, in)
			delete(in, name)
			_, without := evaluate(t, v.Indicator, in)
			if minusZero.MatchString(null) {
				t.Errorf("%s without %s: %s", v.ID, name, null)
			}
			if null != without && v.Indicator != "canonical_json_sha256" { // null is a value there
				t.Errorf("%s: %s null gives %s, left out %s", v.ID, name, null, without)
			}
		}
	}
}

// money names the members that are amounts, of the indicators that compare amounts
// with each other alone.
var money = regexp.MustCompile(`_eur$|^(sub|kwh)$|^expense$|^income$|^median_(eq|exp|rav)|^rav_uc$|^exp_|_per_uc_eur$|_(cost|costs|income)$|^eq_|^poverty_line$|^threshold$|_per_month$`)

// scaled multiplies the amounts in v by three.
func scaled(v any, threshold bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			n, isNumber := inner.(float64)
			if isNumber && money.MatchString(name) && (name != "threshold" || threshold) {
				out[name] = n * 3
				continue
			}
			out[name] = scaled(inner, threshold)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = scaled(v[i], threshold)
		}
		return out
	}
	return v
}

// TestMoneyHasNoScale multiplies all amounts and wants every flag and ratio to stay,
// and every amount to follow.
func TestMoneyHasNoScale(t *testing.T) {
	ids := []string{
		"tee_3d", "brde", "boardman_10pct", "eu_2m", "eu_m_half", "hidden_energy_poverty_be", "measured_energy_poverty_be", "uk_lihc_lilee", "energy_poverty_gap",
	}
	held := map[string]bool{}
	for _, v := range examples(t) {
		if !slices.Contains(ids, v.Indicator) {
			continue
		}
		before, _ := evaluate(t, v.Indicator, v.inputs(t))
		after, _ := evaluate(t, v.Indicator, scaled(any(v.inputs(t)), false))
		want := scaled(any(before), v.Indicator == "eu_m_half")
		if at := differs(want, after, 1e-8); at != "" {
			t.Errorf("%s: %s: want %v, got %v", v.ID, at, want, after)
		}
		held[v.Indicator] = true
	}
	if len(held) != len(ids) {
		t.Errorf("held %v of %v", held, ids)
	}
}

// TestOrderDoesNotMatter shuffles what has no order.
func TestOrderDoesNotMatter(t *testing.T) {
	unordered := map[string][]string{
		"uc_insee": {"ages"}, "eu_2m": {"households"}, "eu_m_half": {"households"}, "fgt_index": {"shares"}, "fr_3d": {"reasons"},
		"night_baseload": {"night_halfhour_power_w"}, "daily_spike_mad": {"reference_kwh"}, "underheating_degree_hours": {"temps_c"},
		"overheating_degree_hours_26_28": {"samples"}, "k_anonymity_l_diversity": {"records", "quasi_identifiers"}, "points_scorecard": {"card"},
		"outcome_tier_payment": {"tiers"}, "quantile_type7": {"values"}, "bill_base_6kva": {"tariff"},
	}
	rng := rand.New(rand.NewPCG(11, 13))
	held := map[string]bool{}
	for _, v := range examples(t) {
		lists, ok := unordered[v.Indicator]
		if !ok {
			continue
		}
		_, want := evaluate(t, v.Indicator, v.inputs(t))
		for range 5 {
			in := v.inputs(t)
			for _, name := range lists {
				list, _ := in[name].([]any)
				rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			}
			if _, got := evaluate(t, v.Indicator, in); got != want {
				t.Errorf("%s: %s, then %s", v.ID, want, got)
			}
		}
		held[v.Indicator] = true
	}
	for id := range maps.Keys(unordered) {
		if !held[id] {
			t.Errorf("no example of %s", id)
		}
	}
}

// TestAFigureOfACountryNamesItsFile wants the file even where there is no value.
func TestAFigureOfACountryNamesItsFile(t *testing.T) {
	named := 0
	for _, f := range Formulas().All() {
		if !slices.ContainsFunc(f.Results, func(r formula.Field) bool { return r.Name == "country_file" }) {
			continue
		}
		named++
		if result, text := evaluate(t, f.ID, map[string]any{}); result["country_file"] == "" {
			t.Errorf("%s does not say which figures it takes: %s", f.ID, text)
		}
	}
	if named == 0 {
		t.Error("no figure of a country")
	}
}
