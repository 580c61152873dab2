package jobs

import (
	"context"
	"maps"
	"slices"
	"time"

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

// An indoors is what sensors held on a day.
type indoors struct{ warmth, damp []energy.Held }

// temperatures finds out what the sensors of a family held on days, as far as that is
// not known yet. The running day ends with its last reading.
func (s *study) temperatures(ctx context.Context, days map[energy.Day]bool) error {
	if s.indoors == nil {
		s.indoors = map[energy.Day]indoors{}
	}
	missing := maps.Clone(days)
	maps.DeleteFunc(missing, func(d energy.Day, _ bool) bool {
		_, known := s.indoors[d]
		return known
	})
	zone := s.home.Zone
	for _, run := range consecutive(touched{usage: missing}.all()) {
		from, to := run[0].Start(zone), run[len(run)-1].End(zone)
		warm, err := s.planner.held(ctx, s.sensors(), temperature, from, to)
		if err != nil {
			return err
		}
		damp, err := s.humid(ctx, from, to)
		if err != nil {
			return err
		}
		for _, d := range run {
			end := d.End(zone)
			if d == s.today {
				end = lastOf(warm, end)
			}
			s.indoors[d] = indoors{best(warm, d.Start(zone), end), best(damp, d.Start(zone), end)}
		}
	}
	return nil
}

// humid returns what the sensors of a family that know it say of humidity.
func (s *study) humid(ctx context.Context, from, to time.Time) ([][]energy.Reading, error) {
	var all []window
	for _, w := range s.sensors() {
		knows, err := s.planner.dampens(ctx, w.meter)
		if err != nil {
			return nil, err
		}
		if knows {
			all = append(all, w)
		}
	}
	return s.planner.held(ctx, all, humidity, from, to)
}

// dampens reports whether a sensor ever said anything of humidity.
func (p *Planner) dampens(ctx context.Context, meter energy.MeterID) (bool, error) {
	registers, err := p.store.Registers(ctx, meter)
	return slices.Contains(registers, humidity), err
}
