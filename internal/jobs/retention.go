package jobs

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A sweep removes what the charter keeps no longer: readings, half-hours, days, months,
// alerts and proofs that are older than it says. It goes by local days: of 90 days of
// half-hours the 90 before the present one are kept.
//
// Of a day that loses readings or half-hours its usage stands as it is; what the
// half-hours said of tariffs is kept with it, so that bills and results come out as they
// were. Borders are written down first, and what they are beyond is removed family by
// family, of all of them the records before the readings: cut short, it is done again.
type sweep struct {
	planner *Planner
	promise household.Promise
	now     time.Time
	pilots  map[string]*sweptPilot
	some    bool // there was anything to remove

	stations []household.Station

	mu     sync.Mutex
	spared map[energy.MeterID]bool // whose readings stay for now: something recent would lose by it
	failed bool                    // a part of it did; the rest goes on
	rows   int64
}

// A sweptPilot is a pilot with the borders it has from now on.
type sweptPilot struct {
	household.Borders
	zone  *time.Location
	today energy.Day
	due   bool // something has to be removed, or may have to be
}

// stride is how many days borders move at most from one local day to the next. A clock
// that is ahead by years for a day costs a week, and not everything there is; after a
// downtime the promise is kept again in as many days as there were weeks of it.
const stride = 7

// move sets the borders that a pilot has after those of before. What happened to the
// charter moves them at once, what happens to the clock no further than [stride].
func (p *sweptPilot) move(before household.Borders, promise household.Promise) {
	known, again := before.Done != (energy.Day{}), before.Moving || energy.DayOf(before.At, p.zone) == p.today
	day := p.today
	if by := before.Done.Add(stride); known && by.Before(day) {
		day = by
	}
	if known && again {
		day = before.Done
	}
	p.Borders = promise.Borders(before.Pilot, day).Beyond(before)
	p.Done = day
	p.due = before.Moving || !again || !p.Same(before)
}

// kept returns the first instant of which the pilot's readings are kept.
func (p *sweptPilot) kept() time.Time { return p.HalfHours.Start(p.zone) }

// survey finds out the borders of an instant.
func (p *Planner) survey(ctx context.Context, all []household.Residence, now time.Time) (*sweep, error) {
	s := &sweep{planner: p, now: now, pilots: map[string]*sweptPilot{}, spared: map[energy.MeterID]bool{}}
	var err error
	if s.promise, err = p.store.Promise(ctx); err != nil {
		return nil, err
	}
	kept, err := p.store.Borders(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range pilotsOf(all) {
		of := &sweptPilot{zone: r.Zone, today: energy.DayOf(now, r.Zone)}
		before := household.Borders{Pilot: r.Pilot}
		if n := slices.IndexFunc(kept, func(b household.Borders) bool { return b.Pilot == r.Pilot }); n >= 0 {
			before = kept[n]
		}
		of.move(before, s.promise)
		s.pilots[r.Pilot] = of
	}
	s.stations, err = p.store.Stations(ctx)
	return s, err
}

// aged reports whether something of a home may be too old.
func (s *sweep) aged(home *household.Home) bool {
	first, ok := firstDay(home)
	return ok && first.Before(s.pilots[home.Pilot].HalfHours)
}

// first returns the earliest instant of a border over all pilots; zero without any.
func (s *sweep) first(of func(*sweptPilot) energy.Day) (first time.Time) {
	for _, p := range s.pilots {
		if at := of(p).Start(p.zone); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// retain removes what the charter keeps no longer: of each pilot once a local day, and at
// once when it keeps less than before.
func (p *Planner) retain(ctx context.Context, all []household.Residence, now time.Time, r *Report) error {
	s, err := p.survey(ctx, all, now)
	if err != nil {
		return err
	}
	due := false
	for _, of := range s.pilots {
		if !of.due {
			continue
		}
		due = true
		if err := p.store.MoveBorders(ctx, of.Borders); err != nil {
			return err
		}
	}
	if !due {
		return nil
	}
	rest, err := s.rest(ctx)
	if err != nil {
		return err
	}
	s.some = rest > 0
	_, failed, err := p.work(ctx, retain, now,
		paged(ctx, all, s.families), paged(ctx, all, s.meters), s.strays(ctx), s.last())
	r.Failed, r.Removed = r.Failed+failed, s.rows
	p.metrics.removed.Add(float64(s.rows))
	if err == nil && !s.some {
		err = s.note(ctx, false)
	}
	return err
}

// families returns what is to be removed of the records of homes.
func (s *sweep) families(ctx context.Context, page []household.Residence) (tasks []task, err error) {
	homes, err := s.planner.store.Homes(ctx, page)
	if err != nil {
		return nil, err
	}
	first, last := span(page)
	dirty, err := s.planner.store.DirtyDays(ctx, first, last)
	for i := range homes {
		if home := &homes[i]; s.aged(home) {
			s.some = true
			tasks = append(tasks, s.noting(home.Attachments, func(ctx context.Context) error { return s.family(ctx, home, dirty[home.Family]) }))
		}
	}
	return tasks, err
}

// last is what comes after everything else, where there was anything.
func (s *sweep) last() stage {
	return stage{1, func(yield func([]task, error) bool) {
		if s.some {
			yield([]task{s.noting(nil, s.end)}, nil)
		}
	}}
}

// noting returns a task that the sweep knows of when it fails: meters keep their readings
// then.
func (s *sweep) noting(meters []household.Attachment, t task) task {
	return func(ctx context.Context) error {
		err := alone(ctx, t)
		if err == nil {
			return nil
		}
		s.mu.Lock()
		s.failed = true
		s.mu.Unlock()
		for _, a := range meters {
			s.spare(a.Meter)
		}
		return err
	}
}

func (s *sweep) count(rows int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows += rows
}

// family removes what is too old of a family's records, and closes the days that lose
// something by it.
func (s *sweep) family(ctx context.Context, home *household.Home, dirty []energy.Day) error {
	open, err := s.open(ctx, home)
	if err != nil {
		return err
	}
	x := s.decay(home)
	if x.Closed, err = s.closing(ctx, home, open, dirty); err != nil {
		return err
	}
	rows, err := s.planner.store.Decay(ctx, x)
	s.count(rows)
	return err
}

// decay returns what goes of a family's records, days that are closed apart.
func (s *sweep) decay(home *household.Home) household.Decay {
	of := s.pilots[home.Pilot]
	return household.Decay{Family: home.Family, HalfHours: of.kept(), Days: of.Days, DaysAt: of.Days.Start(of.zone)}
}

// open returns the first day whose usage depends on no reading and no imported period
// that goes. A meter on which yesterday or today still depends, since it was silent all
// the time between, is spared until they do not.
func (s *sweep) open(ctx context.Context, home *household.Home) (energy.Day, error) {
	of := s.pilots[home.Pilot]
	kept, open := of.kept(), of.HalfHours
	for _, a := range home.Attachments {
		if counted[a.Role] == nil || !a.From.Before(kept) {
			continue
		}
		end := kept
		for _, w := range installations(home, a) {
			if !w.from.Before(kept) {
				continue
			}
			_, e, err := s.planner.reachOfMeter(ctx, home, a, w, kept.Add(-time.Millisecond), kept)
			if err != nil {
				return open, err
			}
			end = later(end, e)
		}
		first := energy.DayOf(end.Add(-time.Millisecond), of.zone).Add(1)
		if !first.Before(of.today) {
			s.spare(a.Meter)
			continue
		}
		if open.Before(first) {
			open = first
		}
	}
	return open, nil
}

func (s *sweep) spare(id energy.MeterID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spared[id] = true
}

// closing returns the days before an open one that are closed now, with what they keep.
func (s *sweep) closing(ctx context.Context, home *household.Home, open energy.Day, dirty []energy.Day) (map[energy.Day]household.Closed, error) {
	p := s.planner
	fine, err := p.store.FineDays(ctx, home.Family, open.Start(home.Zone), home.Zone)
	if err != nil {
		return nil, err
	}
	of := &study{planner: p, home: home, now: s.now, today: s.pilots[home.Pilot].today, dirty: map[energy.Day]bool{}}
	if of.decayed, err = p.decayed(ctx, home, ever, never); err != nil {
		return nil, err
	}
	maps.DeleteFunc(fine, func(d energy.Day, _ bool) bool {
		_, already := of.decayed.Closed[d]
		return already || d.Before(s.pilots[home.Pilot].Days)
	})
	closed := make(map[energy.Day]household.Closed, len(fine))
	if len(fine) == 0 {
		return closed, nil
	}
	for _, d := range dirty {
		of.dirty[d] = true
	}
	of.before.lessons = p.recall(home.Family, household.Look{}).lessons // of the dirty days it learns again
	if err := of.acquaint(ctx); err != nil {
		return nil, err
	}
	numbered := map[energy.Day]household.Contract{}
	if of.known {
		numbered = of.numbered()
	}
	for d := range fine {
		if err := of.price(d); err != nil {
			return nil, err
		}
		closed[d] = of.closing(d, numbered)
	}
	return closed, nil
}

// rest counts what is too old and no family's alone.
func (s *sweep) rest(ctx context.Context) (int64, error) {
	odds, err := s.planner.store.ExpiredOdds(ctx, s.odds())
	if err != nil {
		return 0, err
	}
	alerts, err := s.planner.store.ExpiredAlerts(ctx, s.alerts())
	if err != nil {
		return 0, err
	}
	proofs, err := s.planner.store.ExpiredProofs(ctx, s.proofs())
	return odds + alerts + proofs, err
}

// odds, alerts and proofs return the first instants of which each is kept.
func (s *sweep) odds() time.Time {
	return s.first(func(p *sweptPilot) energy.Day { return p.HalfHours })
}

func (s *sweep) alerts() time.Time {
	return s.first(func(p *sweptPilot) energy.Day { return p.Alerts })
}

func (s *sweep) proofs() time.Time {
	return s.first(func(p *sweptPilot) energy.Day { return p.Proofs })
}

// end removes what is no family's alone and notes the sweep, unless a part of it failed:
// that is tried again.
func (s *sweep) end(ctx context.Context) error {
	odds, err := s.planner.store.DecayOdds(ctx, s.odds())
	s.count(odds)
	if err != nil {
		return err
	}
	alerts, err := s.planner.store.DecayAlerts(ctx, s.alerts())
	s.count(alerts)
	if err != nil {
		return err
	}
	proofs, err := s.planner.store.DecayProofs(ctx, s.proofs())
	s.count(proofs)
	if err != nil || s.failed {
		return err
	}
	return s.note(ctx, true)
}

func (s *sweep) note(ctx context.Context, told bool) error {
	for _, of := range s.pilots {
		if !of.due {
			continue
		}
		of.At = s.now
		if err := s.planner.store.EndRetention(ctx, of.Borders, s.promise, told, s.rows); err != nil {
			return err
		}
	}
	return nil
}
