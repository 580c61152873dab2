package household

import (
	"testing"

	"foyer/internal/energy"
)

func TestTheYearOfAContractEndsOnItsSettlement(t *testing.T) {
	for name, c := range map[string]struct{ from, to, settles, day, first, end string }{
		"anniversary":                {"2025-03-15", "", "", "2026-01-10", "2025-03-15", "2026-03-15"},
		"the second year":            {"2025-03-15", "", "", "2026-03-15", "2026-03-15", "2027-03-15"},
		"anniversary of a leap day":  {"2024-02-29", "", "", "2026-01-10", "2025-03-01", "2026-03-01"},
		"begun on a 1 March":         {"2024-03-01", "", "", "2026-01-10", "2025-03-01", "2026-03-01"},
		"begun on a New Year's Day":  {"2025-01-01", "", "", "2026-12-31", "2026-01-01", "2027-01-01"},
		"its own date":               {"2025-03-15", "", "05-31", "2025-06-01", "2025-06-01", "2026-06-01"},
		"shorter first year":         {"2025-03-15", "", "05-31", "2025-04-01", "2025-03-15", "2025-06-01"},
		"ended before":               {"2025-03-15", "2025-12-01", "", "2025-10-01", "2025-03-15", "2025-12-01"},
		"settled on the last of May": {"2020-01-01", "", "12-31", "2026-05-05", "2026-01-01", "2027-01-01"},
	} {
		x := Contract{From: day(t, c.from), Settles: c.settles}
		if c.to != "" {
			x.To = day(t, c.to)
		}
		if from, to := x.SettlementYear(day(t, c.day)); from.String() != c.first || to.String() != c.end {
			t.Errorf("%s: %s to %s, want %s to %s", name, from, to, c.first, c.end)
		}
	}
}

func day(t *testing.T, text string) energy.Day {
	t.Helper()
	d, err := energy.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
