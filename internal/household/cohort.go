package household

import "foyer/internal/energy"

// A Cohort holds medians of the homes of a pilot over the 365 days that end before a
// day: what each of them is compared with. It is computed once and never changed.
type Cohort struct {
	ID      string // "pilot 2026-11", as results name it
	To      energy.Day
	Figures map[string]CohortFigure
}

// A CohortFigure is a median, or another figure of a cohort.
type CohortFigure struct {
	Value string // exact decimal
	Homes int    // of how many homes it is
}

// CohortLeast is the smallest number of homes that a home is compared with: fewer would
// tell of each other.
const CohortLeast = 11
