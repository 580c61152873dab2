package pages

import (
	"reflect"
	"testing"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
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
		"self_restriction_ratio", "gas_leak", "underheating_degree_hours",
		"own_counterfactual", "supply_interruption_events", "night_baseload",
		"weak_heating_signature", "eu_unable_warm", "annualise_degree_days",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestAWeekIsInTheQuestion and not in the answer, which would be in English.
func TestAWeekIsInTheQuestion(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.Languages()[0], now: today(t)}
	f := disclosure.Finding{Indicator: "overload", Status: household.OK, Value: "1.615385", Unit: "events a week"}
	if got := w.found(f); got != "1,6" {
		t.Error(got)
	}
}

// TestDegreeHoursAreToldAsDegrees over the hours that were seen.
func TestDegreeHoursAreToldAsDegrees(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.Languages()[0], now: today(t)}
	for _, c := range []struct {
		indicator, hours string
		seen             time.Duration
		want             string
	}{
		{"underheating_degree_hours", "84", 24 * time.Hour, "En moyenne, il manquait 3,5\u00a0°C."},
		{"underheating_degree_hours", "84", 20 * time.Hour, "En moyenne, il manquait 4,2\u00a0°C."},
		{"underheating_degree_hours", "0.3", 24 * time.Hour, "En moyenne, il manquait 0,1\u00a0°C."},
		{"underheating_degree_hours", "0", 24 * time.Hour, "Il faisait assez chaud."},
		{"overheating_degree_hours_26_28", "36", 24 * time.Hour, "En moyenne, il faisait 1,5\u00a0°C de trop."},
		{"overheating_degree_hours_26_28", "0", 24 * time.Hour, "Il ne faisait pas trop chaud."},
	} {
		f := disclosure.Finding{Indicator: c.indicator, Status: household.OK, Value: c.hours, Unit: "°C·h", Seen: c.seen, Of: 24 * time.Hour}
		if got := w.found(f); got != c.want {
			t.Errorf("%s °C·h: %q, want %q", c.hours, got, c.want)
		}
	}
}
