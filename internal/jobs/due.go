package jobs

import (
	"context"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A period is what one result is about; to is not included.
type period struct{ from, to energy.Day }

// A chore is what is due of an indicator.
type chore struct {
	indicator indicators.Indicator
	first     energy.Day // of which the indicator can say anything
	due       []period   // in order
}

// chores returns what is due of some indicators: of each the periods whose result is
// missing or may have changed. What lies before the first day of which one can say
// anything is due when it changed: it was known once.
func (s *study) chores(ctx context.Context, of []indicators.Indicator) ([]chore, error) {
	var known map[string]map[energy.Day]household.Result
	if !s.trusted() {
		var err error
		if known, err = s.computed(ctx, of); err != nil {
			return nil, err
		}
	}
	var all []chore
	for _, i := range of {
		c := chore{indicator: i, first: s.firstOf(i)}
		if c.due = s.due(i, c.first, known[i.ID]); len(c.due) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}

// due returns the periods of an indicator that are, known what was computed of it.
func (s *study) due(i indicators.Indicator, first energy.Day, known map[energy.Day]household.Result) []period {
	settled := s.settled()
	var out []period
	for _, p := range s.periods(i, s.earliest(first), s.latest()) {
		switch {
		case s.past(i, p):
		case s.touches(p, s.back(i, p)):
			out = append(out, p)
		case s.ahead(i.Span, p): // of a clock that went back
		case settled || !first.Before(p.to) || s.over(i.Span, p):
		case i.Span == indicators.Monthly: // a bill changes where the first or the last known day does
			out = append(out, p)
		default:
			// Without a result by this method, or computed before the period was over.
			if r, ok := known[p.from]; !ok || r.Version != i.Version || r.To != p.to || r.At.Before(p.to.Start(s.home.Zone)) {
				out = append(out, p)
			}
		}
	}
	return out
}

// earliest returns a day or the earliest dirty one, whichever comes first.
func (s *study) earliest(first energy.Day) energy.Day {
	for d := range s.dirty {
		if d.Before(first) {
			first = d
		}
	}
	return first
}

// latest returns today, or the last day on which any pass ran by a clock that went
// back since: what was computed for days up to then changes when what it read does.
func (s *study) latest() energy.Day {
	if at := s.planner.ahead; !at.IsZero() {
		return energy.DayOf(at, s.home.Zone)
	}
	return s.today
}

// ahead reports whether the time has not come yet at which a period has a result.
func (s *study) ahead(span indicators.Span, p period) bool {
	if span.Whole() {
		return s.today.Before(p.to)
	}
	return s.today.Before(p.from)
}

// computed returns the newest result of each period that has one, by indicator.
func (s *study) computed(ctx context.Context, of []indicators.Indicator) (map[string]map[energy.Day]household.Result, error) {
	known := make(map[string]map[energy.Day]household.Result, len(of))
	first := never
	var ids []string
	for _, i := range of {
		known[i.ID] = map[energy.Day]household.Result{}
		if all := s.periods(i, s.earliest(s.firstOf(i)), s.latest()); len(all) > 0 {
			ids, first = append(ids, i.ID), earliestOf(first, all[0].from)
		}
	}
	if len(ids) == 0 {
		return known, nil
	}
	rows, err := s.planner.store.Computed(ctx, s.home.Family, ids, first)
	for _, r := range rows {
		known[r.Indicator][r.From] = r
	}
	return known, err
}

// periods returns every period of an indicator from the first day that is known on.
// Those of works that were taken back are among them: what was said of them has to say
// so.
func (s *study) periods(i indicators.Indicator, first, last energy.Day) []period {
	if i.Span != indicators.Works {
		return periods(i.Span, first, last)
	}
	var all []period
	for _, d := range s.home.Ends() {
		if !last.Before(d) {
			all = append(all, period{d, d.Add(indicators.YearDays)})
		}
	}
	return all
}

// project returns the works of a period of [indicators.Works]; nil when they were taken
// back, or became a part of others.
func (s *study) project(p period) *household.Project {
	for _, x := range s.home.Projects() {
		if x.To == p.from {
			return &x
		}
	}
	return nil
}

// gone reports whether a period is about works that do not stand.
func (s *study) gone(span indicators.Span, p period) bool {
	return span == indicators.Works && s.project(p) == nil
}

// back returns how many days before a period an indicator reads.
func (s *study) back(i indicators.Indicator, p period) int {
	if i.Span != indicators.Works {
		return i.Back
	}
	if project := s.project(p); project != nil {
		return p.from.Sub(project.From) + indicators.YearDays
	}
	return 0 // that they were taken back marks the day after them
}

// touches reports whether a dirty day is among those that a period reads.
func (s *study) touches(p period, back int) bool {
	if len(s.dirty) == 0 {
		return false
	}
	if p.to.Sub(p.from)+back < len(s.dirty) {
		for d := p.from.Add(-back); d.Before(p.to); d = d.Add(1) {
			if s.dirty[d] {
				return true
			}
		}
		return false
	}
	for d := range s.dirty {
		if !d.Before(p.from.Add(-back)) && d.Before(p.to) {
			return true
		}
	}
	return false
}

// periods returns every period of a span from the first day that is known on.
func periods(span indicators.Span, first, today energy.Day) []period {
	var all []period
	switch span {
	case indicators.Daily, indicators.WholeDay:
		for d := first; !today.Before(d); d = d.Add(1) {
			all = append(all, period{d, d.Add(1)})
		}
	case indicators.Monthly, indicators.WholeMonth:
		for d := monthOf(first); !today.Before(d); d = monthEnd(d) {
			all = append(all, period{d, monthEnd(d)})
		}
	case indicators.Yearly:
		for d := first; d.Before(today); d = d.Add(1) {
			all = append(all, period{d.Add(1 - indicators.YearDays), d.Add(1)})
		}
	case indicators.MonthsYear:
		for d := monthEnd(first); !today.Before(d); d = monthEnd(d) {
			all = append(all, period{d.Add(-indicators.YearDays), d})
		}
	case indicators.Works: // of a home, not of the calendar
	}
	return all
}

// monthOf returns the first day of the month of d.
func monthOf(d energy.Day) energy.Day { return energy.Day{Year: d.Year, Month: d.Month, Date: 1} }

// Days before and after all that are kept: ever, and one that does not come.
var (
	ever  = energy.Day{Year: 1900, Month: 1, Date: 1}
	never = energy.Day{Year: 9999, Month: 1, Date: 1}
)

// firstOf returns the first day of which an indicator can say anything, or never.
func (s *study) firstOf(i indicators.Indicator) energy.Day {
	if i.Needs == indicators.Answers && len(s.home.Answers) > 0 { // what the family says has a result without a meter too
		return earliestOf(s.begin(), s.home.Answers[0].Day)
	}
	if !i.Needs.Has(indicators.Indoors) {
		return s.begin()
	}
	if !s.sensed {
		return never
	}
	return s.firstIndoor
}

// begin returns the first day of which usage is known, or never.
func (s *study) begin() energy.Day {
	if !s.known {
		return never
	}
	return s.first
}
