package jobs

import (
	"context"
	"slices"
	"sync"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Difference is one thing that is not stored as it comes out again.
type Difference struct {
	Family   household.FamilyID // empty for climate
	Pilot    string             // of climate
	Table    string             // "usage_slot", "usage_day", "usage_month", "bill_line", "result" or "weather_day"
	Key      string             // which row: period and register, month, or indicator and first day
	Stored   string             // empty: nothing
	Computed string             // likewise
}

// A Verification says what was compared. What waits to be computed is no difference:
// the next pass deals with it.
type Verification struct {
	Families    int // compared, pilots included
	Figures     int // rows, bills and results compared
	Waiting     int // days, bills and results left out: what they read changed, or they are due
	Decayed     int // likewise: something they were computed from is kept no longer, and they stand
	Differences int
	Failed      int // families and pilots that could not be compared
}

// tries is how often what differs is compared again, because something changed meanwhile.
const tries = 5

// Verify computes everything of an order from the readings again, in memory, and
// tells what differs from what is stored. It changes nothing, and may run beside a
// server: what arrives meanwhile is left out.
func (p *Planner) Verify(ctx context.Context, o Order, tell func(Difference)) (Verification, error) {
	p.one.Lock()
	defer p.one.Unlock()
	p.progress = o.Progress
	residences, err := p.store.Residences(ctx)
	if err != nil {
		return Verification{}, err
	}
	stations, err := p.store.Stations(ctx)
	if err != nil {
		return Verification{}, err
	}
	var all Verification
	var mu sync.Mutex
	one := func(ctx context.Context, families int, check func(context.Context) (*comparison, error)) error {
		c, err := p.settle(ctx, check)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		all.Families += families
		all.Figures, all.Waiting, all.Differences = all.Figures+c.figures, all.Waiting+c.waiting, all.Differences+len(c.found)
		all.Decayed += c.decayed
		for _, d := range c.found {
			tell(d)
		}
		return nil
	}
	families := p.homes(ctx, o.of(residences), func(ctx context.Context, home *household.Home) error {
		return one(ctx, 1, func(ctx context.Context) (*comparison, error) { return p.verifyFamily(ctx, home, o) })
	})
	var others []task
	if o.everything() {
		works, err := p.pilots(ctx, residences, stations)
		if err != nil {
			return Verification{}, err
		}
		for _, work := range works {
			others = append(others, func(ctx context.Context) error {
				return one(ctx, 1, func(ctx context.Context) (*comparison, error) { return p.verifyPilot(ctx, work, o) })
			})
		}
	}
	comparing, _ := indicators.Comparing(indicators.Nightly(indicators.France))
	years, err := p.cohortYears(ctx, comparing)
	if err != nil {
		return Verification{}, err
	}
	for _, y := range o.years(years) {
		others = append(others, func(ctx context.Context) error {
			return one(ctx, 0, func(ctx context.Context) (*comparison, error) { return p.verifyYear(ctx, comparing, y, o) })
		})
	}
	for _, s := range []stage{families, once(others...)} {
		_, failed, _, err := p.each(ctx, verify, s, nil)
		all.Failed += failed
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// settle compares until nothing differs, or nothing changed while it compared.
func (p *Planner) settle(ctx context.Context, check func(context.Context) (*comparison, error)) (*comparison, error) {
	for n := 1; ; n++ {
		before, err := p.moment(ctx)
		if err != nil {
			return nil, err
		}
		c, err := check(ctx)
		if err != nil || len(c.found) == 0 {
			return c, err
		}
		after, err := p.moment(ctx)
		if err != nil || before == after {
			return c, err
		}
		if n == tries { // it changes all the time: what differs is not known to be wrong
			c.waiting, c.found = c.waiting+len(c.found), nil
			return c, nil
		}
	}
}

// A moment is another one when anything was marked or computed meanwhile.
type moment struct {
	run     int64
	waiting household.Waiting
}

func (p *Planner) moment(ctx context.Context) (m moment, err error) {
	if m.waiting, err = p.store.Waiting(ctx); err != nil {
		return m, err
	}
	m.run, _, err = p.store.LastRun(ctx)
	return m, err
}

// verifyFamily compares what is stored of a family.
func (p *Planner) verifyFamily(ctx context.Context, home *household.Home, o Order) (*comparison, error) {
	c := &comparison{family: home.Family}
	now := p.now()
	today := energy.DayOf(now, home.Zone)
	first, ok := firstDay(home)
	if !ok {
		return c, nil
	}
	from, to := o.days(first, today)
	stale, err := p.store.StaleSpans(ctx, home.Family, home.Family)
	if err != nil {
		return c, err
	}
	waiting, err := p.staleDays(ctx, familyWork{home, stale[home.Family]}, now)
	if err != nil {
		return c, err
	}
	wait := map[energy.Day]bool{}
	for _, d := range waiting.all() {
		wait[d] = true
	}
	if err := p.verifyUsage(ctx, c, home, from, to, wait); err != nil {
		return c, err
	}
	dirty, err := p.store.DirtyDays(ctx, home.Family, home.Family)
	if err != nil {
		return c, err
	}
	if n := len(dirty[home.Family]); n > 0 { // its usage changed, and with it maybe what its registers mean
		c.waiting += n
		return c, nil
	}
	_, computing := indicators.Comparing(indicators.Nightly(indicators.France))
	s := &study{
		planner: p, home: home, now: now, today: today, dirty: map[energy.Day]bool{},
		indicators: computing, skies: &skies{},
	}
	if err := s.read(ctx); err != nil {
		return c, err
	}
	clear(s.dirty) // what a first look would compute again is compared
	if err := s.verifyBills(ctx, c, from, to, wait); err != nil {
		return c, err
	}
	for _, of := range bySpan(s.indicators) {
		if err := s.verifyResults(ctx, c, of, from, to, wait); err != nil {
			return c, err
		}
	}
	return c, nil
}

// verifyUsage compares half-hours, days and months of [from, to).
func (p *Planner) verifyUsage(ctx context.Context, c *comparison, home *household.Home, from, to energy.Day, wait map[energy.Day]bool) error {
	decayed, err := p.decayed(ctx, home, from, to)
	if err != nil {
		return err
	}
	var days []energy.Day
	for d := from; d.Before(to); d = d.Add(1) {
		_, closed := decayed.Closed[d]
		switch {
		case closed:
			c.decayed++
		case d.Before(decayed.Days):
		case wait[d]:
			c.waiting++
		default:
			days = append(days, d)
		}
	}
	months, paces := map[string][]household.Usage{}, p.paces(p.now())
	for _, run := range consecutive(days) {
		r, err := p.roll(ctx, home, paces, decayed, run[0], run[len(run)-1].Add(1))
		if err != nil {
			return err
		}
		slots, err := p.store.UsageSlots(ctx, home.Family, r.Start, r.End)
		if err != nil {
			return err
		}
		kept, err := p.store.UsageDays(ctx, home.Family, r.From, r.To)
		if err != nil {
			return err
		}
		c.usage("usage_slot", slots, r.Slots)
		c.usage("usage_day", kept, r.Days)
		for _, month := range r.Touched {
			months[month] = nil
		}
		for _, u := range r.Months {
			months[u.Period] = append(months[u.Period], u)
		}
		for month, computed := range months {
			stored, err := p.store.UsageMonth(ctx, home.Family, month)
			if err != nil {
				return err
			}
			c.usage("usage_month", stored, computed)
		}
		clear(months)
	}
	return nil
}

// verifyBills compares the bills of the months of [from, to).
func (s *study) verifyBills(ctx context.Context, c *comparison, from, to energy.Day, wait map[energy.Day]bool) error {
	for m := monthOf(from); m.Before(to); m = monthEnd(m) {
		if m.Before(s.decayed.Days) {
			c.decayed++
			continue
		}
		if waits(wait, period{m, monthEnd(m)}) {
			c.waiting++
			continue
		}
		computed := s.billOf(m)
		stored, err := s.planner.store.Bill(ctx, s.home.Family, computed.Month)
		if err != nil {
			return err
		}
		c.bill(stored, computed)
	}
	return nil
}

// verifyResults compares the results of indicators of one span for the periods that
// touch [from, to).
func (s *study) verifyResults(ctx context.Context, c *comparison, of []indicators.Indicator, from, to energy.Day, wait map[energy.Day]bool) error {
	s.dirty[from] = true // what was computed from then on, whether or not there is any use now
	known, err := s.computed(ctx, of)
	delete(s.dirty, from)
	if err != nil {
		return err
	}
	type result struct {
		indicator string
		from      energy.Day
	}
	due := map[result]bool{}
	var compared []chore
	for _, i := range of {
		first := s.firstOf(i)
		here := chore{indicator: i, first: first}
		for _, d := range s.periods(i, earliestOf(first, from), s.today) {
			r, kept := known[i.ID][d.from]
			switch {
			case !d.from.Before(to) || !from.Before(d.to) || s.ahead(i.Span, d):
			case !kept && (!first.Before(d.to) || s.gone(i.Span, d)): // nothing was ever known of it
			case kept && s.faded(i, d):
				c.decayed++
			case waits(wait, d) || !kept || r.Version != i.Version || r.To != d.to:
				c.waiting++
			default:
				// Computed before it was over, a result holds if it comes out the same now.
				due[result{i.ID, d.from}] = r.At.Before(d.to.Start(s.home.Zone)) && !s.today.Before(d.to) || r.At.Before(s.today.Start(s.home.Zone)) && s.today.Before(d.to)
				here.due = append(here.due, d)
			}
		}
		c.figures += len(here.due)
		compared = append(compared, here)
	}
	return s.compare(ctx, compared, func(_ indicators.Indicator, kept *household.Result, r household.Result) {
		switch {
		case due[result{r.Indicator, r.From}]:
			c.figures, c.waiting = c.figures-1, c.waiting+1
		case kept != nil:
			c.result(*kept, r)
		}
	})
}

func earliestOf(a, b energy.Day) energy.Day {
	if b.Before(a) {
		return b
	}
	return a
}

// waits reports whether any day of a period is among those that wait.
func waits(wait map[energy.Day]bool, p period) bool {
	for d := range wait {
		if !d.Before(p.from) && d.Before(p.to) {
			return true
		}
	}
	return false
}

// verifyPilot compares the climate of a pilot.
func (p *Planner) verifyPilot(ctx context.Context, work pilotWork, o Order) (*comparison, error) {
	c := &comparison{pilot: work.pilot}
	now := p.now()
	first := work.imported
	for _, m := range work.stations {
		d, ok, err := p.firstClimate(ctx, household.Station{Meter: m, Zone: work.zone})
		if err != nil {
			return c, err
		}
		if ok {
			first = earliestOf(first, d)
		}
	}
	from, to := o.days(first, energy.DayOf(now, work.zone))
	stale, err := p.store.StaleStations(ctx)
	if err != nil {
		return c, err
	}
	chosen, err := p.store.StaleWeather(ctx)
	if err != nil {
		return c, err
	}
	for _, s := range chosen {
		if s.Pilot == work.pilot {
			work.chosen = append(work.chosen, s)
		}
	}
	work.marks = slices.DeleteFunc(stale, func(s household.Stale) bool { return !slices.Contains(work.stations, s.Meter) })
	wait, err := p.staleClimate(ctx, work, now)
	if err != nil {
		return c, err
	}
	var days []energy.Day
	for d := from; d.Before(to); d = d.Add(1) {
		if wait[d] {
			c.waiting++
			continue
		}
		days = append(days, d)
	}
	for _, run := range consecutive(days) {
		_, computed, err := p.choose(ctx, work, run)
		if err != nil {
			return c, err
		}
		stored, err := p.store.Weather(ctx, work.pilot, run[0], run[len(run)-1].Add(1))
		if err != nil {
			return c, err
		}
		c.weather(stored, computed)
	}
	return c, nil
}
