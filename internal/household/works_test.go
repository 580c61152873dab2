package household

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
)

// on is works on some days of 2025 and after, counted from its first.
func on(kind WorkKind, from, to int, undone bool) Works {
	first := energy.Day{Year: 2025, Month: time.January, Date: 1}
	return Works{Kind: kind, From: first.Add(from), To: first.Add(to), Undone: undone}
}

// TestWorksLessThanAYearApartAreOneProject says it by the days between.
func TestWorksLessThanAYearApartAreOneProject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		works []Works
		want  string
		ends  int
	}{
		"none":           {nil, "", 0},
		"alone":          {[]Works{on(Insulation, 0, 10, false)}, "2025-01-01 2025-01-11 1;", 1},
		"a day too near": {[]Works{on(Insulation, 0, 10, false), on(Heating, 374, 380, false)}, "2025-01-01 2026-01-16 2;", 2},
		"a year apart":   {[]Works{on(Insulation, 0, 10, false), on(Heating, 375, 380, false)}, "2025-01-01 2025-01-11 1;2026-01-11 2026-01-16 1;", 2},
		"said backwards": {[]Works{on(Heating, 20, 30, false), on(Insulation, 0, 100, false)}, "2025-01-01 2025-04-11 2;", 2},
		"taken back":     {[]Works{on(Insulation, 0, 10, false), on(Insulation, 0, 10, true)}, "", 1},
		"said again":     {[]Works{on(Insulation, 0, 10, false), on(Insulation, 0, 12, false)}, "2025-01-01 2025-01-13 1;", 2},
		"of the other":   {[]Works{on(Insulation, 0, 10, false), on(Heating, 0, 10, false), on(Heating, 0, 10, true)}, "2025-01-01 2025-01-11 1;", 1},
	} {
		h := Home{Works: c.works}
		var got strings.Builder
		for _, p := range h.Projects() {
			fmt.Fprintf(&got, "%s %s %d;", p.From, p.To, len(p.Works))
		}
		if got.String() != c.want || len(h.Ends()) != c.ends {
			t.Errorf("%s: %s and %d ends, want %s and %d", name, got.String(), len(h.Ends()), c.want, c.ends)
		}
	}
}
