package caltrack

import (
	"math"
	"slices"
)

// A Sufficiency says whether a baseline is complete enough to build on.
type Sufficiency struct {
	Pass     bool
	Warnings []string // what is wrong, worst first; extreme values alone do not fail

	ValidDays, MeterDays, WeatherDays, TotalDays int

	Extreme int     // periods with a daily use above ExtremeLimit
	Limit   float64 // median and three times the interquartile range
}

// Names of what a [Sufficiency] warns of, as OpenEEmeter spells them.
const (
	NoData          = "no_data"
	NegativeUse     = "negative_meter_values"
	WrongSpan       = "incorrect_number_of_total_days"
	MissingData     = "too_many_days_with_missing_data"
	MissingUse      = "too_many_days_with_missing_meter_data"
	MissingWeather  = "too_many_days_with_missing_temperature_data"
	ExtremeValues   = "extreme_values_detected"
	sufficientShare = 0.9 // of days (2.2.1.2), and of the hours of each (2.2.3.2)
)

// Suffices judges the periods of a baseline. A daily baseline has exactly s.Days
// days; one of whole bills has at least nine tenths of them. Nine in ten days need a
// use, a temperature, and both; a day has a temperature here when more than nine in
// ten of its hours have.
//
// Source: CalTRACK 2.0, 2.2.1.2, 2.3.5 and 2.3.6, as OpenEEmeter 3.2.0 reads it: 37
// missing days are too many.
func Suffices(ps []Period, s Settings) Sufficiency {
	var out Sufficiency
	var valid, meter, weather float64
	negative := false
	var daily []float64
	for _, p := range ps {
		seen := p.warm() && p.Seen > sufficientShare
		if p.Known {
			meter += p.Days
			daily = append(daily, p.Use/p.Days)
			negative = negative || p.Use < 0
		}
		if seen {
			weather += p.Days
		}
		if seen && p.Known {
			valid += p.Days
		}
	}
	total := span(ps)
	const crumb = 1e-9
	out.ValidDays, out.MeterDays, out.WeatherDays = int(valid+crumb), int(meter+crumb), int(weather+crumb)
	out.TotalDays = int(math.Round(total)) // a gap may hold a day of 23 hours
	if valid == 0 {
		out.Warnings = []string{NoData}
		return out
	}
	warn := func(holds bool, name string) {
		if holds {
			out.Warnings = append(out.Warnings, name)
		}
	}
	few := func(days int) bool { return float64(days)/float64(out.TotalDays) < sufficientShare }
	warn(negative, NegativeUse)
	if s.Overshoot {
		warn(float64(out.TotalDays) < sufficientShare*float64(s.Days), WrongSpan)
	} else {
		warn(out.TotalDays != s.Days, WrongSpan)
	}
	warn(few(out.ValidDays), MissingData)
	warn(few(out.MeterDays), MissingUse)
	warn(few(out.WeatherDays), MissingWeather)
	out.Pass = len(out.Warnings) == 0
	slices.Sort(daily)
	out.Limit = Quantile(daily, 0.5) + 3*(Quantile(daily, 0.75)-Quantile(daily, 0.25))
	for _, d := range daily {
		if d > out.Limit {
			out.Extreme++
		}
	}
	warn(out.Extreme > 0, ExtremeValues)
	return out
}

// span returns the days from the first period to the end of the last, those that no
// period covers included.
func span(ps []Period) float64 {
	var days float64
	for i, p := range ps {
		days += p.Days
		if i > 0 {
			days += max(p.From.Sub(ps[i-1].To).Hours()/24, 0)
		}
	}
	return days
}

// Quantile returns the quantile p of sorted values, interpolated linearly; 0 of none.
//
// Source: Hyndman and Fan 1996, type 7.
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
