package jobs

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// flatShare is the part of a delivery that is burnt evenly, for hot water, in percent.
//
// Source: a convention of Foyer; marked C.
const flatShare = 20

// base is the degree days' base, thousandths of °C.
//
// Source: France, DJU base 18.
const degreeBase = 18_000

// deliver adds the fuels that no meter counts: what deliveries cost, spread over the
// days on which they are burnt, and heating in the rent of which the amount is known.
func (s *study) deliver(ctx context.Context) error {
	for _, f := range household.Fuels {
		x := &supply{fuel: f, first: never, paid: map[energy.Day]tariff.Cost{}}
		switch {
		case f.Delivered():
			x.contracts = contractsFor(s.home.Contracts, f)
			ds := household.Between(s.home.Money, f, energy.Day{}, never, household.Brought)
			if len(ds) == 0 && len(x.contracts) == 0 {
				continue
			}
			if err := s.spread(ctx, x, ds); err != nil {
				return err
			}
		case f == tariff.Heat:
			s.rent(x)
			if len(x.paid) == 0 || slices.ContainsFunc(s.supplies, func(o *supply) bool { return o.fuel == f }) {
				continue
			}
		default:
			continue
		}
		s.supplies = append(s.supplies, x)
	}
	return nil
}

func contractsFor(all []household.Contract, f household.Fuel) (of []household.Contract) {
	for _, c := range all {
		if c.Fuel == f {
			of = append(of, c)
		}
	}
	return of
}

// spread divides what deliveries cost over the days from each to the next.
func (s *study) spread(ctx context.Context, x *supply, entries []household.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var ds []tariff.Delivery
	for _, e := range entries {
		ds = append(ds, tariff.Delivery{Day: e.Day, Fuel: string(e.Fuel), Quantity: e.Quantity, Unit: e.Unit, Cents: e.Cents})
	}
	first, last := entries[0].Day, entries[len(entries)-1].Day
	weather, err := s.planner.store.Weather(ctx, s.home.Pilot, first, last)
	if err != nil {
		return err
	}
	cold := map[energy.Day]int64{}
	for _, w := range weather {
		cold[w.Day] = max(degreeBase-w.Mean, 0)
	}
	for d, cents := range tariff.Spread(ds, first, last, flatShare, func(d energy.Day) int64 { return cold[d] }) {
		x.paid[d] = tariff.Cost{Energy: decimal.New(cents, -2), ProRata: tariff.ByYear, Estimated: true}
	}
	x.first, x.last = first, last.Add(-1)
	return nil
}

// rent divides what heating in the rent costs over twelve months from each amount on.
func (s *study) rent(x *supply) {
	all := household.Between(s.home.Money, tariff.Heat, energy.Day{}, never, household.RentHeat)
	for i, e := range all {
		end := e.Day.Add(indicators.YearDays)
		if i+1 < len(all) && all[i+1].Day.Before(end) {
			end = all[i+1].Day
		}
		for d := e.Day; d.Before(end); d = d.Add(1) {
			x.paid[d] = tariff.Cost{Standing: decimal.New(e.Cents, -2), ProRata: tariff.ByYear, Estimated: true}
		}
		x.first, x.last = earliestOf(x.first, e.Day), end.Add(-1)
	}
}

// broughtPart returns what is known of a fuel on a day that no meter counts.
func (s *study) broughtPart(x *supply, d energy.Day) (indicators.Part, *tariff.Cost) {
	of := d.End(s.home.Zone).Sub(d.Start(s.home.Zone))
	part := indicators.Part{Fuel: x.fuel, Coverage: energy.Coverage{Seen: of, Of: of, Estimated: true}}
	cost, ok := x.paid[d]
	if !ok { // burnt, and for how much nobody knows before the next delivery
		return part, nil
	}
	return part, &cost
}

// broughtLines returns the line of a fuel that no meter counts in a month.
func (s *study) broughtLines(x *supply, from, to energy.Day) []tariff.Line {
	var sum tariff.Sum
	days := int64(0)
	for d := from; d.Before(to) && !s.last.Before(d); d = d.Add(1) {
		if c, ok := x.paid[d]; ok {
			sum.Add(c, d)
			days++
		}
	}
	if days == 0 {
		return nil
	}
	label := "bill.delivery"
	if x.fuel == tariff.Heat {
		label = "bill.rent_heat"
	}
	cents := sum.Cents()
	return []tariff.Line{{
		From: from, To: to, Label: label, Unit: "EUR", Fuel: x.fuel,
		Quantity: decimal.New(cents, -2), Price: decimal.New(1, 0), Cents: cents, Estimated: true,
	}}
}
