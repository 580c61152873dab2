package indicators

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A Part is what is known of one fuel on a local day.
type Part struct {
	Fuel     tariff.Fuel
	Energy   int64 // thousandths of Wh; 0 for what is delivered
	Coverage energy.Coverage

	cost *tariff.Cost // nil without a contract or a price
}

// priced reports whether a part has a price, known whether half of it was seen too.
func (p Part) priced() bool { return p.cost != nil }
func (p Part) known() bool  { return p.cost != nil && atLeast(p.Coverage, 50) }

// Add adds a part to a day. Without a price of it, cost is nil: the day then costs
// more than is known.
func (d *Day) Add(p Part, cost *tariff.Cost) {
	p.cost = cost
	d.Parts = append(d.Parts, p)
	slices.SortStableFunc(d.Parts, func(a, b Part) int {
		return slices.Index(household.Fuels, a.Fuel) - slices.Index(household.Fuels, b.Fuel)
	})
	var s tariff.Sum
	d.addTo(&s)
	d.cents = s.Cents()
}

// Price says what the electricity of a day cost, when the home uses nothing else.
func (d *Day) Price(c tariff.Cost) {
	d.Parts = nil
	d.Add(Part{Fuel: tariff.Electricity, Energy: d.Energy, Coverage: d.Coverage}, &c)
}

// part returns what is known of a fuel; false when the home does not use it.
func (d Day) part(f tariff.Fuel) (Part, bool) {
	for _, p := range d.Parts {
		if p.Fuel == f {
			return p, true
		}
	}
	return Part{}, false
}

// priced reports whether anything of a day has a price.
func (d Day) priced() bool { return slices.ContainsFunc(d.Parts, Part.priced) }

// addTo adds what a day cost to a sum, as far as it is known.
func (d Day) addTo(s *tariff.Sum) {
	for _, p := range d.Parts {
		if p.cost != nil {
			s.Add(*p.cost, d.Day)
		}
	}
}

// energyCost returns what the energy of a day cost, standing charges apart.
func (d Day) energyCost() (sum decimal.Decimal) {
	for _, p := range d.Parts {
		if p.cost != nil {
			sum = sum.Add(p.cost.Energy)
		}
	}
	return sum
}

// valid reports whether enough of a day was seen to learn from it: half of every
// fuel that has a price.
//
// Source: CalTRACK 2.0, 2.2.2.1.
func (d Day) valid() bool { return d.priced() && d.covered(50) }

// covered reports whether a percentage of every fuel that has a price was seen.
func (d Day) covered(percent int64) bool {
	return !slices.ContainsFunc(d.Parts, func(p Part) bool { return p.cost != nil && !atLeast(p.Coverage, percent) })
}

// A tally is what is known of one fuel over a period.
type tally struct {
	fuel     tariff.Fuel
	energy   int64
	coverage energy.Coverage
	priced   bool // some of it has a price
	sum      tariff.Sum
	guess    bool // some of its price rests on an estimate
	used     bool // some of it is known
	unpriced bool // some of what is known has no price
}

// tallies returns what is known of each fuel of the period, up to and including
// today and, of today, up to Until. Electricity is always among them.
func (in Input) tallies() []tally {
	all := []tally{{fuel: tariff.Electricity}}
	of := func(f tariff.Fuel) *tally {
		i := slices.IndexFunc(all, func(t tally) bool { return t.fuel == f })
		if i < 0 {
			i, all = len(all), append(all, tally{fuel: f})
		}
		return &all[i]
	}
	for d := in.From; d.Before(in.To) && !in.Today.Before(d); d = d.Add(1) {
		length := d.End(in.Zone).Sub(d.Start(in.Zone))
		if d == in.Today {
			length = max(in.Until.Sub(d.Start(in.Zone)), 0)
		}
		day, _ := in.day(d)
		parts := day.Parts
		if _, has := day.part(tariff.Electricity); !has {
			parts = append([]Part{{Fuel: tariff.Electricity, Energy: day.Energy, Coverage: day.Coverage}}, parts...)
		}
		for _, p := range parts {
			t := of(p.Fuel)
			p.Coverage.Of = length
			p.Coverage.Seen = min(p.Coverage.Seen, length)
			t.coverage = t.coverage.Add(p.Coverage)
			t.energy += p.Energy
			t.used = t.used || p.Energy > 0 || p.Coverage.Seen > 0
			if p.cost == nil && (p.Energy > 0 || p.Coverage.Seen > 0) {
				t.unpriced = true
			}
			if p.cost != nil {
				t.priced, t.guess = true, t.guess || p.cost.Estimated
				t.sum.Add(*p.cost, d)
			}
		}
	}
	return all
}

// together returns the coverage and the status of what several fuels cost, and which of
// them are not, or not half, in it: the total is a lower bound then. Of the fuels of
// which half was seen the one seen least counts.
func together(all []tally, running bool) (c energy.Coverage, s household.Status, missing []tariff.Fuel) {
	priced := slices.ContainsFunc(all, func(t tally) bool { return t.priced })
	least := -1
	for i, t := range all {
		lacks := !t.priced || !atLeast(t.coverage, 50)
		if lacks || t.unpriced {
			missing = append(missing, t.fuel)
		}
		switch {
		case lacks:
		case least < 0 || seenShare(t.coverage) < seenShare(all[least].coverage):
			least = i
		}
	}
	if least < 0 {
		c = all[0].coverage
		s = status(c, running)
		if valued(s) && priced {
			s = household.InsufficientData // of what has a price
		} else if valued(s) {
			s = household.Indeterminate
		}
		return c, s, missing
	}
	c = all[least].coverage
	for _, t := range all {
		if t.priced {
			c.Estimated, c.Provision = c.Estimated || t.coverage.Estimated, c.Provision || t.coverage.Provision
		}
	}
	s = status(c, running)
	if s == household.OK && len(missing) > 0 {
		s = household.Provisional
	}
	return c, s, missing
}

// seenShare is how much of a period was seen, in thousandths.
func seenShare(c energy.Coverage) int64 {
	if c.Of <= 0 {
		return 0
	}
	return int64(c.Seen/time.Millisecond) * 1000 / max(int64(c.Of/time.Millisecond), 1)
}

// partsOf prints what is known of each fuel; amount says what one cost.
func partsOf(all []tally, amount func(tally) int64) []household.CostPart {
	var parts []household.CostPart
	for _, t := range all {
		if !t.priced && !t.used {
			continue
		}
		p := household.CostPart{
			Fuel: string(t.fuel), Seen: t.coverage.Seen.Milliseconds(), Of: t.coverage.Of.Milliseconds(), Estimated: t.coverage.Estimated || t.guess,
		}
		if t.used && !t.fuel.Delivered() {
			p.Energy = tariff.KWh(t.energy).String()
		}
		if t.priced {
			p.Cost = tariff.Euros(amount(t))
		}
		parts = append(parts, p)
	}
	return parts
}

func names(fuels []tariff.Fuel) []string {
	var all []string
	for _, f := range fuels {
		all = append(all, string(f))
	}
	return all
}
