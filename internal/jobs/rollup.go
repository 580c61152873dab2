package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// rollUp turns what became stale into usage and climate.
func (p *Planner) rollUp(ctx context.Context, all []household.Residence, now time.Time, r *Report) error {
	pilots, err := p.stalePilots(ctx)
	if err != nil {
		return err
	}
	var sharing shared
	families := paged(ctx, all, func(ctx context.Context, page []household.Residence) (tasks []task, err error) {
		// Marks first: whoever's meters changed since them is marked again.
		stale, err := p.staleFamilies(ctx, page, now)
		if err != nil {
			return nil, err
		}
		homes, err := p.store.Homes(ctx, those(page, stale))
		for i := range homes {
			work := familyWork{&homes[i], stale[homes[i].Family]}
			tasks = append(tasks, sharing.with(work.marks, func(ctx context.Context) error { return p.rollFamily(ctx, work, now) }))
		}
		return tasks, err
	})
	var climates []task
	for _, work := range pilots {
		climates = append(climates, sharing.with(work.marks, func(ctx context.Context) error { return p.rollClimate(ctx, work, now) }))
	}
	done, failed, err := p.work(ctx, rollup, now, families, once(climates...))
	r.Rolled, r.Failed = done, r.Failed+failed
	if err != nil {
		return err
	}
	if err := p.countHeld(ctx); err != nil {
		return err
	}
	if ids := sharing.ended(); len(ids) > 0 {
		if err := p.store.DropStale(ctx, ids); err != nil {
			return err
		}
	}
	return p.store.DropStrays(ctx)
}

// staleFamilies returns what became stale of the meters of those families of a page of
// which anything did, and notes it in the backlog.
func (p *Planner) staleFamilies(ctx context.Context, page []household.Residence, now time.Time) (map[household.FamilyID][]household.Stale, error) {
	first, last := span(page)
	stale, err := p.store.StaleSpans(ctx, first, last)
	if err != nil {
		return nil, err
	}
	for _, home := range page {
		p.backlog.note(home.Family, stale[home.Family], now)
	}
	return stale, nil
}

// stalePilots returns the work on the pilots of whose weather anything became stale.
func (p *Planner) stalePilots(ctx context.Context) ([]pilotWork, error) {
	chosen, err := p.store.StaleWeather(ctx)
	if err != nil {
		return nil, err
	}
	stale, err := p.store.StaleStations(ctx)
	if err != nil {
		return nil, err
	}
	stations, err := p.store.Stations(ctx)
	if err != nil {
		return nil, err
	}
	all := everyPilot(stations, stale)
	for _, c := range chosen {
		w := pilotOf(&all, c.Pilot, c.Zone)
		w.chosen = append(w.chosen, c)
	}
	return slices.DeleteFunc(all, func(w pilotWork) bool { return len(w.marks)+len(w.chosen) == 0 }), nil
}

// countHeld tells an operator how many rises wait for a person's decision.
func (p *Planner) countHeld(ctx context.Context) error {
	doubts, err := p.store.Doubts(ctx)
	if err != nil {
		return err
	}
	held := 0
	for _, d := range doubts {
		if d.Told {
			held++
		}
	}
	if held > p.doubted {
		p.log.WarnContext(ctx, "a counter rose by more than its connection carries; it is not counted until a person decides, see foyer meter doubts", "held", held)
	}
	p.doubted = held
	p.metrics.held.Set(float64(held))
	return nil
}

// Shared counts who dealt with the marks of meters that went from one family to another,
// or that show the weather too: they end once all have. There are few.
type shared struct {
	mu sync.Mutex
	of map[int64]parties
}

// parties are how many have to deal with a mark, and how many have.
type parties struct{ all, done int }

// with returns a task that counts marks once it ended well.
func (s *shared) with(marks []household.Stale, t task) task {
	return func(ctx context.Context) error {
		if err := t(ctx); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, m := range marks {
			if m.Owners < 2 {
				continue
			}
			if s.of == nil {
				s.of = map[int64]parties{}
			}
			x := s.of[m.ID]
			s.of[m.ID] = parties{max(x.all, m.Owners), x.done + 1} // it may become another's meanwhile
		}
		return nil
	}
}

// ended returns the marks that all have dealt with.
func (s *shared) ended() (ids []int64) {
	for id, x := range s.of {
		if x.done == x.all {
			ids = append(ids, id)
		}
	}
	return ids
}

// A familyWork is what became stale of one family's meters.
type familyWork struct {
	home  *household.Home
	marks []household.Stale
}

// handled returns those of marks that end with who deals with them: others share the rest.
func handled(marks []household.Stale) (ids []int64) {
	for _, m := range marks {
		if m.Owners < 2 {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// A pilotWork is what became stale of the stations of one pilot.
type pilotWork struct {
	pilot    string
	zone     *time.Location
	stations []energy.MeterID
	marks    []household.Stale
	chosen   []household.StaleWeather // days whose source has to be chosen again
	imported energy.Day               // first of which an imported source says anything; known where it is needed
}

// pilotOf returns the work of a pilot among all, and adds it when there is none.
func pilotOf(all *[]pilotWork, pilot string, zone *time.Location) *pilotWork {
	i := slices.IndexFunc(*all, func(w pilotWork) bool { return w.pilot == pilot })
	if i < 0 {
		i, *all = len(*all), append(*all, pilotWork{pilot: pilot, zone: zone})
	}
	return &(*all)[i]
}

// everyPilot returns the work on all pilots with stations, those of which nothing became
// stale too.
func everyPilot(stations []household.Station, stale []household.Stale) []pilotWork {
	var all []pilotWork
	for _, s := range stations {
		w := pilotOf(&all, s.Pilot, s.Zone)
		w.stations = append(w.stations, s.Meter)
		for _, m := range stale {
			if m.Meter == s.Meter {
				w.marks = append(w.marks, m)
			}
		}
	}
	return all
}
