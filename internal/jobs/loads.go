package jobs

import (
	"context"
	"maps"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// load finds out the loads of days, as far as they are not known yet.
func (s *study) load(ctx context.Context, days map[energy.Day]bool) error {
	if s.loads == nil {
		s.loads = map[energy.Day]indicators.Load{}
		for d, l := range s.before.loads {
			if !s.dirty[d] {
				s.loads[d] = l
			}
		}
	}
	return s.slots(ctx, days, s.loads, func(d energy.Day, slots []energy.Slot) (indicators.Load, error) {
		return indicators.LoadOf(d, s.home.Zone, slots, nil), nil
	}, energy.EnergyImport)
}

// flow does so for gas; s.gas stays nil without a gas meter.
func (s *study) flow(ctx context.Context, days map[energy.Day]bool) error {
	if !slices.ContainsFunc(s.home.Attachments, func(a household.Attachment) bool { return a.Role == household.Gas }) {
		return nil
	}
	if s.gas == nil {
		s.gas = map[energy.Day]indicators.Load{}
	}
	return s.slots(ctx, days, s.gas, func(d energy.Day, slots []energy.Slot) (indicators.Load, error) {
		spoken, err := s.spoken(ctx, d)
		return indicators.LoadOf(d, s.home.Zone, slots, spoken), err
	}, energy.GasVolume, energy.GasEnergy)
}

// slots fills loads with those of days that are not in it, from the half-hours of
// quantities.
func (s *study) slots(ctx context.Context, days map[energy.Day]bool, loads map[energy.Day]indicators.Load,
	of func(energy.Day, []energy.Slot) (indicators.Load, error), quantities ...energy.Quantity,
) error {
	missing := maps.Clone(days)
	maps.DeleteFunc(missing, func(d energy.Day, _ bool) bool {
		_, known := loads[d]
		return known
	})
	zone := s.home.Zone
	for _, run := range consecutive(touched{usage: missing}.all()) {
		rows, err := s.planner.store.UsageSlots(ctx, s.home.Family, run[0].Start(zone), run[len(run)-1].End(zone))
		if err != nil {
			return err
		}
		byDay := map[energy.Day][]energy.Slot{}
		for _, u := range rows {
			if slices.Contains(quantities, u.Register.Quantity()) {
				d := energy.DayOf(u.Start, zone)
				byDay[d] = append(byDay[d], energy.Slot{Register: u.Register, Start: u.Start, Energy: u.Energy, Coverage: u.Coverage})
			}
		}
		for _, d := range run {
			if loads[d], err = of(d, byDay[d]); err != nil {
				return err
			}
		}
	}
	return nil
}

// recentLoads is how many days before today the loads of are remembered, for all that
// indicators read back.
const recentLoads = 32

// recent returns the loads of the last days, as the next pass may use them again.
func (s *study) recent() map[energy.Day]indicators.Load {
	loads := map[energy.Day]indicators.Load{}
	for d, l := range s.loads {
		if d.Before(s.today) && !d.Before(s.today.Add(-recentLoads)) {
			loads[d] = l
		}
	}
	return loads
}

// spoken returns when the gas meters of a family spoke on a day, and just before and
// after it, in order.
func (s *study) spoken(ctx context.Context, day energy.Day) ([]time.Time, error) {
	at := []time.Time{}
	start, end := day.Start(s.home.Zone), day.End(s.home.Zone)
	for _, a := range s.home.Attachments {
		if a.Role != household.Gas || !a.From.Before(end) || !a.To.After(start) {
			continue
		}
		rs, err := s.planner.series.Read(ctx, a.Meter, start.Add(-time.Hour), end.Add(time.Hour))
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if slices.Contains(counted[household.Gas], r.Register.Quantity()) {
				at = append(at, r.At)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at, nil
}
