package jobs

import (
	"context"
	"sync"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// BackTest forecasts what is over of the families of an order by [indicators.BackTest] or
// [indicators.BackTestYears], with nothing but what was known on the mornings on which it
// is tried, and tells what came of it, one family at a time. It returns how many families could not be tried, and
// changes nothing.
func (p *Planner) BackTest(ctx context.Context, o Order, by func(indicators.Input) []indicators.Trial, tell func(household.FamilyID, []indicators.Trial)) (int, error) {
	p.one.Lock()
	defer p.one.Unlock()
	p.progress = o.Progress
	all, err := p.store.Residences(ctx)
	if err != nil {
		return 0, err
	}
	var mu sync.Mutex
	_, failed, _, err := p.each(ctx, backtest, p.homes(ctx, o.of(all), func(ctx context.Context, home *household.Home) error {
		trials, err := p.try(ctx, home, o, by)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		tell(home.Family, trials)
		return nil
	}), nil)
	return failed, err
}

// try returns the trials of a family on the days of an order.
func (p *Planner) try(ctx context.Context, home *household.Home, o Order, by func(indicators.Input) []indicators.Trial) ([]indicators.Trial, error) {
	now := p.now()
	s := &study{planner: p, home: home, now: now, today: energy.DayOf(now, home.Zone), dirty: map[energy.Day]bool{}}
	if err := s.read(ctx); err != nil || !s.known {
		return nil, err
	}
	weather, err := p.store.Weather(ctx, home.Pilot, s.first.Add(-indicators.YearDays-seasonDays), s.today)
	if err != nil {
		return nil, err
	}
	from, to := o.days(s.first, s.today)
	var kept []indicators.Trial
	for _, t := range by(indicators.Input{
		Family: home.Family, Zone: home.Zone, Today: s.today, Days: s.days, Weather: weather, Contracts: s.contracts(),
	}) {
		if !t.On.Before(from) && t.On.Before(to) {
			kept = append(kept, t)
		}
	}
	return kept, nil
}
