package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A study is what the results of one family are computed from, in one pass.
type study struct {
	planner *Planner
	home    *household.Home
	now     time.Time
	today   energy.Day
	dirty   map[energy.Day]bool
	before  memory // what the pass before found out
	decayed household.Decayed

	known       bool       // whether any usage is
	first       energy.Day // first and last day of which usage is known
	last        energy.Day
	supplies    []*supply        // fuels, electricity first
	days        []indicators.Day // priced, in order
	until       time.Time        // last reading of today; zero without one
	sensed      bool             // whether any indoor temperature is
	firstIndoor energy.Day
	half        reader
	lessons     lessons

	indicators []indicators.Indicator // the nightly ones
	methods    string                 // of them
	skies      *skies
	loads      map[energy.Day]indicators.Load // electricity, as far as it was read
	gas        map[energy.Day]indicators.Load // likewise; nil without a gas meter
	indoors    map[energy.Day]indoors         // likewise
	lived      lived

	draws map[energy.Day]draw // as far as they were read; none without a meter that shows apparent power
}

// read brings in the days of a family and prices them.
func (s *study) read(ctx context.Context) (err error) {
	if s.decayed, err = s.planner.decayed(ctx, s.home, ever, never); err != nil {
		return err
	}
	if err := s.acquaint(ctx); err != nil || !s.known {
		return err
	}
	for d := s.first; !s.last.Before(d); d = d.Add(1) {
		if err := s.price(d); err != nil {
			return err
		}
	}
	return s.soFar(ctx)
}

// acquaint finds out what days of a family are priced by. What is kept no longer is known.
func (s *study) acquaint(ctx context.Context) (err error) {
	s.half = reader{study: s, ctx: ctx}
	if err = s.listen(ctx); err != nil {
		return err
	}
	if s.first, s.known, err = s.planner.store.FirstUsage(ctx, s.home.Family); err != nil {
		return err
	}
	if s.remember(); !s.known {
		return nil
	}
	usage, err := s.planner.store.UsageDays(ctx, s.home.Family, s.first, s.today.Add(2))
	if err != nil {
		return err
	}
	if s.supplies, err = s.planner.supplies(s.home, usage); err != nil {
		return err
	}
	for _, x := range s.supplies {
		if s.last.Before(x.last) {
			s.last = x.last
		}
	}
	if err := s.deliver(ctx); err != nil {
		return err
	}
	return s.learn()
}

// price adds a day of which anything is known and what it cost, as far as there is a
// price. Without use of electricity there is a day where the home uses another fuel.
func (s *study) price(d energy.Day) error {
	day := indicators.Day{Day: d}
	some := false
	for _, x := range s.supplies {
		rows := x.rows[d]
		some = some || len(rows) > 0
		if x.fuel != tariff.Electricity || len(rows) == 0 {
			continue
		}
		day.Coverage, day.Energy = coverageOf(rows), energyOf(rows)
	}
	if !some {
		return nil
	}
	for _, x := range s.supplies {
		if !s.usesFuel(x, d) {
			continue
		}
		part, cost, err := s.part(x, d)
		if err != nil {
			return err
		}
		day.Add(part, cost)
	}
	s.days = append(s.days, day)
	return nil
}

// between returns the days from one to another, which is not included.
func (s *study) between(from, to energy.Day) []indicators.Day {
	find := func(d energy.Day) int {
		i, _ := slices.BinarySearchFunc(s.days, d, func(x indicators.Day, d energy.Day) int { return x.Day.Compare(d) })
		return i
	}
	return s.days[find(from):find(to)]
}

// bill adds the bills of the months that dirty days lie in, and of all months when
// the first or the last known day may have changed.
func (s *study) bill(f *household.Filing) {
	for m := monthOf(s.earliest(s.begin())); !s.today.Before(m); m = monthEnd(m) {
		month := period{m, monthEnd(m)}
		if (s.settled() || s.over(indicators.Monthly, month)) && !s.touches(month, 0) || m.Before(s.decayed.Days) {
			continue
		}
		f.Bills = append(f.Bills, s.billOf(m))
	}
}

// billOf returns the bill of a month.
func (s *study) billOf(m energy.Day) household.Bill {
	b := household.Bill{Month: m.String()[:7], Over: !s.today.Before(monthEnd(m))}
	for _, l := range s.lines(m) {
		b.Lines = append(b.Lines, household.BillLine{
			Start: l.From.Start(s.home.Zone), Fuel: l.Fuel, Label: l.Label, Quantity: l.Quantity.String(), Unit: l.Unit,
			Price: l.Price.String(), Cents: l.Cents, Estimated: l.Estimated,
		})
	}
	return b
}

// lines returns the bill of a month, fuel by fuel. A fuel without a price has no line.
func (s *study) lines(month energy.Day) (all []tariff.Line) {
	for _, x := range s.supplies {
		all = append(all, s.linesOf(x, month)...)
	}
	return all
}

// linesOf returns the lines of a fuel in a month: from the first day of which anything
// is known, to its end or the last such day. Nil when it has no price.
func (s *study) linesOf(x *supply, month energy.Day) []tariff.Line {
	from, to := month, monthEnd(month)
	if x.paid != nil {
		return s.broughtLines(x, from, to)
	}
	if len(x.rows) == 0 {
		return nil
	}
	if from.Before(x.first) {
		from = x.first
	}
	if end := x.last.Add(1); end.Before(to) {
		to = end
	}
	if !from.Before(to) {
		return nil
	}
	var uses []tariff.Use
	for d := from; d.Before(to); d = d.Add(1) {
		if x.unpriced[d] {
			return nil
		}
		uses = append(uses, x.uses[d]...)
	}
	lines, err := s.planner.book.Bill(x.contracts, from, to, uses)
	if err != nil { // no contract, or no price in force: not billed
		return nil
	}
	return lines
}
