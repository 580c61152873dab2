package disclosure

import (
	"time"

	"foyer/internal/household"
)

// A Summary is what a caseworker sees of a family. A nil pointer was not agreed
// to or is not known.
type Summary struct {
	Family     household.FamilyID
	Label      string // "Foyer 07"
	Language   string
	Month      *MonthFigure // the running month
	LastMonth  *MonthFigure // the last whole month
	Effort     *RateFigure
	Cold       *ColdFigure
	LastData   time.Time // last reading of a meter; zero when there is none
	OpenAlerts *int      // nil when alerts were not agreed to
}
