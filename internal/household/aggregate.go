package household

import (
	"strconv"
	"time"

	"foyer/internal/energy"
)

// An AggregateYear is a calendar year of the homes of a pilot together.
type AggregateYear struct {
	Pilot      string
	Year       int
	Start, End time.Time // first instants of the year and of the next one, where the pilot is
}

// YearOf returns a calendar year of a pilot in its zone.
func YearOf(pilot string, year int, zone *time.Location) AggregateYear {
	first := func(y int) time.Time { return energy.Day{Year: y, Month: time.January, Date: 1}.Start(zone) }
	return AggregateYear{Pilot: pilot, Year: year, Start: first(year), End: first(year + 1)}
}

// Name returns "2025".
func (y AggregateYear) Name() string { return strconv.Itoa(y.Year) }

// Next returns the first day after the year.
func (y AggregateYear) Next() energy.Day {
	return energy.Day{Year: y.Year + 1, Month: time.January, Date: 1}
}

// A CountedYear is what a home agreed to be counted in of a year, and what is known of it.
// What it did not agree to is not there.
type CountedYear struct {
	Family    FamilyID
	Covers    []string      // categories of data, in order
	Energy    int64         // thousandths of Wh of electricity
	Seen      time.Duration // of the year
	Estimated bool          // part of the electricity is
	Cents     *int64        // what energy cost; nil when that is not known of the whole year
	Results   []Result      // annual ones that end with the year
}

// An Aggregate is what the homes of a pilot come to together over a year. It is counted
// once, and never changed.
type Aggregate struct {
	AggregateYear
	At      time.Time // world clock
	Homes   []CountedYear
	Figures []AggregateFigure // in the order they are shown
}

// An AggregateFigure is one figure of an aggregate, exactly.
type AggregateFigure struct {
	Figure  string // "use", "cost", or the id of an indicator
	Part    string // "total", "homes", "mean_gap", "depth", "severity"
	Unit    string // of Value
	Known   int    // homes of which it is known
	Flagged *int   // of these, that the indicator flags; nil where it has no flag
	Value   string // rounded exact decimal; "" for a number of homes
	Most    int    // % that the largest home has of the sum, rounded up; 0 without one

	// Of the homes known.
	Seen      int  // % of the year that their electricity was seen, rounded down
	Estimated bool // part of the electricity of one is
}

// An AggregateSheet is what may be seen of an aggregate; without figures when that is
// nothing. Counts are rounded to 5.
type AggregateSheet struct {
	At      time.Time
	Homes   int
	Figures []SeenFigure
}

// A SeenFigure is what may be seen of a figure. Of one that is withheld it is its name.
type SeenFigure struct {
	Figure, Part, Unit string
	Withheld           bool
	Known, Seen        int // Seen is in %
	Estimated          bool
	Flagged, Percent   *int // of the homes known; Percent is rounded to 5
	Value              string
}
