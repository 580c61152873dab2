package jobs

import (
	"bytes"
	"context"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// computeAll computes the results that are due of every family.
func (p *Planner) computeAll(ctx context.Context, homes []household.Home, now time.Time, r *Report) error {
	dirty, err := p.store.DirtyDays(ctx)
	if err != nil {
		return err
	}
	results := make([]int, len(homes))
	var tasks []task
	for i := range homes {
		home := &homes[i]
		if len(dirty[home.Family]) == 0 && p.recall(home.Family).today == energy.DayOf(now, home.Zone) {
			continue
		}
		tasks = append(tasks, func(ctx context.Context) (err error) {
			results[i], err = p.computeFamily(ctx, home, dirty[home.Family], now)
			return err
		})
	}
	failed, err := p.work(ctx, compute, now, tasks)
	r.Computed, r.Failed = len(tasks)-failed, r.Failed+failed
	for _, n := range results {
		r.Results += n
	}
	return err
}

// computeFamily adds the results of a family that are due and returns how many.
func (p *Planner) computeFamily(ctx context.Context, home *household.Home, dirty []energy.Day, now time.Time) (int, error) {
	s := &study{
		planner: p, home: home, now: now, today: energy.DayOf(now, home.Zone), dirty: map[energy.Day]bool{}, before: p.recall(home.Family),
	}
	for _, d := range dirty {
		s.dirty[d] = true
	}
	filing := household.Filing{Family: home.Family, At: now, Stamp: home.Stamp, Dirty: dirty}
	if err := s.read(ctx); err != nil {
		return 0, err
	}
	s.bill(&filing)
	for _, i := range indicators.All() {
		if err := s.compute(ctx, i, &filing); err != nil {
			return 0, err
		}
	}
	if len(filing.Results) > 0 || len(filing.Bills) > 0 || len(filing.Dirty) > 0 {
		if err := p.store.FileResults(ctx, filing); err != nil {
			return 0, err
		}
	}
	p.remember(home.Family, s.memory())
	p.metrics.results.Add(float64(len(filing.Results)))
	return len(filing.Results), nil
}

// compute adds the results of one indicator that are due and differ from what is kept.
func (s *study) compute(ctx context.Context, i indicators.Indicator, filing *household.Filing) error {
	first, due, err := s.due(ctx, i)
	if err != nil {
		return err
	}
	return s.compare(ctx, i, first, due, func(_ *household.Result, r household.Result) {
		r.At = s.now
		filing.Results = append(filing.Results, household.Filed{
			Result: r, Category: i.Category, Granularity: i.Granularity, Start: r.From.Start(s.home.Zone),
		})
	})
}

// compare computes the results of an indicator for some periods and tells those that
// differ from what is kept, which is nil where nothing is. First is the first day of
// which the indicator can say anything.
func (s *study) compare(ctx context.Context, i indicators.Indicator, first energy.Day, all []period, differs func(kept *household.Result, r household.Result)) error {
	if len(all) == 0 {
		return nil
	}
	rows, err := s.planner.store.Newest(ctx, s.home.Family, i.ID, all[0].from, all[len(all)-1].from.Add(1))
	if err != nil {
		return err
	}
	newest := make(map[energy.Day]*household.Result, len(rows))
	for n := range rows {
		newest[rows[n].From] = &rows[n]
	}
	indoor, err := s.temperatures(ctx, i, all)
	if err != nil {
		return err
	}
	for _, d := range all {
		kept := newest[d.from]
		if kept == nil && (!first.Before(d.to) || s.ahead(i.Span, d)) {
			continue // nothing was ever known of it
		}
		in, err := s.input(ctx, i, d)
		if err != nil {
			return err
		}
		in.Held = indoor(d.from)
		r, err := i.Result(in)
		if err != nil {
			return err
		}
		if kept == nil || !same(*kept, r) {
			differs(kept, r)
		}
	}
	return nil
}

// same reports whether two results of one period say the same, byte for byte.
func same(a, b household.Result) bool {
	return a.To == b.To && a.Version == b.Version && a.Status == b.Status && a.Value == b.Value && a.Unit == b.Unit && bytes.Equal(a.Detail, b.Detail)
}

// input assembles what an indicator may read about a period.
func (s *study) input(ctx context.Context, i indicators.Indicator, d period) (indicators.Input, error) {
	reference, err := indicators.ReferenceAt(indicators.France, d.to.Add(-1))
	if err != nil {
		return indicators.Input{}, err
	}
	in := indicators.Input{
		Family: s.home.Family, Zone: s.home.Zone, From: d.from, To: d.to, Today: s.today, Until: s.until,
		Dwelling: s.home.DwellingOn(d.to.Add(-1)), Income: s.home.IncomeOn(d.to.Add(-1)), Reference: reference,
		Days: s.between(d.from.Add(-i.Back), d.to),
	}
	if i.Span == indicators.Monthly {
		in.Bill = s.lines(d.from)
		if s.today.Before(d.to) {
			in.Weather, err = s.air(ctx)
		}
	}
	return in, err
}
