package jobs

import (
	"errors"
	"slices"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// offers prices the days of a period under each tariff that the home could have, the one
// in force on its last day among them: another one may have been so before. None where
// there is no other.
func (s *study) offers(p period) ([]indicators.Offer, error) {
	var all []indicators.Offer
	for _, x := range s.supplies {
		if x.paid != nil {
			continue
		}
		own, _, ok := s.contract(x, p.to.Add(-1))
		if !ok {
			continue
		}
		ids := s.planner.book.Comparable(own.Tariff)
		if len(ids) < 2 {
			continue
		}
		for _, id := range ids {
			o := indicators.Offer{Fuel: x.fuel, Own: own.Tariff, Tariff: id, Costs: map[energy.Day]tariff.Cost{}, Lacks: map[energy.Day]string{}}
			for d := p.from; d.Before(p.to); d = d.Add(1) {
				cost, lacks, err := s.priceAs(x, d, id)
				if err != nil {
					return nil, err
				}
				if lacks != "" {
					o.Lacks[d] = lacks
				} else if cost != nil {
					o.Costs[d] = *cost
				}
			}
			all = append(all, o)
		}
	}
	return all, nil
}

// priceAs returns what a day would have cost under a tariff, with the power and the
// off-peak hours of the contract then in force; nil without use or contract. lacks says
// why a price would be a guess.
func (s *study) priceAs(x *supply, d energy.Day, id string) (cost *tariff.Cost, lacks string, err error) {
	c, _, ok := s.contract(x, d)
	if !ok || len(x.rows[d]) == 0 {
		return nil, "", nil
	}
	if c.Tariff == id { // as it was
		if x.unpriced[d] {
			return nil, "price", nil
		}
		price, err := s.planner.book.Cost(c, d, x.uses[d])
		if err != nil {
			return nil, lackOf(err), nil
		}
		return &price, "", nil
	}
	c.Tariff = id
	t, err := s.planner.book.Tariff(id)
	if err != nil {
		return nil, "", err
	}
	var totals []energy.Total
	for _, u := range x.rows[d] { // not how they were seen: what is estimated is then a guess of the tariff's
		totals = append(totals, energy.Total{Register: u.Register, Day: d, Energy: u.Energy})
	}
	var slots []energy.Slot
	if slices.ContainsFunc(totals, func(x energy.Total) bool { return x.Energy != 0 && t.NeedsSlots(x.Register) }) {
		month, err := s.half.slots(monthOf(d))
		if err != nil {
			return nil, "", err
		}
		if slots = month[d]; alike(slots) {
			return nil, "half_hours", nil
		}
	}
	uses, err := s.planner.book.Uses(c, s.home.Zone, totals, slots, nil)
	if undivided(err) {
		return nil, lackOf(err), nil
	}
	if err != nil {
		return nil, "", err
	}
	if slices.ContainsFunc(uses, func(u tariff.Use) bool { return u.Estimated }) {
		return nil, "half_hours", nil
	}
	price, err := s.planner.book.Cost(c, d, uses)
	if err != nil {
		return nil, lackOf(err), nil
	}
	return &price, "", nil
}

// mostAlike is for how many half-hours use may be the same to a thousandth of a Wh before
// it is taken for what readings far apart leave: an amount spread evenly.
//
// Source: a convention of Foyer; marked C.
const mostAlike = 12

// alike reports whether half-hours of a day, in order of time, only say what was used in
// more than [mostAlike] of them together.
func alike(slots []energy.Slot) bool {
	type run struct {
		energy int64
		length int
	}
	runs := map[energy.Register]run{}
	for _, s := range slots {
		r := runs[s.Register]
		if off := s.Energy - r.energy; s.Energy == 0 || off < -1 || off > 1 {
			r = run{energy: s.Energy}
		}
		r.length++
		if runs[s.Register] = r; s.Energy != 0 && r.length > mostAlike {
			return true
		}
	}
	return false
}

// lackOf says in a word why a tariff has no price of a day.
func lackOf(err error) string {
	switch {
	case errors.Is(err, tariff.ErrNoHours):
		return "off_peak"
	case errors.Is(err, tariff.ErrNoColour):
		return "colour"
	case errors.Is(err, tariff.ErrNoPower):
		return "power"
	case errors.Is(err, tariff.ErrNoCalorific):
		return "calorific"
	}
	return "price"
}

// compared reports whether a changed price of a tariff changes what the months of a home
// would have cost.
func (p *Planner) compared(home *household.Home, x tariff.Change) bool {
	return slices.ContainsFunc(home.Contracts, func(c household.Contract) bool {
		return slices.Contains(p.book.Comparable(c.Tariff), x.Tariff)
	})
}
