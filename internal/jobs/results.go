package jobs

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// catchUp is how many homes have their whole past looked at in one pass because the
// methods of indicators changed. The others have what is due of every day, and wait for
// the next pass.
const catchUp = 256

// A computing is the results of all families in one pass.
type computing struct {
	planner    *Planner
	now        time.Time
	indicators []indicators.Indicator // those of a home alone
	methods    string                 // of them
	skies      *skies
	behind     int          // homes whose past is to be looked at because methods changed
	waiting    int          // those of them that the next pass does
	results    atomic.Int64 // added
	years      atomic.Bool  // whether a year of any home is another
}

// computeAll computes the results that are due of every family, and compares homes.
func (p *Planner) computeAll(ctx context.Context, all []household.Residence, now time.Time, r *Report) error {
	comparing, own := indicators.Comparing(indicators.Nightly(indicators.France))
	c := &computing{planner: p, now: now, indicators: own, methods: indicators.Methods(own), skies: &skies{}}
	done, failed, err := p.work(ctx, compute, now, paged(ctx, all, c.page))
	r.Computed, r.Failed, r.Behind, r.Results = done, r.Failed+failed, c.waiting, int(c.results.Load())
	if c.years.Load() {
		p.counted = ""
	}
	if err != nil {
		return err
	}
	return p.compareAll(ctx, comparing, now, r)
}

// page returns what is due of homes.
func (c *computing) page(ctx context.Context, page []household.Residence) ([]task, error) {
	first, last := span(page)
	dirty, err := c.planner.store.DirtyDays(ctx, first, last)
	if err != nil {
		return nil, err
	}
	looks, err := c.planner.store.Looks(ctx, first, last)
	if err != nil {
		return nil, err
	}
	methods := map[household.FamilyID]string{} // of those that something is due of
	for _, home := range page {
		before, known := looks[home.Family], c.methods
		if before.Today != (energy.Day{}) && before.Methods != c.methods {
			if c.behind++; c.behind > catchUp {
				known = before.Methods
				c.waiting++
			}
		}
		if len(dirty[home.Family]) > 0 || before.Today != energy.DayOf(c.now, home.Zone) || before.Methods != known {
			methods[home.Family] = known
		}
	}
	homes, err := c.planner.store.Homes(ctx, those(page, methods))
	tasks := make([]task, len(homes))
	for i := range homes {
		home := &homes[i]
		tasks[i] = func(ctx context.Context) error {
			return c.family(ctx, home, looks[home.Family], methods[home.Family], dirty[home.Family])
		}
	}
	return tasks, err
}

// family computes the results of a home that are due.
func (c *computing) family(ctx context.Context, home *household.Home, look household.Look, methods string, dirty []energy.Day) error {
	// Gone when this ends: it holds all that a family's results are computed from.
	s := &study{
		planner: c.planner, home: home, now: c.now, today: energy.DayOf(c.now, home.Zone), dirty: map[energy.Day]bool{},
		before: c.planner.recall(home.Family, look), indicators: c.indicators, methods: methods, skies: c.skies,
	}
	filed, err := c.planner.computeFamily(ctx, s, dirty)
	c.results.Add(int64(len(filed)))
	if slices.ContainsFunc(filed, func(f household.Filed) bool { return f.Indicator == indicators.EnergyYear }) {
		c.years.Store(true)
	}
	return err
}

// computeFamily adds the results of a family that are due and returns them.
func (p *Planner) computeFamily(ctx context.Context, s *study, dirty []energy.Day) ([]household.Filed, error) {
	for _, d := range dirty {
		s.dirty[d] = true
	}
	filing := household.Filing{Family: s.home.Family, At: s.now, Stamp: s.home.Stamp, Dirty: dirty}
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	s.bill(&filing)
	for _, of := range bySpan(s.indicators) {
		if err := s.compute(ctx, of, &filing); err != nil {
			return nil, err
		}
	}
	if look := s.look(); look != s.before.Look {
		filing.Look = look
	}
	if len(filing.Results) > 0 || len(filing.Bills) > 0 || len(filing.Dirty) > 0 || filing.Look != (household.Look{}) {
		if err := p.store.FileResults(ctx, filing); err != nil {
			return nil, err
		}
	}
	p.remember(s)
	p.metrics.results.Add(float64(len(filing.Results)))
	return filing.Results, nil
}

// bySpan sorts indicators by the span of their periods, those first that others read.
func bySpan(all []indicators.Indicator) [][]indicators.Indicator {
	var groups [][]indicators.Indicator
	for _, span := range []indicators.Span{
		indicators.Daily, indicators.WholeDay, indicators.Monthly, indicators.Yearly, indicators.Works, indicators.WholeMonth, indicators.MonthsYear,
	} {
		of := slices.DeleteFunc(slices.Clone(all), func(i indicators.Indicator) bool { return i.Span != span })
		if len(of) > 0 {
			groups = append(groups, of)
		}
	}
	return groups
}

// compute adds the results of indicators of one span that are due and differ from what
// is kept.
func (s *study) compute(ctx context.Context, of []indicators.Indicator, filing *household.Filing) error {
	chores, err := s.chores(ctx, of)
	if err != nil {
		return err
	}
	return s.compare(ctx, chores, func(i indicators.Indicator, _ *household.Result, r household.Result) {
		r.At = s.now
		filing.Results = append(filing.Results, household.Filed{
			Result: r, Category: i.Category, Granularity: i.Granularity, Start: r.From.Start(s.home.Zone),
		})
		s.live(r)
	})
}

// compare computes what is due of indicators of one span and tells the results that
// differ from what is kept, which is nil where nothing is.
func (s *study) compare(ctx context.Context, all []chore, differs func(i indicators.Indicator, kept *household.Result, r household.Result)) error {
	newest, err := s.newest(ctx, all)
	if err != nil {
		return err
	}
	if err := s.fetch(ctx, all); err != nil {
		return err
	}
	for _, c := range all {
		for _, d := range c.due {
			kept := newest[c.indicator.ID][d.from]
			if kept == nil && (!c.first.Before(d.to) || s.ahead(c.indicator.Span, d) || s.gone(c.indicator.Span, d)) {
				continue // nothing was ever known of it
			}
			in, err := s.input(ctx, c.indicator, d)
			if err != nil {
				return err
			}
			r, err := c.indicator.Result(in)
			if err != nil {
				return err
			}
			if kept == nil || !same(*kept, r) {
				differs(c.indicator, kept, r)
			}
		}
	}
	return nil
}

// newest returns what is kept of the periods that are due, by indicator.
func (s *study) newest(ctx context.Context, all []chore) (map[string]map[energy.Day]*household.Result, error) {
	newest := make(map[string]map[energy.Day]*household.Result, len(all))
	var ids []string
	first, last := never, energy.Day{}
	for _, c := range all {
		if len(c.due) == 0 {
			continue
		}
		ids, newest[c.indicator.ID] = append(ids, c.indicator.ID), map[energy.Day]*household.Result{}
		first = earliestOf(first, c.due[0].from)
		if d := c.due[len(c.due)-1].from; last.Before(d) {
			last = d
		}
	}
	if len(ids) == 0 {
		return newest, nil
	}
	rows, err := s.planner.store.Newest(ctx, s.home.Family, ids, first, last.Add(1))
	for n := range rows {
		if rows[n].Unread {
			s.planner.metrics.unread.Inc()
			s.planner.log.WarnContext(ctx, "a stored result does not open where it stands and is computed again", "indicator", rows[n].Indicator)
		}
		newest[rows[n].Indicator][rows[n].From] = &rows[n]
	}
	return newest, err
}

// same reports whether two results of one period say the same, byte for byte.
func same(a, b household.Result) bool {
	return a.Unread == b.Unread && a.To == b.To && a.Version == b.Version && a.Status == b.Status && a.Value == b.Value && a.Unit == b.Unit && bytes.Equal(a.Detail, b.Detail)
}
