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
func (p *Planner) rollUp(ctx context.Context, stale []household.Stale, homes []household.Home, now time.Time, r *Report) error {
	stations, err := p.store.Stations(ctx)
	if err != nil {
		return err
	}
	chosen, err := p.store.StaleWeather(ctx)
	if err != nil {
		return err
	}
	marks := sortMarks(stale, homes, stations)
	var tasks []task
	var dealt dealt
	for i := range homes {
		if work := marks.ofFamily(&homes[i]); len(work.marks) > 0 {
			tasks = append(tasks, dealt.with(work.marks, func(ctx context.Context) error { return p.rollFamily(ctx, work, now) }))
		}
	}
	for _, work := range marks.ofPilots(stations, chosen) {
		tasks = append(tasks, dealt.with(work.marks, func(ctx context.Context) error { return p.rollClimate(ctx, work, now) }))
	}
	failed, err := p.work(ctx, rollup, now, tasks)
	r.Rolled, r.Failed = len(tasks)-failed, r.Failed+failed
	if err != nil {
		return err
	}
	if err := p.countHeld(ctx); err != nil {
		return err
	}
	done := marks.nobodys
	for _, s := range marks.shared {
		if dealt.times[s.ID] == marks.owners[s.Meter] {
			done = append(done, s.ID)
		}
	}
	if len(done) == 0 {
		return nil
	}
	return p.store.DropStale(ctx, done)
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

// dealt counts who dealt with each mark.
type dealt struct {
	mu    sync.Mutex
	times map[int64]int
}

// with returns a task that counts marks once it ended well.
func (d *dealt) with(marks []household.Stale, t task) task {
	return func(ctx context.Context) error {
		if err := t(ctx); err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.times == nil {
			d.times = map[int64]int{}
		}
		for _, s := range marks {
			d.times[s.ID]++
		}
		return nil
	}
}

// marks are stale spans, sorted by who deals with them.
type marks struct {
	byMeter map[energy.MeterID][]household.Stale
	owners  map[energy.MeterID]int // families and pilots that deal with a meter
	nobodys []int64                // of meters that nobody has
	shared  []household.Stale      // of meters that went from one family to another: ended once all have dealt with them
}

func sortMarks(stale []household.Stale, homes []household.Home, stations []household.Station) *marks {
	m := &marks{byMeter: map[energy.MeterID][]household.Stale{}, owners: map[energy.MeterID]int{}}
	for i := range homes {
		for _, meter := range metersOf(&homes[i]) {
			m.owners[meter]++
		}
	}
	for _, s := range stations {
		m.owners[s.Meter]++
	}
	for _, s := range stale {
		m.byMeter[s.Meter] = append(m.byMeter[s.Meter], s)
		switch n := m.owners[s.Meter]; {
		case n == 0:
			m.nobodys = append(m.nobodys, s.ID)
		case n > 1:
			m.shared = append(m.shared, s)
		}
	}
	return m
}

// metersOf returns the meters a family has or had, each once.
func metersOf(home *household.Home) []energy.MeterID {
	var all []energy.MeterID
	for _, a := range home.Attachments {
		if !slices.Contains(all, a.Meter) {
			all = append(all, a.Meter)
		}
	}
	return all
}

// A familyWork is what became stale of one family's meters.
type familyWork struct {
	home    *household.Home
	marks   []household.Stale
	handled []int64 // marks that end with this work
}

func (m *marks) ofFamily(home *household.Home) familyWork {
	work := familyWork{home: home}
	for _, meter := range metersOf(home) {
		work.marks = append(work.marks, m.byMeter[meter]...)
		work.handled = append(work.handled, m.own(meter)...)
	}
	return work
}

// own returns the marks of a meter that only one deals with.
func (m *marks) own(meter energy.MeterID) []int64 {
	if m.owners[meter] > 1 {
		return nil
	}
	var ids []int64
	for _, s := range m.byMeter[meter] {
		ids = append(ids, s.ID)
	}
	return ids
}

// A pilotWork is what became stale of the stations of one pilot.
type pilotWork struct {
	pilot    string
	zone     *time.Location
	stations []energy.MeterID
	marks    []household.Stale
	handled  []int64
	chosen   []household.StaleWeather // days whose source has to be chosen again
	imported energy.Day               // first of which an imported source says anything; known where it is needed
}

func (m *marks) ofPilots(stations []household.Station, chosen []household.StaleWeather) []pilotWork {
	all := m.everyPilot(stations)
	for _, c := range chosen {
		w := pilotOf(&all, c.Pilot, c.Zone)
		w.chosen = append(w.chosen, c)
	}
	return slices.DeleteFunc(all, func(w pilotWork) bool { return len(w.marks)+len(w.chosen) == 0 })
}

// pilotOf returns the work of a pilot among all, and adds it when there is none.
func pilotOf(all *[]pilotWork, pilot string, zone *time.Location) *pilotWork {
	i := slices.IndexFunc(*all, func(w pilotWork) bool { return w.pilot == pilot })
	if i < 0 {
		i, *all = len(*all), append(*all, pilotWork{pilot: pilot, zone: zone})
	}
	return &(*all)[i]
}

// everyPilot returns those of which nothing became stale too.
func (m *marks) everyPilot(stations []household.Station) []pilotWork {
	var all []pilotWork
	for _, s := range stations {
		w := pilotOf(&all, s.Pilot, s.Zone)
		w.stations = append(w.stations, s.Meter)
		w.marks = append(w.marks, m.byMeter[s.Meter]...)
		w.handled = append(w.handled, m.own(s.Meter)...)
	}
	return all
}
