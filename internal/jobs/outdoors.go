package jobs

import (
	"context"
	"slices"
	"sync"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// Skies hold the weather of pilots, read once for all of their families in a pass.
type skies struct {
	mu sync.Mutex
	of map[string][]household.Weather // by pilot, in order of days
}

// weather returns the weather of a pilot before a day.
func (k *skies) weather(ctx context.Context, p *Planner, pilot string, today energy.Day) ([]household.Weather, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if all, ok := k.of[pilot]; ok {
		return all, nil
	}
	all, err := p.store.Weather(ctx, pilot, ever, today)
	if err != nil {
		return nil, err
	}
	if k.of == nil {
		k.of = map[string][]household.Weather{}
	}
	k.of[pilot] = all
	return all, nil
}

// seasonDays is how far before the same day of the last year its season reaches.
const seasonDays = 45

// outdoors returns the weather that an indicator reads for a period: of its days and of
// those before, or for a month that runs of the year before today and its season.
func (s *study) outdoors(ctx context.Context, i indicators.Indicator, d period) ([]household.Weather, error) {
	all, err := s.skies.weather(ctx, s.planner, s.home.Pilot, s.today)
	from, to := d.from.Add(-i.Back), d.to
	if i.Span == indicators.Monthly {
		from, to = s.today.Add(-indicators.YearDays-seasonDays), s.today
	}
	return between(all, from, to), err
}

// between returns the weather of the days of [from, to), from weather in order of days.
func between(all []household.Weather, from, to energy.Day) []household.Weather {
	find := func(d energy.Day) int {
		n, _ := slices.BinarySearchFunc(all, d, func(w household.Weather, d energy.Day) int { return w.Day.Compare(d) })
		return n
	}
	return all[find(from):find(to)]
}
