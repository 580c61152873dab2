package indicators

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A Trial is the forecast of a month or of a settlement year as it was, or would have
// been, on the morning of one of its days, and what it came to. Amounts are cents.
type Trial struct {
	From               energy.Day // first day of the month or the year
	On                 energy.Day
	Step               int  // day of the month, or whole months of the year that are over
	Known              bool // false: not enough data for a forecast
	Central, Low, High int64
	Actual             int64
}

// Holds reports whether it came to what lies in the range.
func (t Trial) Holds() bool { return t.Known && t.Low <= t.Actual && t.Actual <= t.High }

// trialDays are the days of a month on which a forecast is tried.
var trialDays = []int{1, 8, 15, 22, 28}

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
				t := Trial{From: month, On: energy.Day{Year: month.Year, Month: month.Month, Date: date}, Step: date, Actual: actual}
				f, known := in.asOf(month, next, t.On).forecast()
				t.Known, t.Central, t.Low, t.High = known, f.central, f.low, f.high
				all = append(all, t)
			}
		}
		month = next
	}
}

// yearSteps are the whole months of a settlement year after which a forecast of it is
// tried.
var yearSteps = []int{1, 3, 6, 9, 11}

// YearSteps returns the whole months of a settlement year after which a forecast of it
// is tried.
func YearSteps() []int { return append([]int(nil), yearSteps...) }

// BackTestYears forecasts every settlement year of in.Contracts of which nine tenths of
// each day are known and that ends before in.Today, as [BackTest] does months: each fuel
// by itself, as the settlement does. A year that a contract did not last is left out.
func BackTestYears(in Input) []Trial {
	var all []Trial
	for _, c := range in.Contracts {
		one := in.only(c.Fuel)
		if len(one.Days) == 0 {
			continue
		}
		day := one.Days[0].Day
		if day.Before(c.From) {
			day = c.From
		}
		for day.Before(in.Today) && (c.To == (energy.Day{}) || day.Before(c.To)) {
			from, to := c.SettlementYear(day)
			if to.Sub(from) >= YearDays && !in.Today.Before(to) {
				all = append(all, one.tryYear(from, to)...)
			}
			day = to
		}
	}
	return all
}

// tryYear returns the trials of a year that is over; none where a day of it is not known.
func (in Input) tryYear(from, to energy.Day) []Trial {
	actual, ok := in.came(from, to)
	if !ok {
		return nil
	}
	var all []Trial
	for _, months := range yearSteps {
		t := Trial{From: from, On: monthsAfter(from, months), Step: months, Actual: actual}
		f, known := in.asOf(from, to, t.On).yearAhead(from, to)
		t.Known, t.Central, t.Low, t.High = known, f.central, f.low, f.high
		all = append(all, t)
	}
	return all
}

// monthsAfter returns the same day of the month some months on, or the last of it.
func monthsAfter(d energy.Day, months int) energy.Day {
	month := int(d.Month) - 1 + months
	first := energy.Day{Year: d.Year + month/12, Month: time.Month(month%12 + 1), Date: 1}
	first.Date = min(d.Date, daysOf(first))
	return first
}

// came returns what days came to, in cents; false when a day of it is not known.
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
