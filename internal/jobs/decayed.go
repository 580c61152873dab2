package jobs

import (
	"cmp"
	"context"
	"slices"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// decayed returns what of a family is kept no longer, with the closed days of [from, to).
// A border from before the family had a meter took nothing away.
func (p *Planner) decayed(ctx context.Context, home *household.Home, from, to energy.Day) (household.Decayed, error) {
	x, err := p.store.Decayed(ctx, home.Family, from, to)
	if err != nil {
		return x, err
	}
	first, _ := firstDay(home)
	for _, border := range []*energy.Day{&x.HalfHours, &x.Days} {
		if !first.Before(*border) {
			*border = energy.Day{}
		}
	}
	return x, nil
}

// stand puts into a roll what is kept of its days that are closed, in place of what came
// out of readings that are no longer all there, and leaves months alone that lost days.
// What nothing is kept of yet is added: a meter's past that was imported since.
func (p *Planner) stand(ctx context.Context, r *household.Roll, x household.Decayed) error {
	closed := false
	for d := r.From; d.Before(r.To) && !closed; d = d.Add(1) {
		_, closed = x.Closed[d]
	}
	if !closed {
		return nil
	}
	days, err := p.store.UsageDays(ctx, r.Family, r.From, r.To)
	if err != nil {
		return err
	}
	slots, err := p.store.UsageSlots(ctx, r.Family, r.Start, r.End)
	if err != nil {
		return err
	}
	type part struct {
		day      energy.Day
		quantity energy.Quantity
	}
	of := func(u household.Usage) part { return part{r.DayAt(u.Start), u.Register.Quantity()} }
	stands := map[part]bool{}
	for _, u := range days {
		if _, closed := x.Closed[of(u).day]; closed {
			stands[of(u)] = true
		}
	}
	chosen := func(kept, computed []household.Usage) []household.Usage {
		kept = slices.DeleteFunc(kept, func(u household.Usage) bool { return !stands[of(u)] })
		computed = slices.DeleteFunc(computed, func(u household.Usage) bool { return stands[of(u)] })
		all := slices.Concat(kept, computed)
		slices.SortFunc(all, func(a, b household.Usage) int {
			return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Register, b.Register))
		})
		return all
	}
	r.Days, r.Slots = chosen(days, r.Days), chosen(slots, r.Slots)
	return nil
}

// whole leaves months out of a roll that lost days.
func whole(r *household.Roll, x household.Decayed) {
	lost := func(month string) bool { return month+"-01" < x.Days.String() }
	if x.Days == (energy.Day{}) {
		return
	}
	r.Touched = slices.DeleteFunc(r.Touched, lost)
	r.Months = slices.DeleteFunc(r.Months, func(u household.Usage) bool { return lost(u.Period) })
}

// What indicators read of a day that is finer than the day itself.
const (
	fromSlots    = indicators.Loads | indicators.Offers
	fromReadings = indicators.Indoors | indicators.GasFlow | indicators.Peaks | indicators.Overloads
)

// readingDays is how many of the first days of which readings are kept may depend on
// readings from before: what a sensor held is judged by some on either side.
const readingDays = 2

// past reports whether something that a period reads is kept no longer: what was
// computed of it stands, and nothing else is.
//
// Years that a period looks back on decay in its turn: while it is recent it is computed
// from what there is.
func (s *study) past(i indicators.Indicator, p period) bool {
	first := p.from.Add(-s.back(i, p))
	if border := s.decayed.HalfHours; border != (energy.Day{}) {
		if i.Needs&fromSlots != 0 && first.Before(border) || i.Needs&fromReadings != 0 && first.Before(border.Add(readingDays)) {
			return true
		}
	}
	recent := s.decayed.HalfHours.Before(p.to) && i.Span != indicators.Works
	return p.from.Before(s.decayed.Days) || first.Before(s.decayed.Days) && !recent
}

// faded reports whether a period reads anything that is kept no longer.
func (s *study) faded(i indicators.Indicator, p period) bool {
	return s.past(i, p) || p.from.Add(-s.back(i, p)).Before(s.decayed.Days)
}

// remember has the first days of a family stay what they were when they are kept no
// longer.
func (s *study) remember() {
	if b := s.before.First; s.known && s.decayed.Days != (energy.Day{}) && b != (energy.Day{}) && b.Before(s.first) {
		s.first = b
	}
	if b := s.before.Indoor; s.decayed.HalfHours != (energy.Day{}) && b != (energy.Day{}) && b.Before(s.decayed.HalfHours) && (!s.sensed || b.Before(s.firstIndoor)) {
		s.sensed, s.firstIndoor = true, b
	}
}

// closedUses returns how a fuel of a closed day was divided while its half-hours were
// kept; false where that is not known, or was asked of another contract.
func (s *study) closedUses(x *supply, d energy.Day, c household.Contract) ([]tariff.Use, bool) {
	for _, u := range s.decayed.Closed[d].Uses {
		if u.Fuel != x.fuel || u.Tariff != c.Tariff || u.OffPeak != c.OffPeak {
			continue
		}
		uses := make([]tariff.Use, len(u.Periods))
		for i, p := range u.Periods {
			uses[i] = tariff.Use{Day: d, Period: p.Period, Energy: p.Energy, Estimated: p.Estimated}
		}
		return uses, true
	}
	return nil, false
}

// closedLesson returns what the half-hours of a month said of registers while all of
// them were kept.
func (s *study) closedLesson(month energy.Day, c household.Contract) (tariff.Meaning, bool) {
	for d := month; d.Before(monthEnd(month)); d = d.Add(1) {
		if l := s.decayed.Closed[d].Learn; l != nil && l.Tariff == c.Tariff && l.OffPeak == c.OffPeak {
			return l.Means, true
		}
	}
	return nil, false
}

// closing returns what a day keeps of its half-hours when it is closed.
func (s *study) closing(d energy.Day, numbered map[energy.Day]household.Contract) household.Closed {
	var kept household.Closed
	for _, x := range s.supplies {
		c, t, ok := s.contract(x, d)
		uses, divided := x.uses[d]
		if !ok || !divided || !slices.ContainsFunc(x.rows[d], func(u household.Usage) bool { return t.NeedsSlots(u.Register) }) {
			continue
		}
		of := household.ClosedUse{Fuel: x.fuel, Tariff: c.Tariff, OffPeak: c.OffPeak}
		for _, u := range uses {
			of.Periods = append(of.Periods, household.ClosedPeriod{Period: u.Period, Energy: u.Energy, Estimated: u.Estimated})
		}
		kept.Uses = append(kept.Uses, of)
	}
	if c, ok := numbered[monthOf(d)]; ok {
		kept.Learn = &household.ClosedLearn{Tariff: c.Tariff, OffPeak: c.OffPeak, Means: s.lessons.own[monthOf(d)]}
	}
	return kept
}
