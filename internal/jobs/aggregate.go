package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/opendata"
)

// Aggregates are what the homes of a pilot come to together over a year.
type Aggregates interface {
	// Aggregated returns the years of each pilot that were counted.
	Aggregated(ctx context.Context) (map[string][]int, error)
	// Least returns from how many homes on a figure is shown, and which share of it in %
	// one may have, as the charter in force says.
	Least(ctx context.Context) (homes, share int, err error)
	// CountedYears returns what homes agree to be counted in of a year, by family.
	CountedYears(ctx context.Context, y household.AggregateYear) ([]household.CountedYear, error)
	// SaveAggregate keeps what a year came to. One that was counted stays as it was.
	SaveAggregate(ctx context.Context, a household.Aggregate) error
}

const (
	// settled is how many days after a year it is counted: readings of 35 days may still come.
	settled = 36
	// grace is for how many days more it waits for homes that could not be computed.
	grace = 30
)

// aggregateAll counts, once a day, the last year of every pilot that is over for good, where
// that was not done. Of too few homes nothing is kept, and others may still agree. Whoever
// could not be computed would be left out for ever, so that it waits for a while.
func (p *Planner) aggregateAll(ctx context.Context, all []household.Residence, now time.Time, r *Report) error {
	today := energy.DayOf(now, time.UTC)
	over := today.Add(-settled)
	if p.summed == today || (r.Failed > 0 || r.Behind > 0) && over.Add(-grace).Year < over.Year {
		return nil
	}
	known, err := p.store.Aggregated(ctx)
	if err != nil {
		return err
	}
	var tasks []task
	for _, h := range pilotsOf(all) {
		y := household.YearOf(h.Pilot, energy.DayOf(now, h.Zone).Add(-settled).Year-1, h.Zone)
		if !slices.Contains(known[h.Pilot], y.Year) {
			tasks = append(tasks, func(ctx context.Context) error { return p.aggregate(ctx, y, now) })
		}
	}
	_, failed, _, err := p.each(ctx, aggregates, once(tasks...), nil)
	r.Failed += failed
	if failed == 0 && err == nil {
		p.summed = today
	}
	return err
}

func (p *Planner) aggregate(ctx context.Context, y household.AggregateYear, now time.Time) error {
	least, share, err := p.store.Least(ctx)
	if err != nil {
		return err
	}
	homes, err := p.store.CountedYears(ctx, y)
	if err != nil {
		return err
	}
	c := count{rule: opendata.Rule{Min: least, Dominance: decimal.New(int64(share), -2)}, year: y, homes: seenAllYear(homes, y)}
	if len(c.homes) < least {
		return nil
	}
	if err := c.all(indicators.Nightly(indicators.France)); err != nil {
		return err
	}
	return p.store.SaveAggregate(ctx, household.Aggregate{AggregateYear: y, At: now, Homes: c.homes, Figures: c.figures})
}

// seenAllYear returns the homes of which the electricity of a year is known as a result
// that is ok has it.
func seenAllYear(homes []household.CountedYear, y household.AggregateYear) []household.CountedYear {
	return slices.DeleteFunc(homes, func(h household.CountedYear) bool {
		return h.Seen*100 < y.End.Sub(y.Start)*indicators.Complete
	})
}
