package jobs

import (
	"context"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/tariff"
)

// fetch reads at once what indicators of one span read of the days of their periods, so
// that they share it.
func (s *study) fetch(ctx context.Context, all []chore) error {
	loads, gas, indoors := map[energy.Day]bool{}, map[energy.Day]bool{}, map[energy.Day]bool{}
	first, last := never, energy.Day{} // of the days that were lived
	for _, c := range all {
		needs := c.indicator.Needs
		for _, p := range c.due {
			from := p.from.Add(-c.indicator.Back)
			for d := from; d.Before(p.to) && needs.Has(indicators.Loads); d = d.Add(1) {
				loads[d] = true
			}
			for d := from; d.Before(p.to) && needs.Has(indicators.GasFlow); d = d.Add(1) {
				gas[d] = true
			}
			for d := p.from; d.Before(p.to) && needs.Has(indicators.Indoors); d = d.Add(1) {
				indoors[d] = true
			}
			if needs.Has(indicators.Lived) {
				first = earliestOf(first, p.from)
				if last.Before(p.to) {
					last = p.to
				}
			}
		}
	}
	s.drewBefore()
	if err := s.load(ctx, loads); err != nil {
		return err
	}
	if err := s.flow(ctx, gas); err != nil {
		return err
	}
	if err := s.recall(ctx, first, last); err != nil {
		return err
	}
	return s.temperatures(ctx, indoors)
}

// input assembles what an indicator may read about a period. What it needs was fetched.
func (s *study) input(ctx context.Context, i indicators.Indicator, d period) (indicators.Input, error) {
	last := d.to.Add(-1)
	reference, err := indicators.ReferenceAt(indicators.France, last)
	if err != nil {
		return indicators.Input{}, err
	}
	in := indicators.Input{
		Family: s.home.Family, Zone: s.home.Zone, From: d.from, To: d.to, Today: s.today, Until: s.until,
		Dwelling: s.home.DwellingOn(last), Income: s.home.IncomeOn(last), Reference: reference,
		Days: s.between(d.from.Add(-s.back(i, d)), d.to), Contracts: s.contracts(), Money: s.home.Money,
	}
	for _, x := range s.supplies {
		if c, _, ok := s.contract(x, last); ok && x.fuel == tariff.Electricity {
			in.Contract = &c
		}
	}
	if i.Span == indicators.Monthly {
		in.Bill = s.lines(d.from)
	}
	if i.Span == indicators.Works {
		if err := s.savings(ctx, &in, d); err != nil {
			return in, err
		}
	}
	if i.Needs.Has(indicators.Loads) {
		in.Loads = s.loads
	}
	if i.Needs.Has(indicators.Offers) {
		if in.Offers, err = s.offers(d); err != nil {
			return in, err
		}
	}
	if i.Needs.Has(indicators.GasFlow) {
		in.Gas = s.gas
	}
	if i.Needs.Has(indicators.Indoors) {
		in.Held, in.Humidity = s.indoors[d.from].warmth, s.indoors[d.from].damp
	}
	if i.Needs.Has(indicators.Answers) {
		in.Answers, in.Projects, in.Changed = s.told(d.to), s.home.Projects(), s.changes(d.from.Add(-i.Back), d.to)
	}
	if i.Needs.Has(indicators.Lived) {
		in.Absent, in.Warm = s.lived.absent, s.lived.warm
	}
	if i.Needs.Has(indicators.Outdoors) && (i.Span != indicators.Monthly || s.today.Before(d.to)) {
		in.Weather, err = s.outdoors(ctx, i, d)
	}
	if err == nil && i.Needs.Has(indicators.Peaks) {
		in.Peaks, err = s.peaksOf(ctx, in.Quiet())
	}
	if err == nil && i.Needs.Has(indicators.Overloads) {
		in.Overloads, err = s.overloadsOf(ctx, d.from.Add(1-i.Back), d.to)
	}
	return in, err
}
