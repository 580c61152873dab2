package jobs

import (
	"slices"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A supply is one fuel of a family: what was used, under which contracts, and what
// that cost.
type supply struct {
	fuel        tariff.Fuel
	contracts   []household.Contract
	rows        map[energy.Day][]household.Usage
	first, last energy.Day                  // of rows; never and zero without any
	uses        map[energy.Day][]tariff.Use // by period of the tariff
	unpriced    map[energy.Day]bool         // days whose energy cannot be priced
	paid        map[energy.Day]tariff.Cost  // what days cost of a fuel that no meter counts; nil for others
}

// supplies returns the fuels of a family that meters count, electricity first.
func (p *Planner) supplies(home *household.Home, usage []household.Usage) ([]*supply, error) {
	var all []*supply
	for _, f := range tariff.Metered {
		s := &supply{
			fuel: f, contracts: p.book.Of(home.Contracts, f), rows: map[energy.Day][]household.Usage{}, first: never,
			uses: map[energy.Day][]tariff.Use{}, unpriced: map[energy.Day]bool{},
		}
		for _, u := range usage {
			if of, ok := tariff.FuelOf(u.Register); !ok || of != f {
				continue
			}
			day, err := energy.ParseDay(u.Period)
			if err != nil {
				return nil, err
			}
			s.rows[day] = append(s.rows[day], u)
			s.first = earliestOf(s.first, day)
			if s.last.Before(day) {
				s.last = day
			}
		}
		if f == tariff.Electricity || len(s.rows) > 0 || len(s.contracts) > 0 || slices.ContainsFunc(home.Attachments, counts(f)) {
			all = append(all, s)
		}
	}
	return all, nil
}

// counts tells attachments of meters that count a fuel.
func counts(f tariff.Fuel) func(household.Attachment) bool {
	return func(a household.Attachment) bool { return string(a.Role) == string(f) }
}

// usesFuel reports whether the home uses a fuel on a day: it has a meter or a contract
// for it, or something is known of it. Every home uses electricity.
func (s *study) usesFuel(x *supply, d energy.Day) bool {
	if x.fuel == tariff.Electricity || len(x.rows[d]) > 0 {
		return true
	}
	if _, paid := x.paid[d]; paid {
		return true
	}
	if x.paid != nil && x.fuel.Delivered() && !d.Before(x.first) {
		return len(x.contracts) == 0 || slices.ContainsFunc(x.contracts, func(c household.Contract) bool { return c.To == (energy.Day{}) || d.Before(c.To) })
	}
	if slices.ContainsFunc(x.contracts, func(c household.Contract) bool {
		return !d.Before(c.From) && (c.To == (energy.Day{}) || d.Before(c.To))
	}) {
		return true
	}
	return slices.ContainsFunc(s.home.Attachments, func(a household.Attachment) bool {
		return counts(x.fuel)(a) && a.From.Before(d.End(s.home.Zone)) && a.To.After(d.Start(s.home.Zone))
	})
}

// contract returns what is in force for a fuel on a day; false without a contract or
// with one of a tariff that is not known.
func (s *study) contract(x *supply, day energy.Day) (household.Contract, *tariff.Tariff, bool) {
	c, err := tariff.InForce(x.contracts, day)
	if err != nil {
		return c, nil, false
	}
	t, err := s.planner.book.Tariff(c.Tariff)
	return c, t, err == nil
}

// part returns what is known of a fuel on a day, and what it cost; nil when it has no price.
func (s *study) part(x *supply, d energy.Day) (indicators.Part, *tariff.Cost, error) {
	if x.paid != nil {
		part, cost := s.broughtPart(x, d)
		return part, cost, nil
	}
	part := indicators.Part{Fuel: x.fuel, Coverage: energy.Coverage{Of: d.End(s.home.Zone).Sub(d.Start(s.home.Zone))}}
	if rows := x.rows[d]; len(rows) > 0 {
		part.Coverage = coverageOf(rows)
	}
	contract, t, ok := s.contract(x, d)
	if !ok {
		part.Energy = energyOf(x.rows[d])
		return part, nil, nil
	}
	uses, err := s.usesOf(x, d, contract, t)
	if kept, ok := s.closedUses(x, d, contract); ok {
		uses, err = kept, nil
	}
	if undivided(err) {
		x.unpriced[d] = true
		return part, nil, nil
	}
	if err != nil {
		return part, nil, err
	}
	x.uses[d] = uses
	for _, u := range uses {
		part.Energy += u.Energy
	}
	cost, err := s.planner.book.Cost(contract, d, uses)
	if err != nil { // the day has no price
		return part, nil, nil //nolint:nilerr // which is what is known of it
	}
	return part, &cost, nil
}

// energyOf returns the energy that rows of one fuel and day show, in thousandths of
// Wh; 0 for volumes, whose energy is not known.
func energyOf(rows []household.Usage) (sum int64) {
	for _, u := range rows {
		if q := u.Register.Quantity(); q == energy.EnergyImport || q == energy.GasEnergy || q == energy.HeatEnergy {
			sum += u.Energy
		}
	}
	return sum
}

// contracts returns those of the home, each with its fuel.
func (s *study) contracts() []household.Contract {
	all := slices.Clone(s.home.Contracts)
	for i := range all {
		all[i].Fuel = s.planner.book.Fuel(all[i])
	}
	return all
}
