package indicators

import (
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A Trial is the forecast of a month as it was, or would have been, on the morning of
// one of its days, and what the month came to. Amounts are cents.
type Trial struct {
	Month              energy.Day // its first day
	On                 energy.Day
	Known              bool // false: not enough data for a forecast
	Central, Low, High int64
	Actual             int64
}

// Holds reports whether the month came to what lies in the range.
func (t Trial) Holds() bool { return t.Known && t.Low <= t.Actual && t.Actual <= t.High }

// trialDays are the days of a month on which a forecast is tried.
var trialDays = []int{2, 8, 15, 22, 28}

// TrialDays returns the days of a month on which a forecast is tried.
func TrialDays() []int { return append([]int(nil), trialDays...) }

// BackTest forecasts every month of which nine tenths of each day are known and that
// ends before in.Today, with nothing but what was known on the morning of some of
// its days. Of in it reads the days, the weather and the zone.
func BackTest(in Input) []Trial {
	if len(in.Days) == 0 {
		return nil
	}
	var all []Trial
	month := energy.Day{Year: in.Days[0].Day.Year, Month: in.Days[0].Day.Month, Date: 1}
	for {
		next := month.Add(31)
		next.Date = 1
		if in.Today.Before(next) {
			return all
		}
		if actual, ok := in.came(month, next); ok {
			for _, date := range trialDays {
				t := Trial{Month: month, On: energy.Day{Year: month.Year, Month: month.Month, Date: date}, Actual: actual}
				f, known := in.asOf(month, next, t.On).forecast()
				t.Known, t.Central, t.Low, t.High = known, f.central, f.low, f.high
				all = append(all, t)
			}
		}
		month = next
	}
}

// came returns what a month came to, in cents; false when a day of it is not known.
func (in Input) came(from, to energy.Day) (int64, bool) {
	var sum tariff.Sum
	for d := from; d.Before(to); d = d.Add(1) {
		day, ok := in.day(d)
		if !ok || !day.priced() || !day.covered(Complete) {
			return 0, false
		}
		day.addTo(&sum)
	}
	return sum.Cents(), true
}

// asOf returns what was known on the morning of a day.
func (in Input) asOf(from, to, day energy.Day) Input {
	out := Input{Family: in.Family, Zone: in.Zone, From: from, To: to, Today: day}
	for _, d := range in.Days {
		if d.Day.Before(day) && !d.Day.Before(day.Add(-mostWarm)) {
			out.Days = append(out.Days, d)
		}
	}
	out.Weather = make([]household.Weather, 0, mostWarm)
	for _, w := range in.Weather {
		if w.Day.Before(day) {
			out.Weather = append(out.Weather, w)
		}
	}
	return out
}
