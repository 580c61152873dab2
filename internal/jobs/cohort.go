package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// compareAll compares the homes of every pilot with each other, over each year of which
// a home, or who agreed to be counted, is another than before. A year is one task: of
// each home it holds a few figures, never what they were computed from.
func (p *Planner) compareAll(ctx context.Context, by []indicators.Indicator, now time.Time, r *Report) error {
	counted, err := p.store.CountedBy(ctx)
	if err != nil || counted == p.counted {
		return err
	}
	years, err := p.cohortYears(ctx, by)
	if err != nil {
		return err
	}
	results := make([]int, len(years))
	var tasks []task
	for i, y := range years {
		if y.Stamp == y.Kept {
			continue
		}
		tasks = append(tasks, func(ctx context.Context) (err error) {
			results[i], err = p.compareYear(ctx, by, y, now)
			return err
		})
	}
	_, failed, _, err := p.each(ctx, compare, once(tasks...), nil)
	r.Failed += failed
	for _, n := range results {
		r.Results += n
	}
	if failed == 0 && err == nil {
		p.counted = counted
	}
	return err
}

// cohortYears returns every year, stamped with the methods of indicators too.
func (p *Planner) cohortYears(ctx context.Context, by []indicators.Indicator) ([]household.CohortYear, error) {
	years, err := p.store.CohortYears(ctx)
	methods := indicators.Methods(by)
	for i := range years {
		years[i].Stamp = methods + " " + years[i].Stamp
	}
	return years, err
}

// compareYear adds the results of homes that differ from what is kept, and returns how
// many.
func (p *Planner) compareYear(ctx context.Context, by []indicators.Indicator, y household.CohortYear, now time.Time) (int, error) {
	added := 0
	cohort, err := p.amongOthers(ctx, by, y, func(family household.FamilyID, start time.Time, all []compared) error {
		filing := household.Filing{Family: family, At: now}
		for _, c := range all {
			if c.kept != nil && same(*c.kept, c.result) {
				continue
			}
			c.result.At = now
			filing.Results = append(filing.Results, household.Filed{
				Result: c.result, Category: c.indicator.Category, Granularity: c.indicator.Granularity, Start: start,
			})
		}
		if len(filing.Results) == 0 {
			return nil
		}
		added += len(filing.Results)
		p.metrics.results.Add(float64(len(filing.Results)))
		return p.store.FileResults(ctx, filing)
	})
	if err != nil {
		return added, err
	}
	figures, err := cohort.Figures()
	if err != nil {
		return added, err
	}
	return added, p.store.SaveCohort(ctx, household.Cohort{CohortYear: y, At: now, Figures: figures})
}

// A compared is what comes out of comparing a home with others by an indicator.
type compared struct {
	indicator indicators.Indicator
	kept      *household.Result // nil where nothing is
	result    household.Result
}

// amongOthers compares the homes of a year with each other and tells what comes out,
// home by home. It returns what they were compared with.
func (p *Planner) amongOthers(ctx context.Context, by []indicators.Indicator, y household.CohortYear, tell func(family household.FamilyID, start time.Time, all []compared) error) (indicators.Cohort, error) {
	var members []indicators.Member // all at once: a median is of all of them
	var starts []time.Time
	err := p.store.CohortHomes(ctx, y, func(h household.Counted) error {
		if h.Unread { // computed again, it is compared again
			return nil
		}
		m, err := indicators.MemberOf(h.Result, h.Covers)
		members, starts = append(members, m), append(starts, h.Start)
		return err
	})
	if err != nil {
		return indicators.Cohort{}, err
	}
	cohort := indicators.CohortOf(members, y.To.Add(-1), y.Least)
	ids := make([]string, len(by))
	for n, i := range by {
		ids[n] = i.ID
	}
	for n, m := range members {
		rows, err := p.store.Newest(ctx, m.Family, ids, y.From, y.From.Add(1))
		if err != nil {
			return cohort, err
		}
		var all []compared
		for _, i := range by {
			c := compared{indicator: i}
			if c.result, err = i.Among(cohort, m, y.From, y.To); err != nil {
				return cohort, err
			}
			if k := slices.IndexFunc(rows, func(r household.Result) bool { return r.Indicator == i.ID }); k >= 0 {
				c.kept = &rows[k]
			}
			all = append(all, c)
		}
		if err := tell(m.Family, starts[n], all); err != nil {
			return cohort, err
		}
	}
	return cohort, nil
}

// verifyYear compares the homes of a year with each other again. What they have to be
// compared over again waits for the next pass.
func (p *Planner) verifyYear(ctx context.Context, by []indicators.Indicator, of household.CohortYear, o Order) (*comparison, error) {
	c := &comparison{pilot: of.Pilot}
	years, err := p.cohortYears(ctx, by)
	if err != nil {
		return c, err
	}
	at := slices.IndexFunc(years, func(y household.CohortYear) bool { return y.Pilot == of.Pilot && y.From == of.From })
	if at < 0 || years[at].Stamp != years[at].Kept {
		c.waiting++
		return c, nil
	}
	_, err = p.amongOthers(ctx, by, years[at], func(family household.FamilyID, _ time.Time, all []compared) error {
		if !o.wants(family) {
			return nil
		}
		for _, x := range all {
			c.figures++
			if x.kept == nil {
				x.kept = &household.Result{}
			}
			if !same(*x.kept, x.result) {
				one := comparison{family: family}
				one.result(*x.kept, x.result)
				c.found = append(c.found, one.found...)
			}
		}
		return nil
	})
	return c, err
}

// years returns those years that an order verifies.
func (o Order) years(all []household.CohortYear) []household.CohortYear {
	var of []household.CohortYear
	for _, y := range all {
		if o.From.Before(y.To) && y.From.Before(o.end()) {
			of = append(of, y)
		}
	}
	return of
}

// end returns the day before which an order ends.
func (o Order) end() energy.Day {
	if o.To == (energy.Day{}) {
		return never
	}
	return o.To
}
