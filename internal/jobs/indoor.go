package jobs

import (
	"context"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// sensors returns the indoor sensors a family has or had, for the time it did.
func (s *study) sensors() []window {
	var all []window
	for _, a := range s.home.Attachments {
		if a.Role == household.Indoor {
			all = append(all, window{a.Meter, a.From, a.To, nil})
		}
	}
	return all
}

// listen finds out since when the family's sensors speak.
func (s *study) listen(ctx context.Context) error {
	for _, w := range s.sensors() {
		rs, _, err := s.planner.after(ctx, w, temperature, w.from, 1)
		if err != nil {
			return err
		}
		if len(rs) == 0 {
			continue
		}
		if d := energy.DayOf(rs[0].At, s.home.Zone); !s.sensed || d.Before(s.firstIndoor) {
			s.sensed, s.firstIndoor = true, d
		}
	}
	return nil
}

// temperatures returns what the sensors of a family held on the days of periods,
// for an indicator that reads it. The running day ends with its last reading.
func (s *study) temperatures(ctx context.Context, i indicators.Indicator, due []period) (func(energy.Day) []energy.Held, error) {
	held := map[energy.Day][]energy.Held{}
	of := func(d energy.Day) []energy.Held { return held[d] }
	if i.Category != climate {
		return of, nil
	}
	days := map[energy.Day]bool{}
	for _, d := range due {
		days[d.from] = true
	}
	zone := s.home.Zone
	for _, run := range consecutive(touched{usage: days}.all()) {
		rs, err := s.planner.held(ctx, s.sensors(), run[0].Start(zone), run[len(run)-1].End(zone))
		if err != nil {
			return nil, err
		}
		for _, d := range run {
			end := d.End(zone)
			if d == s.today {
				end = lastOf(rs, end)
			}
			held[d] = best(rs, d.Start(zone), end)
		}
	}
	return of, nil
}
