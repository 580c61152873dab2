package disclosure

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A sheet shapes what the store gave into figures.
type sheet struct{ household.Sheet }

// results returns those of an indicator, in order of their days.
func (s sheet) results(indicator string) []household.Result {
	var all []household.Result
	for _, r := range s.Results {
		if r.Indicator == indicator {
			all = append(all, r)
		}
	}
	return all
}

// newest returns the result of the latest period; false when there is none.
func (s sheet) newest(indicator string) (household.Result, bool) {
	all := s.results(indicator)
	if len(all) == 0 {
		return household.Result{}, false
	}
	last := all[0]
	for _, r := range all[1:] {
		if !r.To.Before(last.To) {
			last = r
		}
	}
	return last, true
}

// lastHeard returns the last reading of any meter; zero when there is none.
func (s sheet) lastHeard() time.Time {
	var last time.Time
	for _, h := range s.Heard {
		if h.At.After(last) {
			last = h.At
		}
	}
	return last
}

// month returns the figures of the month that begins on first; nil when nothing
// of it may be seen or is known.
func (s sheet) month(first energy.Day) *MonthFigure {
	m := MonthFigure{Month: monthOf(first)}
	if e, c, ok := electricity(s.Months, m.Month); ok {
		m.Energy, m.Seen, m.Of, m.Estimated = &e, c.Seen, c.Of, c.Estimated
	}
	for _, r := range s.results("cost_month") {
		if monthOf(r.From) == m.Month {
			s.monthCost(&m, r)
		}
	}
	if m.Energy == nil && m.Cost == nil && m.Status == "" {
		return nil
	}
	return &m
}

func (s sheet) monthCost(m *MonthFigure, r household.Result) {
	var d household.CostMonth
	m.Status, m.Cost = r.Status, valueOf(r)
	if json.Unmarshal(r.Detail, &d) != nil {
		return
	}
	m.Seen, m.Of, m.DaysLeft = millis(d.Seen), millis(d.Of), d.DaysLeft
	m.Estimated = m.Estimated || d.Estimated
	central, low, high := cents(d.Forecast), cents(d.ForecastLow), cents(d.ForecastHigh)
	if central != nil {
		m.Forecast = &Forecast{Low: *central, Central: *central, High: *central}
		if low != nil && high != nil {
			m.Forecast.Low, m.Forecast.High = *low, *high
		}
	}
}

// effort returns the energy-effort rate: its status and rounded value alone.
func (s sheet) effort() *RateFigure {
	r, ok := s.newest("tee")
	if !ok {
		return nil
	}
	f := RateFigure{Status: r.Status}
	if v, err := decimal.NewFromString(r.Value); err == nil && worth(r) {
		f.Value = v.Round(3).StringFixed(3)
	}
	return &f
}

// cold returns how long the home was cold on the last day known.
func (s sheet) cold() *ColdFigure {
	r, ok := s.newest("cold_day")
	if !ok {
		return nil
	}
	f := ColdFigure{Day: r.From, Status: r.Status}
	if worth(r) {
		f.Hours = milli(&r.Value)
	}
	return &f
}

// electricity adds the electricity registers of a period; false when nothing of
// it is known.
func electricity(rows []household.Usage, period string) (MilliWh, energy.Coverage, bool) {
	var sum MilliWh
	var c energy.Coverage
	known := false
	for _, u := range rows {
		if u.Period != period || u.Register.Quantity() != energy.EnergyImport {
			continue
		}
		if u.Coverage.Seen == 0 && u.Energy == 0 {
			continue
		}
		sum += MilliWh(u.Energy)
		// Registers of one meter are seen together; the least seen one counts.
		if !known || u.Coverage.Seen < c.Seen {
			c.Seen = u.Coverage.Seen
		}
		c.Of = max(c.Of, u.Coverage.Of)
		c.Estimated = c.Estimated || u.Coverage.Estimated
		c.Provision = c.Provision || u.Coverage.Provision
		known = true
	}
	return sum, c, known
}

// worth reports whether a result carries a value.
func worth(r household.Result) bool {
	return (r.Status == household.OK || r.Status == household.Provisional) && r.Value != ""
}

// valueOf returns an amount in euros; nil without one.
func valueOf(r household.Result) *Cents {
	if !worth(r) {
		return nil
	}
	return cents(&r.Value)
}

// cents rounds an exact amount in euros once, half away from zero.
func cents(eur *string) *Cents {
	n, ok := scaled(eur, 2)
	if !ok {
		return nil
	}
	c := Cents(n)
	return &c
}

// milli rounds an exact decimal to thousandths, half away from zero.
func milli(text *string) *Milli {
	n, ok := scaled(text, 3)
	if !ok {
		return nil
	}
	m := Milli(n)
	return &m
}

func scaled(text *string, places int32) (int64, bool) {
	if text == nil {
		return 0, false
	}
	v, err := decimal.NewFromString(*text)
	if err != nil {
		return 0, false
	}
	return v.Shift(places).Round(0).IntPart(), true
}

func millis(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }
