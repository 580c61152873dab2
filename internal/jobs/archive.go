package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/weather"
)

// An Archive knows the weather of a pilot on days of the past.
type Archive struct {
	Pilot string // "" for no archive
	// Hours returns what is known of the UTC days in [from, to).
	Hours func(ctx context.Context, from, to energy.Day) (weather.Series, error)
}

// How far an archive is asked back, and how many of the last days it does not know yet.
//
// Source: open-meteo.com/en/docs/historical-weather-api, which names a delay of five days.
const (
	mostAsked = 3 * 366
	notYet    = 5
)

// askArchive asks the archive once a day for the days of which less than nine tenths
// are known, all in one question: a quota of thousands is not touched. An archive that
// does not answer is a counted fault, and nothing else waits for it.
func (p *Planner) askArchive(ctx context.Context, all []household.Residence, now time.Time) {
	a := p.config.Archive
	if a.Pilot == "" {
		return
	}
	if err := alone(ctx, func(ctx context.Context) error { return p.ask(ctx, a, all, now) }); err != nil && ctx.Err() == nil {
		p.metrics.failures.WithLabelValues(archive).Inc()
		p.log.WarnContext(ctx, "the weather archive could not be asked; it is again tomorrow", "job", archive, "err", err)
	}
}

func (p *Planner) ask(ctx context.Context, a Archive, all []household.Residence, now time.Time) error {
	n := slices.IndexFunc(all, func(r household.Residence) bool { return r.Pilot == a.Pilot })
	if n < 0 {
		return nil
	}
	zone := all[n].Zone
	today := energy.DayOf(now, zone)
	if p.asked == today {
		return nil
	}
	met, ok, err := p.store.FirstMeter(ctx, a.Pilot)
	if err != nil || !ok {
		return err
	}
	first := energy.DayOf(met, zone)
	p.asked = today // whatever comes of it
	if oldest := today.Add(-mostAsked); first.Before(oldest) {
		first = oldest
	}
	from, to, err := p.unknown(ctx, a.Pilot, first, today.Add(-notYet))
	if err != nil || !from.Before(to) {
		return err
	}
	// Its days are those of UTC; local ones begin before or end after.
	s, err := a.Hours(ctx, from.Add(-1), to.Add(1))
	if err != nil {
		return err
	}
	_, err = p.store.ImportWeather(ctx, s.Import(a.Pilot, zone, now))
	return err
}

// unknown returns the first day of [first, end) whose weather is not known for nine
// tenths, and the day after the last; the same day twice when all of it is.
func (p *Planner) unknown(ctx context.Context, pilot string, first, end energy.Day) (from, to energy.Day, err error) {
	kept, err := p.store.Weather(ctx, pilot, first, end)
	if err != nil {
		return first, first, err
	}
	known := map[energy.Day]bool{}
	for _, w := range kept {
		known[w.Day] = weather.Whole(w)
	}
	from, to = end, end
	for d := first; d.Before(end); d = d.Add(1) {
		if known[d] {
			continue
		}
		if from == end {
			from = d
		}
		to = d.Add(1)
	}
	return from, to, nil
}
