package consent

import "testing"

// TestNothingIsOfferedFinerThanItsFinest holds what is refused to what is asked.
func TestNothingIsOfferedFinerThanItsFinest(t *testing.T) {
	for name, want := range map[string]Granularity{
		"family_view": Daily, "alert": Daily, "cooperative_summary": Daily, "evaluation": Monthly, "open_statistics": Annual,
		"research": Monthly, HourlyName: HalfHourly, SurveyName: Annual, "income": 0,
	} {
		if got := Finest(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
