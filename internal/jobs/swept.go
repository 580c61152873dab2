package jobs

import (
	"context"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A sweptMeter is a meter whose readings may be too old.
type sweptMeter struct {
	id    energy.MeterID
	pilot string        // of the home that loses by it; empty for none
	spans []energy.Span // of which its readings go
}

// sweptAtOnce is of how many meters readings are removed together: what is written down
// for it is so once. Nothing else is written to the series meanwhile, the first time for
// a year of each.
const sweptAtOnce = 16

// metersOf returns the meters of homes whose readings may be too old, and of the others
// those that have any. Those of a pilot's outdoor sensors are no family's.
func (s *sweep) metersOf(ctx context.Context, homes []household.Home) ([]*sweptMeter, error) {
	var all []*sweptMeter
	byID := map[energy.MeterID]*sweptMeter{}
	for i := range homes {
		home := &homes[i]
		kept := s.pilots[home.Pilot].kept()
		for _, a := range home.Attachments {
			if a.Role == household.Outdoor || !s.aged(home) || !a.From.Before(kept) {
				continue
			}
			m := byID[a.Meter]
			if m == nil {
				m = &sweptMeter{id: a.Meter, pilot: home.Pilot}
				byID[a.Meter], all = m, append(all, m)
			}
			span := energy.Span{Meter: a.Meter, To: kept}
			if slices.ContainsFunc(s.stations, func(x household.Station) bool { return x.Meter == a.Meter }) {
				span.From, span.To = a.From, earlier(a.To, kept)
			}
			m.spans = append(m.spans, span)
		}
	}
	// What a meter showed while it was nobody's goes too.
	var others []energy.MeterID
	for i := range homes {
		for _, a := range homes[i].Attachments {
			if a.Role != household.Outdoor && byID[a.Meter] == nil {
				others = append(others, a.Meter)
			}
		}
	}
	odd, err := s.odd(ctx, others)
	return append(all, odd...), err
}

// odd returns those of meters that have readings which are too old for all pilots.
func (s *sweep) odd(ctx context.Context, ids []energy.MeterID) ([]*sweptMeter, error) {
	var all []*sweptMeter
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		m := &sweptMeter{id: id, spans: []energy.Span{{Meter: id, To: s.odds()}}}
		old, err := s.planner.older(ctx, m)
		if err != nil {
			return nil, err
		}
		if old {
			all = append(all, m)
		}
	}
	return all, nil
}

// older reports whether a meter has readings that are too old.
func (p *Planner) older(ctx context.Context, m *sweptMeter) (bool, error) {
	registers, err := p.store.Registers(ctx, m.id)
	if err != nil {
		return false, err
	}
	for _, span := range m.spans {
		for _, r := range registers {
			rs, err := p.series.After(ctx, m.id, r, span.From, 1)
			if err != nil {
				return false, err
			}
			if len(rs) > 0 && rs[0].At.Before(span.To) {
				return true, nil
			}
		}
	}
	return false, nil
}

// meters returns what is to be removed of the readings of homes.
func (s *sweep) meters(ctx context.Context, page []household.Residence) ([]task, error) {
	homes, err := s.planner.store.Homes(ctx, page)
	if err != nil {
		return nil, err
	}
	meters, err := s.metersOf(ctx, homes)
	return s.sweeping(meters), err
}

// strays is what is to be removed of the readings of meters that are nobody's.
func (s *sweep) strays(ctx context.Context) stage {
	return stage{0, func(yield func([]task, error) bool) {
		var meters []*sweptMeter
		err := alone(ctx, func(ctx context.Context) error {
			ids, err := s.planner.store.Strays(ctx)
			if err != nil {
				return err
			}
			meters, err = s.odd(ctx, ids)
			return err
		})
		yield(s.sweeping(meters), err)
	}}
}

// sweeping returns tasks that remove readings.
func (s *sweep) sweeping(meters []*sweptMeter) (tasks []task) {
	for some := range slices.Chunk(meters, sweptAtOnce) {
		s.some = true
		tasks = append(tasks, s.noting(nil, func(ctx context.Context) error { return s.readings(ctx, some) }))
	}
	return tasks
}

// readings removes the readings of meters that are too old, once nothing that stays is
// computed from them.
func (s *sweep) readings(ctx context.Context, meters []*sweptMeter) error {
	var spans []energy.Span
	s.mu.Lock()
	for _, m := range meters {
		if !s.spared[m.id] {
			spans = append(spans, m.spans...)
		}
	}
	s.mu.Unlock()
	return s.planner.series.EraseSpans(ctx, spans)
}
