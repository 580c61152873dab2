package indicators

import (
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// An Input is everything an indicator may read about one family and period.
type Input struct {
	Family   household.FamilyID
	Zone     *time.Location
	From, To energy.Day // the period; To is not included
	Today    energy.Day // the running day by the world clock

	Days      []Day                // what was used by local day, in order: the period and what Back asks for
	Weather   []household.Weather  // mean outdoor temperatures by day, in order, likewise
	Until     time.Time            // last instant counted of the running day; zero: nothing yet
	Bill      []tariff.Line        // of the month; nil when it has no price
	Held      []energy.Held        // indoor temperature over the day
	Contracts []household.Contract // each with its fuel, oldest first
	Money     []household.Entry    // dated amounts that hold, in order of their days
	Dwelling  *household.Dwelling  // in force at the end of the period; nil when not known
	Income    *household.Income    // likewise

	// Of a period of [Works] alone, the year before the works included.
	Project *household.Project // nil when the works were taken back
	Bills   []energy.Interval  // what was stated for longer than a day, in order of time, none overlapping
	Warmth  []Warmth           // indoors, of days in winter, in order

	Reference Reference

	// What an indicator says in Needs that it reads; else empty. The maps hold other
	// days too, and nobody changes them.
	Loads     map[energy.Day]Load  // electricity by half-hours
	Gas       map[energy.Day]Load  // likewise; nil without a gas meter
	Peaks     map[energy.Day]int64 // highest apparent power, in thousandths of VA
	Overloads map[energy.Day]int   // how often more power than is subscribed was wanted; without the days of which that is not known
	Humidity  []energy.Held        // relative humidity indoors over the day
	Offers    []Offer              // tariffs the home could have
	Contract  *household.Contract  // for electricity, in force at the end of the period; nil when not known

	Answers  []household.Answer             // that hold, before the end of the period, oldest first
	Absent   map[energy.Day]bool            // whether nobody was at home; without the days of which that is not known
	Warm     map[energy.Day]decimal.Decimal // mean temperature indoors, °C, likewise
	Projects []household.Project            // works on the home, the oldest first
	Changed  []energy.Day                   // from which on the home or its occupants are others than before, in the period or in what Back asks for
}

// A Day is what is known of a local day of a family.
type Day struct {
	Day      energy.Day
	Energy   int64           // electricity, thousandths of Wh
	Coverage energy.Coverage // of electricity
	SoFar    *int64          // cents until the running day's Until by the clock; nil when not known
	Parts    []Part          // each fuel the home uses, in the order of a bill

	cents int64 // what the parts cost, rounded once
}

// atLeast reports whether percent of a period was seen, exactly that included.
func atLeast(c energy.Coverage, percent int64) bool {
	return c.Of > 0 && int64(c.Seen)/int64(time.Millisecond)*100 >= int64(c.Of)/int64(time.Millisecond)*percent
}

// Complete is the share of a period that makes a figure "ok", in percent.
//
// Source: CalTRACK 2.0, 2.2.1.2, by analogy.
const Complete = 90

// status grades a value by how much of its period was seen.
func status(c energy.Coverage, running bool) household.Status {
	switch {
	case !atLeast(c, 50):
		return household.InsufficientData
	case running || c.Provision || !atLeast(c, Complete):
		return household.Provisional
	}
	return household.OK
}

// valued reports whether a status comes with a value.
func valued(s household.Status) bool { return s == household.OK || s == household.Provisional }

// weekend is the weekday class of a day: Monday to Friday, or Saturday and Sunday.
func weekend(d energy.Day) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }
