package indicators

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/canonical"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Span says for which periods an indicator has results.
type Span string

// The spans of an indicator.
const (
	Daily   Span = "day"      // each local day, the running one too
	Monthly Span = "month"    // each calendar month, the running one too
	Yearly  Span = "365 days" // the 365 local days that end on each day but the running one
	Works   Span = "works"    // the 365 local days from the end of works on, while they run too

	WholeDay   Span = "whole day"                 // each local day, once it is over
	WholeMonth Span = "whole month"               // each calendar month, once it is over
	MonthsYear Span = "365 days to a month's end" // the 365 local days that end with each month that is over
)

// Whole reports whether a period of the span has no result before it is over.
func (s Span) Whole() bool { return s != Daily && s != Monthly && s != Works }

// YearDays is the length of a [Yearly] period.
const YearDays = 365

// An Indicator answers one question about a family, for one period at a time.
type Indicator struct {
	ID          string // "cost_day"
	Unit        string // of the value: "EUR", "ratio", "h"
	Version     string // of the method; another one has everything computed again
	Category    string // of what it reveals, as consent names it
	Granularity int    // as consent counts it: 1 annual, 2 monthly, 3 daily
	Span        Span
	Back        int    // days before the period that are read too
	Needs       Need   // what it reads besides the days of electricity
	Question    string // in English
	QuestionFR  string
	Method      string // formula, thresholds and statuses, in English
	Source      string

	// Compute returns status, value and detail. It is pure.
	Compute func(Input) Answer
	// Compare does so from what [EnergyYear] says of the home, among others; nil for an
	// indicator that computes.
	Compare func(Compared) Answer
}

// A Need is a set of what an indicator reads besides the days of electricity.
type Need uint

// What indicators read.
const (
	Outdoors  Need = 1 << iota // the weather of the pilot
	Indoors                    // temperature and humidity at home
	Loads                      // half-hours of electricity
	GasFlow                    // half-hours of gas
	Peaks                      // the highest power of each day, where half-hours leave it open
	Answers                    // what the family answered
	Offers                     // what days would have cost under other tariffs
	Overloads                  // how often more power was wanted than is subscribed, by day
	Lived                      // what was computed of each day: whether nobody was at home, how warm it was
)

// Has reports whether all of some is among the needs.
func (n Need) Has(some Need) bool { return n&some == some }

// An Answer is what an indicator computes; the rest of a result is the period's.
type Answer struct {
	Status household.Status
	Value  string // exact decimal, "" without a value
	Detail any    // a detail of package household
}

// Result returns the result of an indicator for the period of in.
func (i Indicator) Result(in Input) (household.Result, error) {
	r, err := i.result(i.Compute(in), in.From, in.To)
	r.Family = in.Family
	return r, err
}

// result returns the result that has an answer for a period.
func (i Indicator) result(a Answer, from, to energy.Day) (household.Result, error) {
	detail, err := canonical.Marshal(a.Detail)
	if err != nil {
		return household.Result{}, fmt.Errorf("detail of %s: %w", i.ID, err)
	}
	return household.Result{
		Indicator: i.ID, From: from, To: to, Version: i.Version, Status: a.Status, Value: a.Value, Unit: i.Unit, Detail: detail,
	}, nil
}

var registry []Indicator

// register adds an indicator. Each file of one calls it once, at start.
func register(i Indicator) { add(func() { enter(i) }) }

// enter puts an indicator in its place.
func enter(i Indicator) {
	if _, taken := entered(i.ID); taken || i.Version == "" || i.Compute == nil && i.Compare == nil {
		panic("indicator " + i.ID + " is registered twice or is not complete")
	}
	registry = append(registry, i)
	slices.SortFunc(registry, func(a, b Indicator) int { return strings.Compare(a.ID, b.ID) })
}

// All returns every indicator, in order of id.
func All() []Indicator {
	added()
	return slices.Clone(registry)
}

// nightlyList is the section "nightly" of a country file.
type nightlyList struct {
	Compute []string `yaml:"compute"` // ids of indicators
}

// Nightly returns the indicators that the nightly run computes for a pilot of a
// country, in order of id: those of the newest list of the country, and of the one that
// holds anywhere.
func Nightly(country string) []Indicator {
	listed := map[string]bool{}
	for _, of := range []string{anywhere, country} {
		for _, id := range latest[nightlyList](of, "nightly").Values.Compute {
			listed[id] = true
		}
	}
	return slices.DeleteFunc(All(), func(i Indicator) bool { return !listed[i.ID] })
}

// Methods names indicators and the versions of their methods, so that another set, or
// another method, has another name.
func Methods(all []Indicator) string {
	sum := sha256.New()
	for _, i := range all {
		_, _ = fmt.Fprintf(sum, "%s %s %s\n", i.ID, i.Version, i.Span)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Find returns an indicator by its id.
func Find(id string) (Indicator, bool) {
	added()
	return entered(id)
}

func entered(id string) (Indicator, bool) {
	for _, i := range registry {
		if i.ID == id {
			return i, true
		}
	}
	return Indicator{}, false
}

// Running reports whether the period of in is not over on its last known day.
func (in Input) Running() bool { return !in.To.Before(in.Today.Add(1)) }

// day returns what is known of a day; false when nothing is.
func (in Input) day(d energy.Day) (Day, bool) {
	i, ok := slices.BinarySearchFunc(in.Days, d, func(a Day, d energy.Day) int { return a.Day.Compare(d) })
	if !ok {
		return Day{}, false
	}
	return in.Days[i], true
}

var granularities = map[int]string{1: "annual", 2: "monthly", 3: "daily", 4: "half-hourly"}

// Grain names the granularity of an indicator in a word: "daily".
func (i Indicator) Grain() string { return granularities[i.Granularity] }
