package jobs

import (
	"context"
	"maps"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A reader reads half-hours of a family by month, each month once, and what
// numbered registers mean.
type reader struct {
	study    *study
	ctx      context.Context //nolint:containedctx // of one pass for one family
	months   map[energy.Day]map[energy.Day][]energy.Slot
	meanings map[energy.Day]tariff.Meaning
}

// slots returns the half-hours of a month, by day.
func (r *reader) slots(month energy.Day) (map[energy.Day][]energy.Slot, error) {
	if got, ok := r.months[month]; ok {
		return got, nil
	}
	zone := r.study.home.Zone
	rows, err := r.study.planner.store.UsageSlots(r.ctx, r.study.home.Family, month.Start(zone), monthEnd(month).Start(zone))
	if err != nil {
		return nil, err
	}
	byDay := map[energy.Day][]energy.Slot{}
	for _, u := range rows {
		if u.Register.Quantity() != energy.EnergyImport {
			continue
		}
		d := energy.DayOf(u.Start, zone)
		byDay[d] = append(byDay[d], energy.Slot{Register: u.Register, Start: u.Start, Energy: u.Energy, Coverage: u.Coverage})
	}
	if r.months == nil {
		r.months = map[energy.Day]map[energy.Day][]energy.Slot{}
	}
	r.months[month] = byDay
	return byDay, nil
}

// usesOf divides the energy of a day over the periods of its tariff.
func (s *study) usesOf(d energy.Day, c household.Contract, t *tariff.Tariff, rows []household.Usage) ([]tariff.Use, error) {
	var totals []energy.Total
	for _, u := range rows {
		totals = append(totals, energy.Total{Register: u.Register, Day: d, Energy: u.Energy, Coverage: u.Coverage})
	}
	return s.divide(d, c, t, totals, nil)
}

// divide divides totals of a day; with slots nil it reads those it needs.
func (s *study) divide(d energy.Day, c household.Contract, t *tariff.Tariff, totals []energy.Total, slots []energy.Slot) ([]tariff.Use, error) {
	meaning := s.half.meanings[monthOf(d)]
	needs := slices.ContainsFunc(totals, func(x energy.Total) bool {
		_, meant := meaning[x.Register]
		return !meant && t.NeedsSlots(x.Register)
	})
	if needs && slots == nil {
		month, err := s.half.slots(monthOf(d))
		if err != nil {
			return nil, err
		}
		slots = month[d]
	}
	hours, err := tariff.ParseHours(c.OffPeak)
	if err != nil {
		return nil, err
	}
	return t.Uses(totals, slots, meaning, hours, s.home.Zone), nil
}

// learn finds out what the numbered registers of the family mean, month by month:
// from the half-hours of the month, or where it has none from those of the nearest
// month after it, then before it.
func (s *study) learn() error {
	months := map[energy.Day]bool{}
	for d, rows := range s.rows {
		c, t, ok := s.contract(d)
		if !ok || c.OffPeak == "" {
			continue
		}
		for _, u := range rows {
			if t.NeedsSlots(u.Register) {
				months[monthOf(d)] = true
			}
		}
	}
	sorted := slices.SortedFunc(maps.Keys(months), func(a, b energy.Day) int { return a.Sub(b) })
	learnt := make([]tariff.Meaning, len(sorted))
	for i, m := range sorted {
		c, _, ok := s.contract(m)
		if !ok {
			c, _, _ = s.contract(s.first)
		}
		hours, err := tariff.ParseHours(c.OffPeak)
		if err != nil {
			return err
		}
		byDay, err := s.half.slots(m)
		if err != nil {
			return err
		}
		var slots []energy.Slot
		for _, of := range byDay {
			slots = append(slots, of...)
		}
		learnt[i] = tariff.Learn(hours, s.home.Zone, slots)
	}
	s.half.meanings = map[energy.Day]tariff.Meaning{}
	for i, m := range sorted {
		all := tariff.Meaning{}
		for j := range i { // the nearest before wins over those further back
			maps.Copy(all, learnt[j])
		}
		for j := len(sorted) - 1; j >= i; j-- { // and what comes after over all of them
			maps.Copy(all, learnt[j])
		}
		s.half.meanings[m] = all
	}
	return nil
}
