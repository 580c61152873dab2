package disclosure

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// Home returns a family's own page. The audience is a family's phone; others get
// [ErrWithheld].
func (g *Gate) Home(ctx context.Context, aud Audience) (Home, error) {
	h, err := g.home(ctx, aud)
	return h, g.metrics.count(viewHome, err)
}

func (g *Gate) home(ctx context.Context, aud Audience) (Home, error) {
	if aud.Family() == "" {
		return Home{}, ErrWithheld
	}
	today, zone, err := g.today(aud)
	if err != nil {
		return Home{}, err
	}
	h := Home{State: Stopped, At: g.now(), Zone: zone, Language: aud.Language()}
	found, own, err := g.store.Own(ctx, consent.Access{Reader: aud.reader, Purpose: consent.FamilyView, View: viewHome}, aud.Family(), household.Ask{
		Results: []household.Wanted{
			{Indicator: "cost_day", From: today.Add(-7)},
			{Indicator: "cost_month", From: monthStart(today, 0)},
			{Indicator: "cold_day", From: today.Add(-7), Newest: true},
			{Indicator: "metered_savings", From: today.Add(-wantedSavings)},
		},
		Days: today.Add(-7), Months: monthOf(today), Terms: true,
	})
	if err != nil || found == nil || unmeasured(*found) {
		return h, err
	}
	s := sheet{*found}
	h.Agreed, h.Phones, h.Reads = own.Grants, own.Phones, readsOf(own.Reads, zone)
	h.Spends = s.Finest[string(consent.Cost)] >= int(consent.Monthly)
	h.Hourly = agreed(own.Grants, consent.Hourly())
	h.fill(s, today)
	return h, nil
}

// unmeasured reports whether nothing may be seen but what the family says.
func unmeasured(s household.Sheet) bool {
	return len(s.Finest) == 1 && s.Finest[string(consent.Survey)] > 0
}

// fill sets the figures and the state that follows from them.
func (h *Home) fill(s sheet, today energy.Day) {
	last, interval := s.electricityHeard()
	h.LastData = last
	h.Silent = !last.IsZero() && h.At.Sub(last) > patience(interval)
	h.Indoor = s.indoor()
	h.Savings = s.savings()
	h.Tariff = s.tariff(today)
	h.Month = s.month(monthStart(today, 0))
	if h.Month != nil && h.Tariff != nil && h.Tariff.Instalment != nil {
		h.Month.Budget = h.Tariff.Instalment
		h.Month.Over = h.Month.Cost != nil && *h.Month.Cost > *h.Month.Budget
	}
	for n := -7; n < 0; n++ {
		h.Week = append(h.Week, s.day(today.Add(n)))
	}
	if !slices.ContainsFunc(h.Week, func(d DayFigure) bool { return !d.Missing }) {
		h.Week = nil
	} else if yesterday := h.Week[6]; !yesterday.Missing {
		h.Yesterday = &yesterday
	}
	h.Usual = s.usual()
	if !h.Silent {
		h.Today = s.today(today)
	}
	h.State, h.Reason = h.state(s)
}

// state returns the first of the states that hold, with the reason of its alert.
func (h *Home) state(s sheet) (State, *Reason) {
	alert := func(rule string) *Reason {
		i := slices.IndexFunc(s.Alerts, func(a household.Alert) bool { return a.Rule == rule })
		if i < 0 {
			return nil
		}
		r := reasonOf(s.Alerts[i].Reason)
		return &r
	}
	nothing := h.LastData.IsZero() && h.Today == nil && h.Week == nil && h.Month == nil
	if r := alert("cold_home"); r != nil {
		return Cold, r
	}
	if nothing {
		return NoData, nil
	}
	if h.Silent {
		return Silent, alert("silent_meter")
	}
	if s.Finest[string(consent.Cost)] > 0 && !h.counted() {
		h.Unpriced = s.unpriced()
		return Uncounted, nil
	}
	if h.Month != nil && h.Month.Over {
		return Budget, nil
	}
	if r := alert("spending"); r != nil {
		return Drift, r
	}
	return Normal, nil
}

// counted reports whether anything is known in euros.
func (h *Home) counted() bool {
	return h.Today != nil && h.Today.Cost != nil || h.Month != nil && h.Month.Cost != nil ||
		slices.ContainsFunc(h.Week, func(d DayFigure) bool { return d.Cost != nil })
}

// unpriced reports whether the last day has no cost because it has no price.
func (s sheet) unpriced() bool {
	days := s.results("cost_day")
	return len(days) > 0 && days[len(days)-1].Status == household.Indeterminate
}

// patience is how long a meter may be silent: three times its own interval, at
// least two hours and at most 26; 26 while its interval is not known.
func patience(interval time.Duration) time.Duration {
	if interval <= 0 {
		return 26 * time.Hour
	}
	return min(max(3*interval, 2*time.Hour), 26*time.Hour)
}

// electricityHeard returns when the electricity meters last spoke, and how often
// they do.
func (s sheet) electricityHeard() (last time.Time, interval time.Duration) {
	for _, h := range s.Heard {
		if h.Role == household.Electricity {
			return h.At, h.Interval
		}
	}
	return time.Time{}, 0
}

// costDay returns the detail of a day's cost.
func (s sheet) costDay(day energy.Day) (household.Result, household.CostDay, bool) {
	for _, r := range s.results("cost_day") {
		var d household.CostDay
		if r.From == day && json.Unmarshal(r.Detail, &d) == nil {
			return r, d, true
		}
	}
	return household.Result{}, household.CostDay{}, false
}

// day returns the figures of a whole day.
func (s sheet) day(day energy.Day) DayFigure {
	f := DayFigure{Day: day}
	if e, c, ok := electricity(s.Days, day.String()); ok {
		f.Energy, f.Estimated, f.Seen, f.Of = &e, c.Estimated, c.Seen, c.Of
	}
	if r, d, ok := s.costDay(day); ok {
		f.Cost, f.Seen, f.Of = valueOf(r), millis(d.Seen), millis(d.Of)
		f.Estimated = f.Estimated || d.Estimated || r.Status == household.Provisional
	}
	f.Missing = f.Cost == nil && f.Energy == nil
	return f
}

// today returns the running day; nil when nothing of it is known.
func (s sheet) today(day energy.Day) *TodayFigure {
	r, d, ok := s.costDay(day)
	if !ok || d.Until == nil || valueOf(r) == nil {
		return nil
	}
	f := TodayFigure{DayFigure: s.day(day), Until: time.UnixMilli(*d.Until).UTC(), UsualByNow: cents(d.UsualByNow)}
	f.Estimated = d.Estimated // that the day is not over is no estimate
	return &f
}

// usual returns a usual day, as the latest day knows it.
func (s sheet) usual() *Cents {
	var usual *Cents
	for _, r := range s.results("cost_day") {
		if _, d, ok := s.costDay(r.From); ok && d.Usual != nil {
			usual = cents(d.Usual)
		}
	}
	return usual
}

// indoor returns the last temperature at home; nil when none is known.
func (s sheet) indoor() *Indoor {
	r, ok := s.newest("cold_day")
	var d household.ColdDay
	if !ok || json.Unmarshal(r.Detail, &d) != nil || d.LastAt == nil {
		return nil
	}
	last, threshold := milli(d.Last), milli(&d.Threshold)
	if last == nil || threshold == nil {
		return nil
	}
	in := Indoor{Temp: *last, At: time.UnixMilli(*d.LastAt).UTC(), Threshold: *threshold, Day: r.From}
	if worth(r) {
		in.Hours = milli(&r.Value)
	}
	return &in
}

// tariff returns the contract in force; instalments of several add up.
func (s sheet) tariff(today energy.Day) *Tariff {
	var t *Tariff
	var sum Cents
	for _, c := range s.Contracts {
		if today.Before(c.From) || c.To != (energy.Day{}) && !today.Before(c.To) {
			continue
		}
		if t == nil {
			t = &Tariff{ID: c.Tariff, PowerKVA: c.PowerKVA, OffPeak: c.OffPeak}
		}
		sum += Cents(c.Instalment)
	}
	if t != nil && sum > 0 {
		t.Instalment = &sum
	}
	return t
}
