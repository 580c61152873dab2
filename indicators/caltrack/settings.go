package caltrack

import (
	"errors"
	"fmt"
	"math"
)

// A Frequency says how long metering periods are.
type Frequency string

// The frequencies of CalTRACK 2.0.
const (
	Daily     Frequency = "daily"
	Monthly   Frequency = "billing_monthly"   // bills of 25 to 35 days
	Bimonthly Frequency = "billing_bimonthly" // bills of 25 to 70 days
)

// longest returns the most days a bill may have, 0 for no limit.
//
// Source: CalTRACK 2.0, 2.2.3.4 and 2.2.3.5.
func (f Frequency) longest() float64 {
	switch f {
	case Monthly:
		return 35
	case Bimonthly:
		return 70
	case Daily:
	}
	return 0
}

// shortestBill is the fewest days a bill may have.
//
// Source: CalTRACK 2.0, 2.2.3.4.
const shortestBill = 25

// A Grid is the balance points that are tried: First, First+Step, … up to Last.
type Grid struct{ First, Last, Step float64 }

// mostPoints bounds what a grid costs: pairs grow with its square.
const mostPoints = 400

// points returns the balance points, in order.
func (g Grid) points() []float64 {
	n := int(math.Floor((g.Last-g.First)/g.Step+1e-9)) + 1
	all := make([]float64, n)
	for i := range all {
		all[i] = g.First + float64(i)*g.Step
	}
	return all
}

// Settings fix a method. A contract names them once and for all: another grid is
// another result.
type Settings struct {
	Frequency     Frequency
	Grid          Grid    // in the unit of the temperatures
	Cooling       bool    // try models with cooling too; not for gas (3.2.2)
	NonZeroDays   int     // fewest days with degree days a model needs; 0 for bills (3.2.2.2)
	DegreeDays    float64 // smallest total of them it needs
	ZeroIsMissing bool    // an electricity use of exactly 0 (2.2.1.4)
	Weighted      bool    // by the days of each period: for bills (3.4.2)
	Overshoot     bool    // whole bills, as near to Days as they come, instead of a cut
	Days          int     // of the baseline, and at most of the reporting period
	Confidence    float64 // of the interval, two-sided
}

// minimumDegreeDays is 20 degree days Fahrenheit in Celsius.
//
// Source: CalTRACK 2.0, 3.2.2.1.2.
const minimumDegreeDays = 20 / 1.8

// Default returns the settings for electricity, or else for gas, with temperatures
// in degrees Celsius: a grid from 0 to 32 in steps of 1, a year, 90 %.
func Default(f Frequency, electricity bool) Settings {
	s := Settings{
		Frequency: f, Grid: Grid{0, 32, 1}, Cooling: electricity, NonZeroDays: 10, DegreeDays: minimumDegreeDays,
		ZeroIsMissing: electricity, Days: 365, Confidence: 0.9,
	}
	if f != Daily {
		s.NonZeroDays, s.Weighted, s.Overshoot = 0, true, true
	}
	return s
}

// Validate reports every setting that nothing can be computed with.
func (s Settings) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	switch s.Frequency {
	case Daily, Monthly, Bimonthly:
	default:
		fault("frequency %q: want %s, %s or %s", s.Frequency, Daily, Monthly, Bimonthly)
	}
	g := s.Grid
	switch {
	case !finite(g.First) || !finite(g.Last) || !finite(g.Step) || g.Step <= 0 || g.Last < g.First:
		fault("balance_point_grid [%v, %v, %v]: want first, last and step, with first at most last and step above 0", g.First, g.Last, g.Step)
	case (g.Last-g.First)/g.Step >= mostPoints:
		fault("balance_point_grid [%v, %v, %v]: more than %d points; take a larger step", g.First, g.Last, g.Step, mostPoints)
	}
	if s.NonZeroDays < 0 {
		fault("minimum_non_zero_days %d: want 0 or more", s.NonZeroDays)
	}
	if !finite(s.DegreeDays) || s.DegreeDays < 0 {
		fault("minimum_total_degree_days %v: want 0 or more", s.DegreeDays)
	}
	if s.Days < 1 || s.Days > 3660 {
		fault("max_days %d: want 1 to 3660", s.Days)
	}
	if !(s.Confidence > 0 && s.Confidence < 1) {
		fault("confidence_level %v: want more than 0 and less than 1", s.Confidence)
	}
	return errors.Join(faults...)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
