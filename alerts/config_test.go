package alerts

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

func parse(r *Rules, text string) error {
	return yaml.UnmarshalWithOptions([]byte(text), r, yaml.Strict())
}

func TestDefaultsAreValidAndReadBackAsWritten(t *testing.T) {
	text, err := yaml.Marshal(DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	var back Rules
	if err := parse(&back, string(text)); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	again, err := yaml.Marshal(back)
	if err != nil || string(again) != string(text) {
		t.Errorf("%v\n%s\nis not\n%s", err, again, text)
	}
	if err := back.Validate(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(text), "share_above: 0.25\n") {
		t.Errorf("a number is not written as it is said:\n%s", text)
	}
}

func TestASectionChangesOnlyWhatItNames(t *testing.T) {
	var r Rules
	if err := parse(&r, "silent_meter:\n  least: 3h\ncold_home:\n"); err != nil {
		t.Fatal(err)
	}
	s := r["silent_meter"].(*SilentMeter)
	if s.Least != 3*time.Hour || s.Most != 26*time.Hour || r["cold_home"].(*ColdHome).Days != 7 || r["spending"] == nil {
		t.Errorf("%+v", r)
	}
}

func TestUnknownRulesAndParametersFailWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"warm_home:\n  days: 3\n":         `unknown field "warm_home"`,
		"cold_home:\n  dayz: 3\n":         `unknown field "dayz"`,
		"cold_home:\n  share_above: x\n":  `"x" is not a number`,
		"silent_meter:\n  least: 2 pm\n":  "unknown unit",
		"spending:\n  ratio_above: [1]\n": "not a number",
	} {
		var r Rules
		if err := parse(&r, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestValidateNamesFieldValueAndReasonOfEveryFault(t *testing.T) {
	var r Rules
	err := parse(&r, "cold_home:\n  share_above: 1.5\n  covered_days: 9\nspending:\n  clear_below: 1.4\nsilent_meter:\n  most: 1h\n")
	if err != nil {
		t.Fatal(err)
	}
	err = r.Validate()
	for _, want := range []string{
		"cold_home.share_above 1.5: want a share, 0 to 1",
		"cold_home.covered_days 9: want 1 to days",
		"spending.clear_below 1.4: want",
		"silent_meter.most 1h0m0s: want at least least",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
