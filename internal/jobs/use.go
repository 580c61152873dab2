package jobs

import (
	"context"
	"errors"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A reader reads half-hours of a family by month, each month once.
type reader struct {
	study  *study
	ctx    context.Context //nolint:containedctx // of one pass for one family
	months map[energy.Day]map[energy.Day][]energy.Slot
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
		if _, billed := tariff.FuelOf(u.Register); !billed {
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

// usesOf divides the energy of a fuel and day over the periods of its tariff.
func (s *study) usesOf(x *supply, d energy.Day, c household.Contract, t *tariff.Tariff) ([]tariff.Use, error) {
	var totals []energy.Total
	for _, u := range x.rows[d] {
		totals = append(totals, energy.Total{Register: u.Register, Day: d, Energy: u.Energy, Coverage: u.Coverage})
	}
	return s.divide(d, c, t, totals, nil)
}

// divide divides totals of a day; with slots nil it reads those it needs.
func (s *study) divide(d energy.Day, c household.Contract, t *tariff.Tariff, totals []energy.Total, slots []energy.Slot) ([]tariff.Use, error) {
	meaning := s.lessons.months[monthOf(d)]
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
	return s.planner.book.Uses(c, s.home.Zone, totals, slots, meaning)
}

// undivided reports whether err says that nobody knows in which periods energy was
// used, or how much: the meter's off-peak hours, the colour of the day or what a cubic
// metre of gas holds are not known.
func undivided(err error) bool {
	return errors.Is(err, tariff.ErrNoHours) || errors.Is(err, tariff.ErrNoColour) || errors.Is(err, tariff.ErrNoPeriod) ||
		errors.Is(err, tariff.ErrNoCalorific)
}
