package household

import (
	"time"

	"foyer/internal/energy"
)

// A CohortYear is a year of the homes of a pilot that are compared with each other.
type CohortYear struct {
	Pilot    string
	From, To energy.Day
	Least    int    // homes that a median needs, by the charter
	Stamp    string // another one when a year of any home, or who agreed to be counted, is another
	Kept     string // the stamp when the homes were compared last; "" when they have to be again
}

// A Counted is what is known of a home over a year, and the categories of data in which
// it agreed, for that year, to be counted with others.
type Counted struct {
	Result
	Start  time.Time // first instant of Result.From
	Covers []string
}

// A Cohort is what the homes of a pilot were compared with over a year.
type Cohort struct {
	CohortYear
	At      time.Time // world clock
	Figures []byte    // canonical JSON of the medians; they are not for anybody
}

// CohortFigures are the medians of a cohort: exact fractions, by what is compared.
type CohortFigures struct {
	Medians map[string]CohortMedian `json:"medians"`
}

// A CohortMedian is the median of some homes.
type CohortMedian struct {
	Value string `json:"value"` // "1/30"
	Homes int    `json:"homes"`
}
