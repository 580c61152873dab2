package jobs

import (
	"context"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A period is what one result is about; to is not included.
type period struct{ from, to energy.Day }

// due returns the periods of an indicator whose result is missing or may have
// changed, in order, and the first day of which the indicator can say anything.
// What lies before that is due when it changed: it was known once.
func (s *study) due(ctx context.Context, i indicators.Indicator) (energy.Day, []period, error) {
	first, settled := s.firstOf(i), s.settled()
	all := periods(i.Span, s.earliest(first), s.latest())
	var known map[energy.Day]household.Result
	if !settled {
		var err error
		if known, err = s.computed(ctx, i, all); err != nil {
			return first, nil, err
		}
	}
	var out []period
	for _, p := range all {
		switch {
		case s.touches(p, i.Back):
			out = append(out, p)
		case s.ahead(i.Span, p): // of a clock that went back
		case settled || !first.Before(p.to):
		case i.Span == indicators.Monthly: // a bill changes where the first or the last known day does
			out = append(out, p)
		default:
			// Without a result by this method, or computed before the period was over.
			if r, ok := known[p.from]; !ok || r.Version != i.Version || r.To != p.to || r.At.Before(p.to.Start(s.home.Zone)) {
				out = append(out, p)
			}
		}
	}
	return first, out, nil
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
	if span == indicators.Yearly {
		return s.today.Before(p.to)
	}
	return s.today.Before(p.from)
}

// computed returns the newest result of each period that has one.
func (s *study) computed(ctx context.Context, i indicators.Indicator, all []period) (map[energy.Day]household.Result, error) {
	if len(all) == 0 {
		return nil, nil
	}
	rows, err := s.planner.store.Computed(ctx, s.home.Family, i.ID, all[0].from)
	known := make(map[energy.Day]household.Result, len(rows))
	for _, r := range rows {
		known[r.From] = r
	}
	return known, err
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
	case indicators.Daily:
		for d := first; !today.Before(d); d = d.Add(1) {
			all = append(all, period{d, d.Add(1)})
		}
	case indicators.Monthly:
		for d := monthOf(first); !today.Before(d); d = monthEnd(d) {
			all = append(all, period{d, monthEnd(d)})
		}
	case indicators.Yearly:
		for d := first; d.Before(today); d = d.Add(1) {
			all = append(all, period{d.Add(1 - indicators.YearDays), d.Add(1)})
		}
	}
	return all
}

// monthOf returns the first day of the month of d.
func monthOf(d energy.Day) energy.Day { return energy.Day{Year: d.Year, Month: d.Month, Date: 1} }

// never is a day that does not come.
var never = energy.Day{Year: 9999, Month: 1, Date: 1}

// firstOf returns the first day of which an indicator can say anything, or never.
func (s *study) firstOf(i indicators.Indicator) energy.Day {
	if i.Category != climate {
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

// climate is the category of indicators that read indoor temperatures.
const climate = "indoor_climate"
