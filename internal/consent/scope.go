// Package consent says what a family can agree to, what it said, and what
// follows from that at an instant.
//
// It is pure: it knows no store, no clock and no family. The same rule stands a
// second time in SQL, as a join inside every query that answers somebody; a test
// holds the two against each other.
package consent

import (
	"fmt"
	"slices"
)

// A Purpose is why data is read.
type Purpose string

// The purposes a family is asked about, each on its own.
const (
	FamilyView         Purpose = "family_view"         // the family sees its own figures
	CooperativeSummary Purpose = "cooperative_summary" // caseworkers see a summary
	Alert              Purpose = "alert"               // somebody is told when a home is cold or bills run away
	Evaluation         Purpose = "evaluation"          // results paid for are checked
	OpenStatistics     Purpose = "open_statistics"     // counted in anonymised figures
	Research           Purpose = "research"
)

// Purposes lists every purpose, in the order of the consent screen.
var Purposes = []Purpose{FamilyView, Alert, CooperativeSummary, Evaluation, OpenStatistics, Research}

// A Recipient is who receives data.
type Recipient string

// The recipients of data. A family is one itself.
const (
	ToFamily      Recipient = "family"
	ToCooperative Recipient = "cooperative"
	ToEvaluator   Recipient = "evaluator"
	ToPublic      Recipient = "public"
	ToResearcher  Recipient = "researcher"
)

// ToOperator is as whom the person who runs the machines reads: incidents of
// gateways, no family. Nobody can agree to it.
const ToOperator Recipient = "operator"

// Recipients lists every recipient a family can agree to.
var Recipients = []Recipient{ToFamily, ToCooperative, ToEvaluator, ToPublic, ToResearcher}

// A Category is a kind of data.
type Category string

// The categories of data.
const (
	Consumption   Category = "consumption"    // energy used
	Cost          Category = "cost"           // what it cost, contract and instalment included
	IndoorClimate Category = "indoor_climate" // temperatures inside
	Income        Category = "income"
	Indicators    Category = "indicators" // ratios made of several categories, like the effort rate
	Survey        Category = "survey"
	Notes         Category = "notes"
)

// Categories lists every category.
var Categories = []Category{Consumption, Cost, IndoorClimate, Income, Indicators, Survey, Notes}

// A Granularity is how fine data is in time. A coarser one compares less.
type Granularity int

// The granularities, from coarse to fine. Daily and half-hourly are asked
// separately: CNIL, notices to EDF and Engie, 31 December 2019.
const (
	Annual Granularity = iota + 1
	Monthly
	Daily
	HalfHourly
)

var granularities = []string{"annual", "monthly", "daily", "half_hourly"}

// String returns "annual", "monthly", "daily" or "half_hourly".
func (g Granularity) String() string {
	if g < Annual || g > HalfHourly {
		return fmt.Sprintf("granularity %d", int(g))
	}
	return granularities[g-1]
}

// ParseGranularity reads what [Granularity.String] writes.
func ParseGranularity(s string) (Granularity, error) {
	i := slices.Index(granularities, s)
	if i < 0 {
		return 0, fmt.Errorf("granularity %q: want annual, monthly, daily or half_hourly", s)
	}
	return Granularity(i + 1), nil
}

// A Scope is one thing a family can agree to. Each scope is asked, given and
// withdrawn on its own.
type Scope struct {
	Purpose     Purpose
	Recipient   Recipient
	Category    Category
	Granularity Granularity // finest one this scope lets through
}

// Validate reports a scope made of unknown words.
func (s Scope) Validate() error {
	switch {
	case !slices.Contains(Purposes, s.Purpose):
		return fmt.Errorf("unknown purpose %q", s.Purpose)
	case !slices.Contains(Recipients, s.Recipient):
		return fmt.Errorf("unknown recipient %q", s.Recipient)
	case !slices.Contains(Categories, s.Category):
		return fmt.Errorf("unknown category %q", s.Category)
	case s.Granularity < Annual || s.Granularity > HalfHourly:
		return fmt.Errorf("unknown %s", s.Granularity)
	}
	return nil
}
