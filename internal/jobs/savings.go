package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// savings adds what a saving is computed from besides: the works, the weather of both
// periods, what is known by longer periods alone, and how warm the home was in winter.
func (s *study) savings(ctx context.Context, in *indicators.Input, d period) (err error) {
	if in.Project = s.project(d); in.Project == nil {
		return nil
	}
	first, last := in.Project.From.Add(-indicators.YearDays), earliestOf(d.to, s.today)
	all, err := s.skies.weather(ctx, s.planner, s.home.Pilot, s.today)
	if err != nil {
		return err
	}
	in.Weather = between(all, first, last)
	if in.Bills, err = s.bills(ctx, first, last); err != nil {
		return err
	}
	var winter []energy.Day
	for day := first; day.Before(last); day = day.Add(1) {
		during := !day.Before(in.Project.From) && day.Before(in.Project.To)
		if indicators.Winter(day) && !during {
			winter = append(winter, day)
		}
	}
	for _, run := range consecutive(winter) {
		held, err := s.planner.held(ctx, s.sensors(), temperature, run[0].Start(s.home.Zone), run[len(run)-1].End(s.home.Zone))
		if err != nil {
			return err
		}
		for _, day := range run {
			if w := indicators.WarmthOf(day, best(held, day.Start(s.home.Zone), day.End(s.home.Zone))); w.Seen > 0 {
				in.Warmth = append(in.Warmth, w)
			}
		}
	}
	return nil
}

// longestDay is how long a local day is at most.
const longestDay = 25 * time.Hour

// bills returns what was stated of the family's electricity for longer than a day in
// [first, last), in order of time, each energy once and none overlapping.
func (s *study) bills(ctx context.Context, first, last energy.Day) ([]energy.Interval, error) {
	var all []energy.Interval
	for _, a := range s.home.Attachments {
		if a.Role != household.Electricity {
			continue
		}
		from, to := later(first.Start(s.home.Zone), a.From), earlier(last.Start(s.home.Zone), a.To)
		if !from.Before(to) {
			continue
		}
		ivs, err := s.planner.store.Intervals(ctx, a.Meter, from, to)
		if err != nil {
			return nil, err
		}
		for _, iv := range ivs {
			if iv.Register.Quantity() == energy.EnergyImport && !iv.Estimated && iv.To.Sub(iv.From) > longestDay && !iv.From.Before(a.From) && !iv.To.After(a.To) {
				all = append(all, iv)
			}
		}
	}
	return apart(all), nil
}

// apart adds up the registers of each period, each energy once, and leaves out a period
// that overlaps a shorter one.
func apart(ivs []energy.Interval) []energy.Interval {
	type span struct{ from, to int64 }
	registers := map[span][][]energy.Slot{}
	of := map[span]energy.Interval{}
	for _, iv := range ivs {
		k := span{iv.From.UnixMilli(), iv.To.UnixMilli()}
		length := iv.To.Sub(iv.From)
		slot := energy.Slot{Register: iv.Register, Start: iv.From, Energy: iv.Energy, Coverage: energy.Coverage{Seen: length, Of: length}}
		registers[k], of[k] = append(registers[k], []energy.Slot{slot}), iv
	}
	var all []energy.Interval
	for k, iv := range of {
		iv.Meter, iv.Register, iv.Energy = "", energy.Register(energy.EnergyImport), 0
		for _, slots := range energy.Once(registers[k]) {
			iv.Energy += slots[0].Energy
		}
		all = append(all, iv)
	}
	slices.SortFunc(all, func(a, b energy.Interval) int {
		return cmp.Or(cmp.Compare(a.To.Sub(a.From), b.To.Sub(b.From)), a.From.Compare(b.From))
	})
	var kept []energy.Interval
	for _, iv := range all {
		if !slices.ContainsFunc(kept, func(k energy.Interval) bool { return k.From.Before(iv.To) && iv.From.Before(k.To) }) {
			kept = append(kept, iv)
		}
	}
	slices.SortFunc(kept, func(a, b energy.Interval) int { return a.From.Compare(b.From) })
	return kept
}
