package pages

import (
	"reflect"
	"testing"

	"foyer/internal/text"
)

// TestWhatIsKnownStandsFirst wants flags, then what is known, then the rest, each in the
// order in which it is told.
func TestWhatIsKnownStandsFirst(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range drawFindings(&words{Language: texts.Languages()[0], now: today(t)}, findings(t)).Items {
		got = append(got, d.ID)
	}
	want := []string{
		"self_restriction_ratio", "gas_leak",
		"own_counterfactual", "supply_interruption_events", "night_baseload",
		"weak_heating_signature", "eu_unable_warm", "annualise_degree_days",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
