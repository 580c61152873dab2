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
// family, the records before the readings: cut short, it is done again.
type sweep struct {
	planner *Planner
	promise household.Promise
	now     time.Time
	pilots  map[string]*sweptPilot
	all     []household.Home
	dirty   map[household.FamilyID][]energy.Day // whose results are still out of date
	homes   []*household.Home                   // of which something may be too old
	meters  []*sweptMeter

	mu     sync.Mutex
	failed bool // a part of it did; the rest goes on
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

// A sweptMeter is a meter whose readings may be too old.
type sweptMeter struct {
	id     energy.MeterID
	spans  []energy.Span // of which they go
	spared bool          // they stay for now: something recent would lose by it
}

// survey finds out what may be kept no longer at an instant.
func (p *Planner) survey(ctx context.Context, homes []household.Home, now time.Time) (*sweep, error) {
	s := &sweep{planner: p, now: now, all: homes, pilots: map[string]*sweptPilot{}}
	var err error
	if s.promise, err = p.store.Promise(ctx); err != nil {
		return nil, err
	}
	kept, err := p.store.Borders(ctx)
	if err != nil {
		return nil, err
	}
	for i := range homes {
		home := &homes[i]
		of := s.pilots[home.Pilot]
		if of == nil {
			of = &sweptPilot{zone: home.Zone, today: energy.DayOf(now, home.Zone)}
			before := household.Borders{Pilot: home.Pilot}
			if n := slices.IndexFunc(kept, func(b household.Borders) bool { return b.Pilot == home.Pilot }); n >= 0 {
				before = kept[n]
			}
			of.move(before, s.promise)
			s.pilots[home.Pilot] = of
		}
		if first, ok := firstDay(home); ok && first.Before(of.HalfHours) {
			s.homes = append(s.homes, home)
		}
	}
	return s, nil
}

// surveyMeters finds the meters whose readings may be too old. Those of a pilot's outdoor
// sensors are no family's.
func (s *sweep) surveyMeters(ctx context.Context) error {
	stations, err := s.planner.store.Stations(ctx)
	if err != nil {
		return err
	}
	byID := map[energy.MeterID]*sweptMeter{}
	for _, home := range s.homes {
		kept := s.pilots[home.Pilot].kept()
		for _, a := range home.Attachments {
			if a.Role == household.Outdoor || !a.From.Before(kept) {
				continue
			}
			m := byID[a.Meter]
			if m == nil {
				m = &sweptMeter{id: a.Meter}
				byID[a.Meter], s.meters = m, append(s.meters, m)
			}
			span := energy.Span{Meter: a.Meter, To: kept}
			if slices.ContainsFunc(stations, func(x household.Station) bool { return x.Meter == a.Meter }) {
				span.From, span.To = a.From, earlier(a.To, kept)
			}
			m.spans = append(m.spans, span)
		}
	}
	// What a meter showed while it was nobody's goes too.
	others, err := s.planner.store.Strays(ctx)
	if err != nil {
		return err
	}
	for i := range s.all {
		for _, a := range s.all[i].Attachments {
			if a.Role != household.Outdoor && byID[a.Meter] == nil {
				others = append(others, a.Meter)
			}
		}
	}
	slices.Sort(others)
	for _, id := range slices.Compact(others) {
		m := &sweptMeter{id: id, spans: []energy.Span{{Meter: id, To: s.odds()}}}
		old, err := s.planner.older(ctx, m)
		if err != nil {
			return err
		}
		if old {
			s.meters = append(s.meters, m)
		}
	}
	return nil
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

// retain removes what the charter keeps no longer: of each pilot once a local day, and at
// once when it keeps less than before.
func (p *Planner) retain(ctx context.Context, homes []household.Home, now time.Time, r *Report) error {
	s, err := p.survey(ctx, homes, now)
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
	if err := s.surveyMeters(ctx); err != nil {
		return err
	}
	if s.dirty, err = p.store.DirtyDays(ctx); err != nil {
		return err
	}
	var families, meters []task
	for _, home := range s.homes {
		families = append(families, s.noting(home.Attachments, func(ctx context.Context) error { return s.family(ctx, home) }))
	}
	for some := range slices.Chunk(s.meters, sweptAtOnce) {
		meters = append(meters, s.noting(nil, func(ctx context.Context) error { return s.readings(ctx, some) }))
	}
	var last []task
	rest, err := s.rest(ctx)
	if err != nil {
		return err
	}
	if told := rest > 0 || len(families)+len(meters) > 0; told {
		last = append(last, func(ctx context.Context) error { return s.end(ctx) })
	} else if err := s.note(ctx, false); err != nil {
		return err
	}
	failed, err := p.work(ctx, retain, now, families, meters, last)
	r.Failed, r.Removed = r.Failed+failed, s.rows
	p.metrics.removed.Add(float64(s.rows))
	return err
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
func (s *sweep) family(ctx context.Context, home *household.Home) error {
	open, err := s.open(ctx, home)
	if err != nil {
		return err
	}
	x := s.decay(home)
	if x.Closed, err = s.closing(ctx, home, open); err != nil {
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
	for _, m := range s.meters {
		if m.id == id {
			m.spared = true
		}
	}
}

// closing returns the days before an open one that are closed now, with what they keep.
func (s *sweep) closing(ctx context.Context, home *household.Home, open energy.Day) (map[energy.Day]household.Closed, error) {
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
	for _, d := range s.dirty[home.Family] {
		of.dirty[d] = true
	}
	before, _ := p.recall(home.Family)
	of.before.lessons = before.lessons // of the dirty days it learns again
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

// sweptAtOnce is of how many meters readings are removed together: what is written down
// for it is so once. Nothing else is written to the series meanwhile, the first time for
// a year of each.
const sweptAtOnce = 16

// readings removes the readings of meters that are too old, once nothing that stays is
// computed from them.
func (s *sweep) readings(ctx context.Context, meters []*sweptMeter) error {
	var spans []energy.Span
	s.mu.Lock()
	for _, m := range meters {
		if !m.spared {
			spans = append(spans, m.spans...)
		}
	}
	s.mu.Unlock()
	return s.planner.series.EraseSpans(ctx, spans)
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
