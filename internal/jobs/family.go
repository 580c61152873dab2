package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// chunk is how many days of a family are rolled up in one transaction.
const chunk = 31

// rollFamily computes the usage of the days that became stale. The marks end with
// the last of them, so that a pass that is cut short is done again.
func (p *Planner) rollFamily(ctx context.Context, work familyWork, now time.Time) error {
	days, err := p.staleDays(ctx, work, now)
	if err != nil {
		return err
	}
	paces := p.paces(now)
	for _, s := range work.marks {
		if _, err := paces.pulse(ctx, s.Meter); err != nil {
			return err
		}
	}
	all := days.all()
	var from, to energy.Day // no day of none
	if len(all) > 0 {
		from, to = all[0], all[len(all)-1].Add(1)
	}
	decayed, err := p.decayed(ctx, work.home, from, to)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(all, func(d energy.Day) bool { return d.Before(decayed.Days) })
	runs := consecutive(kept)
	for i, run := range runs {
		roll, err := p.roll(ctx, work.home, paces, decayed, run[0], run[len(run)-1].Add(1))
		if err != nil {
			return err
		}
		for _, d := range run {
			if days.besides[d] {
				roll.Changed = append(roll.Changed, d)
			}
		}
		if i == len(runs)-1 {
			roll.Pulses, roll.Handled = paces.of, handled(work.marks)
		}
		if err := p.store.SaveRoll(ctx, roll); err != nil {
			return err
		}
	}
	if len(runs) > 0 {
		return nil
	}
	return p.store.SaveRoll(ctx, household.Roll{
		Family: work.home.Family, Zone: work.home.Zone, Pulses: paces.of, Handled: handled(work.marks),
	})
}

// consecutive cuts sorted days into runs without a hole, of at most a chunk.
func consecutive(days []energy.Day) [][]energy.Day {
	var runs [][]energy.Day
	for i, d := range days {
		n := len(runs)
		if i == 0 || days[i-1].Add(1) != d || len(runs[n-1]) == chunk {
			runs, n = append(runs, nil), n+1
		}
		runs[n-1] = append(runs[n-1], d)
	}
	return runs
}

// touched are the local days of a family that have to be computed again.
type touched struct {
	usage   map[energy.Day]bool
	besides map[energy.Day]bool // something else that results read changed: the indoor temperature
}

func (t touched) all() []energy.Day {
	days := make([]energy.Day, 0, len(t.usage)+len(t.besides))
	for d := range t.usage {
		days = append(days, d)
	}
	for d := range t.besides {
		if !t.usage[d] {
			days = append(days, d)
		}
	}
	slices.SortFunc(days, energy.Day.Compare)
	return days
}

// heard adds the days of a mark itself, and of some time around it, while a meter was
// the family's.
func (t touched) heard(a household.Attachment, s energy.Span, around time.Duration, now time.Time, zone *time.Location) {
	from, to := later(s.From, a.From).Add(-around), earlier(earlier(s.To, a.To), now.Add(ahead)).Add(around)
	mark(t.besides, from, to, zone)
}

// staleDays returns the days that the marks of a family reach.
func (p *Planner) staleDays(ctx context.Context, work familyWork, now time.Time) (touched, error) {
	t := touched{map[energy.Day]bool{}, map[energy.Day]bool{}}
	zone := work.home.Zone
	today := energy.DayOf(now, zone)
	for _, a := range work.home.Attachments {
		for _, s := range energy.Join(spansOf(work.marks, a.Meter)) {
			if s.To.Before(a.From) || s.From.After(a.To) {
				continue
			}
			from, to, err := p.reachOf(ctx, work.home, a, s)
			if err != nil {
				return t, err
			}
			switch a.Role {
			case household.Electricity:
				mark(t.usage, from, to, zone)
				t.heard(a, s, 0, now, zone)        // its power is read too
				if s.To.After(today.Start(zone)) { // the running day is counted up to the last reading
					t.besides[today] = true
				}
			case household.Gas:
				mark(t.usage, from, to, zone)
				t.heard(a, s, time.Hour, now, zone) // how often it speaks is read too
			case household.Water, household.Heat:
				mark(t.usage, from, to, zone)
			case household.Indoor:
				mark(t.besides, from, earlier(to, later(s.To, now.Add(ahead))), zone)
			case household.Outdoor: // the pilot's, not a family's
			}
		}
	}
	return t, nil
}

// reachOf returns how far a mark reaches in the time that a meter is a family's. A
// mark over the end of that time says that it ends earlier now: all of it counts,
// so that nothing stays that is the family's no longer.
func (p *Planner) reachOf(ctx context.Context, home *household.Home, a household.Attachment, s energy.Span) (time.Time, time.Time, error) {
	start, end := later(s.From, a.From), earlier(s.To, a.To)
	if a.Role == household.Indoor {
		var err error
		if start, end, err = p.reachOfSensor(ctx, window{a.Meter, a.From, a.To, nil}, start, end); err != nil {
			return start, end, err
		}
	} else {
		for _, w := range installations(home, a) {
			if s.To.Before(w.from) || s.From.After(w.to) {
				continue
			}
			f, t, err := p.reachOfMeter(ctx, home, a, w, later(s.From, w.from), earlier(s.To, w.to))
			if err != nil {
				return start, end, err
			}
			start, end = earlier(start, f), later(end, t)
		}
	}
	if !a.To.Before(s.From) && a.To.Before(s.To) {
		end = later(end, s.To)
	}
	return start, end, nil
}

func spansOf(all []household.Stale, meter energy.MeterID) []energy.Span {
	var spans []energy.Span
	for _, s := range all {
		if s.Meter == meter {
			spans = append(spans, s.Span)
		}
	}
	return spans
}

// mark adds the local days that [from, to) touches.
func mark(days map[energy.Day]bool, from, to time.Time, zone *time.Location) {
	for d := energy.DayOf(from, zone); d.Start(zone).Before(to); d = d.Add(1) {
		days[d] = true
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// reachOfMeter returns how far a change of a meter's readings and of what was
// imported for it in [from, to) reaches within one of its installations.
func (p *Planner) reachOfMeter(ctx context.Context, home *household.Home, a household.Attachment, w window, from, to time.Time) (time.Time, time.Time, error) {
	registers, err := p.counters(ctx, a)
	if err != nil {
		return from, to, err
	}
	_, start, end, err := p.overlapping(ctx, w.meter, from, to)
	if err != nil {
		return from, to, err
	}
	for _, r := range registers {
		f, e, err := p.reach(ctx, w, r, limitOf(home, a, r), from, to)
		if err != nil {
			return from, to, err
		}
		start, end = earlier(start, f), later(end, e)
	}
	return start, end, nil
}

// roll returns the usage of a family over the days of [from, to), of closed ones what is
// kept of it.
func (p *Planner) roll(ctx context.Context, home *household.Home, paces *paces, decayed household.Decayed, from, to energy.Day) (household.Roll, error) {
	r := household.Roll{
		Family: home.Family, Zone: home.Zone, From: from, To: to, Start: from.Start(home.Zone), End: to.Start(home.Zone),
	}
	slots, days := tally{}, tally{}
	for _, a := range home.Attachments {
		if counted[a.Role] == nil || !a.From.Before(r.End) || !a.To.After(r.Start) {
			continue
		}
		m, err := p.meterUsage(ctx, home, paces, a, from, to)
		if err != nil {
			return r, err
		}
		r.Judged = append(r.Judged, energy.Span{Meter: a.Meter, From: later(a.From, r.Start), To: earlier(a.To, r.End)})
		r.Doubts = append(r.Doubts, m.doubts...)
		for _, s := range m.slots {
			slots.add("", s.Start, s.Register, s.Energy, s.Coverage)
		}
		for _, t := range m.days {
			days.add(t.Day.String(), t.Day.Start(home.Zone), t.Register, t.Energy, t.Coverage)
		}
	}
	r.Slots, r.Days = slots.rows(home.Family), days.rows(home.Family)
	if err := p.stand(ctx, &r, decayed); err != nil {
		return r, err
	}
	err := p.months(ctx, &r)
	whole(&r, decayed)
	return r, err
}

// months adds the months that the days of a roll lie in, whole.
func (p *Planner) months(ctx context.Context, r *household.Roll) error {
	first := energy.Day{Year: r.From.Year, Month: r.From.Month, Date: 1}
	last := monthEnd(r.To.Add(-1))
	kept, err := p.store.UsageDays(ctx, r.Family, first, last)
	if err != nil {
		return err
	}
	from, to := r.From.String(), r.To.String()
	kept = slices.DeleteFunc(kept, func(u household.Usage) bool { return u.Period >= from && u.Period < to })
	type part struct {
		month    string
		quantity energy.Quantity
	}
	months, seen := tally{}, map[part]energy.Coverage{}
	for _, day := range byDay(slices.Concat(kept, r.Days)) {
		month := day[0].Period[:7]
		of := part{month, day[0].Register.Quantity()}
		seen[of] = seen[of].Add(coverageOf(day))
		first, err := energy.ParseDay(month + "-01")
		if err != nil {
			return err
		}
		for _, u := range day {
			months.add(month, first.Start(r.Zone), u.Register, u.Energy, energy.Coverage{})
		}
	}
	r.Months = months.rows(r.Family)
	for i := range r.Months {
		m := &r.Months[i]
		m.Coverage = seen[part{m.Period, m.Register.Quantity()}]
		m.Coverage.Of = monthEnd(energy.DayOf(m.Start, r.Zone)).Start(r.Zone).Sub(m.Start)
	}
	for d := first; d.Before(last); d = monthEnd(d) {
		r.Touched = append(r.Touched, d.String()[:7])
	}
	return nil
}

// byDay returns rows of one day and one quantity together, in the order of days.
func byDay(rows []household.Usage) [][]household.Usage {
	type key struct {
		period   string
		quantity energy.Quantity
	}
	at := map[key]int{}
	var days [][]household.Usage
	for _, u := range rows {
		k := key{u.Period, u.Register.Quantity()}
		i, ok := at[k]
		if !ok {
			i, at[k] = len(days), len(days)
			days = append(days, nil)
		}
		days[i] = append(days[i], u)
	}
	slices.SortFunc(days, func(a, b []household.Usage) int {
		return cmp.Or(cmp.Compare(a[0].Period, b[0].Period), cmp.Compare(a[0].Register.Quantity(), b[0].Register.Quantity()))
	})
	return days
}

// coverageOf returns how much of a day was seen of all of its registers.
func coverageOf(day []household.Usage) energy.Coverage {
	c := day[0].Coverage
	for _, u := range day[1:] {
		c.Seen = min(c.Seen, u.Coverage.Seen)
		c.Estimated, c.Provision = c.Estimated || u.Coverage.Estimated, c.Provision || u.Coverage.Provision
	}
	return c
}

// monthEnd returns the first day of the month after that of d.
func monthEnd(d energy.Day) energy.Day {
	next := energy.Day{Year: d.Year, Month: d.Month + 1, Date: 1}
	if d.Month == time.December {
		next = energy.Day{Year: d.Year + 1, Month: time.January, Date: 1}
	}
	return next
}

// A tally adds up usage by period and register, over several meters.
type tally map[tallyKey]*household.Usage

type tallyKey struct {
	start    int64
	register energy.Register
}

func (t tally) add(period string, start time.Time, r energy.Register, amount int64, c energy.Coverage) {
	k := tallyKey{start.UnixMilli(), r}
	u := t[k]
	if u == nil {
		t[k] = &household.Usage{Period: period, Start: start, Register: r, Energy: amount, Coverage: c}
		return
	}
	of := max(u.Coverage.Of, c.Of)
	u.Energy, u.Coverage = u.Energy+amount, u.Coverage.Add(c)
	if period == "" || len(period) == len("2026-11-25") { // two meters over the same time, not two times
		u.Coverage.Of, u.Coverage.Seen = of, min(u.Coverage.Seen, of)
	}
}

// rows returns what was added, by start and register.
func (t tally) rows(family household.FamilyID) []household.Usage {
	rows := make([]household.Usage, 0, len(t))
	for _, u := range t {
		u.Family = family
		rows = append(rows, *u)
	}
	slices.SortFunc(rows, func(a, b household.Usage) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Register, b.Register))
	})
	return rows
}
