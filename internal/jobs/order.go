package jobs

import (
	"context"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// An Order says what is computed again, or verified.
type Order struct {
	From, To energy.Day           // local days, To not included; the zero values: all there are
	Families []household.FamilyID // empty: all, and the climate of the pilots
	Progress func(Progress)       // told of each step, from several goroutines; may be nil
}

// A Progress is how far a job of a pass has come.
type Progress struct {
	Job         string // "rollup", "results", "alerts" or "verify"
	Done, Total int    // families and stations
}

// everything reports whether an order is for all families.
func (o Order) everything() bool { return len(o.Families) == 0 }

// wants reports whether an order is for a family.
func (o Order) wants(f household.FamilyID) bool {
	return o.everything() || slices.Contains(o.Families, f)
}

// of returns where the families of an order live.
func (o Order) of(all []household.Residence) []household.Residence {
	return slices.DeleteFunc(slices.Clone(all), func(r household.Residence) bool { return !o.wants(r.Family) })
}

// days returns the days of an order, as far as a time from its first day to today
// has any.
func (o Order) days(first, today energy.Day) (from, to energy.Day) {
	from, to = first, today.Add(1)
	if o.From != (energy.Day{}) && from.Before(o.From) {
		from = o.From
	}
	if o.To != (energy.Day{}) && o.To.Before(to) {
		to = o.To
	}
	return from, to
}

// Recompute computes usage, climate, bills and results of an order from the readings
// again, and whatever else is due, and decides no alerts. What comes out as it was
// is left alone.
//
// The order is written down first, as marks: when it is cut short, the next pass of
// any process ends it. Passes of several processes take turns.
func (p *Planner) Recompute(ctx context.Context, o Order) (Report, error) {
	all, err := p.store.Residences(ctx)
	if err != nil {
		return Report{}, err
	}
	for page := range slices.Chunk(o.of(all), pageSize) {
		homes, err := p.store.Homes(ctx, page)
		if err != nil {
			return Report{}, err
		}
		for i := range homes {
			if err := p.again(ctx, &homes[i], o); err != nil {
				return Report{}, err
			}
		}
	}
	if o.everything() {
		if err := p.climateAgain(ctx, o, all); err != nil {
			return Report{}, err
		}
	}
	if err := p.store.MarkCohorts(ctx, o.From, o.end()); err != nil {
		return Report{}, err
	}
	p.forgetCohorts()
	return p.BringUp(ctx, o.Progress)
}

// BringUp computes what is due and decides no alerts. Progress may be nil.
func (p *Planner) BringUp(ctx context.Context, progress func(Progress)) (Report, error) {
	var all Report
	for {
		r, err := p.bringUp(ctx, false, progress)
		all.Rolled, all.Computed, all.Results, all.Failed = all.Rolled+r.Rolled, all.Computed+r.Computed, all.Results+r.Results, all.Failed+r.Failed
		if all.Behind = r.Behind; err != nil || r.Behind == 0 || r.Computed == 0 {
			return all, err
		}
	}
}

// again marks the days of a family in an order.
func (p *Planner) again(ctx context.Context, home *household.Home, o Order) error {
	first, ok := firstDay(home)
	if !ok {
		return nil
	}
	from, to := o.days(first, energy.DayOf(p.now(), home.Zone))
	if !from.Before(to) {
		return nil
	}
	start, end := from.Start(home.Zone), to.Start(home.Zone)
	var spans []energy.Span
	for _, a := range home.Attachments {
		if s := (energy.Span{Meter: a.Meter, From: later(start, a.From), To: earlier(end, a.To)}); s.From.Before(s.To) {
			spans = append(spans, s)
		}
	}
	if err := p.store.Stale(ctx, spans); err != nil {
		return err
	}
	return p.store.MarkDirty(ctx, home.Family, from, to)
}

// firstDay returns the first day on which a family had a meter; false without one.
func firstDay(home *household.Home) (energy.Day, bool) {
	first := never
	for _, a := range home.Attachments {
		if d := energy.DayOf(a.From, home.Zone); d.Before(first) {
			first = d
		}
	}
	return first, first != never
}

// climateAgain marks the days of every pilot in an order.
func (p *Planner) climateAgain(ctx context.Context, o Order, all []household.Residence) error {
	stations, err := p.store.Stations(ctx)
	if err != nil {
		return err
	}
	works, err := p.pilots(ctx, all, stations)
	if err != nil {
		return err
	}
	for _, work := range works {
		from, to := o.days(work.imported, energy.DayOf(p.now(), work.zone))
		if from.Before(to) {
			if err := p.store.MarkWeather(ctx, work.pilot, from, to); err != nil {
				return err
			}
		}
	}
	var spans []energy.Span
	for _, s := range stations {
		first, ok, err := p.firstClimate(ctx, s)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		from, to := o.days(first, energy.DayOf(p.now(), s.Zone))
		if from.Before(to) {
			spans = append(spans, energy.Span{Meter: s.Meter, From: from.Start(s.Zone), To: to.Start(s.Zone)})
		}
	}
	return p.store.Stale(ctx, spans)
}

// pilots returns those of whose weather anybody says anything: stations, or sources that
// were imported.
func (p *Planner) pilots(ctx context.Context, residences []household.Residence, stations []household.Station) ([]pilotWork, error) {
	all := everyPilot(stations, nil)
	for _, r := range pilotsOf(residences) {
		pilotOf(&all, r.Pilot, r.Zone)
	}
	for i := range all {
		first, ok, err := p.store.FirstOffer(ctx, all[i].pilot)
		if err != nil {
			return nil, err
		}
		if all[i].imported = first; !ok {
			all[i].imported = never
		}
	}
	return slices.DeleteFunc(all, func(w pilotWork) bool { return len(w.stations) == 0 && w.imported == never }), nil
}

// firstClimate returns the first day of which a station says anything; false when
// it never spoke.
func (p *Planner) firstClimate(ctx context.Context, s household.Station) (energy.Day, bool, error) {
	w := always(s.Meter)
	rs, _, err := p.after(ctx, w, temperature, w.from, 1)
	if err != nil || len(rs) == 0 {
		return energy.Day{}, false, err
	}
	return energy.DayOf(rs[0].At, s.Zone), true, nil
}
