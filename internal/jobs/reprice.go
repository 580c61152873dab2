package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// reprice has exactly those days computed again whose tariff came to another price
// since they were priced, and a day of each month that is compared with such a tariff: a tariff file was changed, for days that are over. It
// looks once in the life of a planner, which is that of its book.
func (p *Planner) reprice(ctx context.Context, all []household.Residence, now time.Time) error {
	if p.priced {
		return nil
	}
	before, err := p.store.Prices(ctx)
	if err != nil {
		return err
	}
	after := p.book.Priced()
	if !slices.Equal(before, after) {
		changes, families := tariff.Changes(before, after), 0
		for page := range slices.Chunk(all, pageSize) {
			n, err := p.repricePage(ctx, page, changes, now)
			if err != nil {
				return fmt.Errorf("mark what changed prices reach: %w", err)
			}
			families += n
		}
		// Last: cut short, all of it is marked again.
		if err := p.store.KeepPrices(ctx, after); err != nil {
			return err
		}
		p.log.Info("tariffs changed", "stretches", len(changes), "families", families)
	}
	p.priced = true
	return nil
}

// repricePage marks the days of homes that changes of tariffs reach, and returns of how
// many.
func (p *Planner) repricePage(ctx context.Context, page []household.Residence, changes []tariff.Change, now time.Time) (int, error) {
	homes, err := p.store.Homes(ctx, page)
	if err != nil {
		return 0, err
	}
	dirty := map[household.FamilyID][]energy.Day{}
	for i := range homes {
		days, err := p.repriced(ctx, &homes[i], changes, now)
		if err != nil {
			return 0, err
		}
		if len(days) > 0 {
			dirty[homes[i].Family] = days
		}
	}
	return len(dirty), p.store.MarkDays(ctx, dirty)
}

// repriced returns the days of a family that changes of tariffs reach, in order.
func (p *Planner) repriced(ctx context.Context, home *household.Home, changes []tariff.Change, now time.Time) ([]energy.Day, error) {
	own := slices.ContainsFunc(home.Contracts, func(c household.Contract) bool {
		return slices.ContainsFunc(changes, func(x tariff.Change) bool { return x.Tariff == c.Tariff })
	})
	others := slices.DeleteFunc(slices.Clone(changes), func(x tariff.Change) bool { return !p.compared(home, x) })
	if !own && len(others) == 0 {
		return nil, nil
	}
	first, known, err := p.store.FirstUsage(ctx, home.Family)
	if err != nil || !known {
		return nil, err
	}
	var days []energy.Day
	for d := first; !energy.DayOf(now, home.Zone).Before(d); d = d.Add(1) {
		// What a month would have cost under another tariff is asked of the whole month: a day is enough.
		begins := func(x tariff.Change) bool { return x.Holds(d) && (d == first || d == x.From || d.Date == 1) }
		if slices.ContainsFunc(home.Contracts, func(c household.Contract) bool { return reached(c, changes, d) }) || slices.ContainsFunc(others, begins) {
			days = append(days, d)
		}
	}
	return days, nil
}

// reached reports whether a contract is in force on a day whose price changed.
func reached(c household.Contract, changes []tariff.Change, d energy.Day) bool {
	if d.Before(c.From) || c.To != (energy.Day{}) && !d.Before(c.To) {
		return false
	}
	return slices.ContainsFunc(changes, func(x tariff.Change) bool {
		return x.Tariff == c.Tariff && x.Holds(d)
	})
}
