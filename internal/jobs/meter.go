package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A metered is what one meter counted over some days, each energy once.
type metered struct {
	slots  []energy.Slot
	days   []energy.Total
	doubts []energy.Doubt // rises that are not counted and that nobody has judged yet
}

// meterUsage returns what one meter counted over the days of [from, to), as far as
// the meter is the family's: from its registers, and from imported intervals where
// these saw more.
func (p *Planner) meterUsage(ctx context.Context, home *household.Home, paces *paces, a household.Attachment, from, to energy.Day) (metered, error) {
	var m metered
	zone := home.Zone
	var starts []time.Time
	for d := from; d.Before(to); d = d.Add(1) {
		starts = append(starts, d.Slots(zone)...)
	}
	read, err := p.registerSlots(ctx, home, paces, a, starts, &m)
	if err != nil {
		return m, err
	}
	stated, err := p.statements(ctx, a, from.Start(zone), to.Start(zone))
	if err != nil {
		return m, err
	}
	for _, q := range counted[a.Role] {
		of := stated.of(q)
		registers := slices.DeleteFunc(slices.Clone(read), func(slots []energy.Slot) bool { return slots[0].Register.Quantity() != q })
		var slots []energy.Slot
		for half, day := of.slots(starts), from; day.Before(to); day = day.Add(1) {
			// Each day by itself: what one day comes to does not depend on its neighbours.
			n := len(day.Slots(zone))
			slots = append(slots, merge(energy.Once(cut(&registers, n)), energy.Once(cut(&half, n)))...)
		}
		m.slots = append(m.slots, slots...)
		m.days = append(m.days, fuller(daily(slots, zone), of.days(zone, from, to))...)
	}
	return m, nil
}

// cut takes the first n slots off each register.
func cut(registers *[][]energy.Slot, n int) [][]energy.Slot {
	first, rest := make([][]energy.Slot, len(*registers)), make([][]energy.Slot, len(*registers))
	for i, slots := range *registers {
		first[i], rest[i] = slots[:n:n], slots[n:]
	}
	*registers = rest
	return first
}

// registerSlots returns the slots of each register that counts what the meter is
// for, and notes what it finds doubtful in m.
func (p *Planner) registerSlots(ctx context.Context, home *household.Home, paces *paces, a household.Attachment, starts []time.Time, m *metered) ([][]energy.Slot, error) {
	registers, err := p.counters(ctx, a)
	if err != nil || len(registers) == 0 {
		return nil, err
	}
	parts, err := paces.parts(ctx, a.Meter, starts)
	if err != nil {
		return nil, err
	}
	all := make([][]energy.Slot, len(registers))
	for _, part := range parts {
		slots, err := p.partSlots(ctx, home, a, registers, part, m)
		if err != nil {
			return nil, err
		}
		for i := range all {
			all[i] = append(all[i], slots[i]...)
		}
	}
	return all, nil
}

// partSlots returns those that start at starts, of each register as many.
func (p *Planner) partSlots(ctx context.Context, home *household.Home, a household.Attachment, registers []energy.Register, starts []time.Time, m *metered) ([][]energy.Slot, error) {
	from, to := starts[0], starts[len(starts)-1].Add(energy.SlotLength)
	all := make([][]energy.Slot, len(registers))
	for i, r := range registers {
		all[i] = energy.Blank(r, starts)
	}
	for _, w := range installations(home, a) {
		if !w.from.Before(to) || w.to.Before(from) {
			continue
		}
		byRegister, err := p.readings(ctx, w, from, to)
		if err != nil {
			return nil, err
		}
		for i, r := range registers {
			limit := limitOf(home, a, r)
			rs, err := p.stretch(ctx, w, r, limit, from, to, w.between(r, byRegister[r], from, to))
			if err != nil {
				return nil, err
			}
			judged := energy.Accept(rs, limit)
			join(all[i], energy.Measure(judged, starts))
			for _, d := range energy.Doubts(judged) {
				if at := d.After.At; !at.Before(from) && at.Before(to) && home.Ruling(a.Meter, r, at) != household.Unused {
					m.doubts = append(m.doubts, d)
				}
			}
		}
	}
	return all, nil
}

// readings returns what a meter showed in [from, to) as far as it is in a window.
func (p *Planner) readings(ctx context.Context, w window, from, to time.Time) (map[energy.Register][]energy.Reading, error) {
	from, to = later(from, w.from), earlier(to, w.to)
	if !from.Before(to) {
		return nil, nil
	}
	all, err := p.series.Read(ctx, w.meter, from, to)
	byRegister := map[energy.Register][]energy.Reading{}
	for _, r := range all {
		byRegister[r.Register] = append(byRegister[r.Register], r)
	}
	return byRegister, err
}

// join adds to the slots of one register those of another installation of its meter,
// if any.
func join(a, b []energy.Slot) {
	for i := range b {
		of := a[i].Coverage.Of
		a[i].Energy += b[i].Energy
		a[i].Coverage = a[i].Coverage.Add(b[i].Coverage)
		a[i].Coverage.Of = of
	}
}

// statements are imported intervals of one meter, by register.
type statements map[energy.Register][]energy.Interval

// overlapping returns the imported intervals that decide [from, to): what overlaps
// it, and what overlaps that, since the shorter of two stands; and the time that
// all of it covers, which is what they decide together.
func (p *Planner) overlapping(ctx context.Context, meter energy.MeterID, from, to time.Time) (all []energy.Interval, start, end time.Time, err error) {
	for from.Before(to) {
		if all, err = p.store.Intervals(ctx, meter, from, to); err != nil {
			return nil, from, to, err
		}
		f, t := from, to
		for _, iv := range all {
			f, t = earlier(f, iv.From), later(t, iv.To)
		}
		if f.Equal(from) && t.Equal(to) {
			break
		}
		from, to = f, t
	}
	return all, from, to, nil
}

// statements returns those that decide the days of [from, to).
func (p *Planner) statements(ctx context.Context, a household.Attachment, from, to time.Time) (statements, error) {
	all, _, _, err := p.overlapping(ctx, a.Meter, later(from, a.From), earlier(to, a.To))
	if err != nil {
		return nil, err
	}
	s := statements{}
	for _, iv := range all {
		if slices.Contains(counted[a.Role], iv.Register.Quantity()) && !iv.From.Before(a.From) && !iv.To.After(a.To) {
			s[iv.Register] = append(s[iv.Register], iv)
		}
	}
	return s, nil
}

// of returns those of one quantity.
func (s statements) of(q energy.Quantity) statements {
	out := statements{}
	for r, ivs := range s {
		if r.Quantity() == q {
			out[r] = ivs
		}
	}
	return out
}

// slots returns what short intervals state for half-hours.
func (s statements) slots(starts []time.Time) [][]energy.Slot {
	var out [][]energy.Slot
	for _, r := range s.registers() {
		if slots := energy.Spread(s[r], starts); slots != nil {
			out = append(out, slots)
		}
	}
	return out
}

func (s statements) registers() []energy.Register {
	all := make([]energy.Register, 0, len(s))
	for r := range s {
		all = append(all, r)
	}
	slices.Sort(all)
	return all
}

// days returns what long intervals state for the days of [from, to), each energy once.
func (s statements) days(zone *time.Location, from, to energy.Day) []energy.Total {
	byDay := map[energy.Day][][]energy.Slot{}
	for _, r := range s.registers() {
		for _, t := range energy.Totals(s[r], zone) {
			if !t.Day.Before(from) && t.Day.Before(to) {
				byDay[t.Day] = append(byDay[t.Day], []energy.Slot{{Register: r, Energy: t.Energy, Coverage: t.Coverage}})
			}
		}
	}
	var out []energy.Total
	for day, registers := range byDay {
		for _, x := range energy.Once(registers) {
			out = append(out, energy.Total{Register: x[0].Register, Day: day, Energy: x[0].Energy, Coverage: x[0].Coverage})
		}
	}
	return out
}

// merge returns the known slots of registers, completed half-hour by half-hour by
// what was stated: together where the two saw different parts of one, else those
// of whichever saw more.
func merge(read, stated [][]energy.Slot) []energy.Slot {
	seen := func(all [][]energy.Slot) map[time.Time]time.Duration {
		out := map[time.Time]time.Duration{}
		for _, slots := range all {
			for _, s := range slots {
				if s.Known() {
					out[s.Start] = max(out[s.Start], s.Coverage.Seen)
				}
			}
		}
		return out
	}
	byRead, byStated := seen(read), seen(stated)
	estimated := map[time.Time]bool{}
	var out []energy.Slot
	for _, slots := range read {
		for _, s := range slots {
			estimated[s.Start] = estimated[s.Start] || s.Coverage.Estimated
		}
	}
	take := func(all [][]energy.Slot, wanted func(at time.Time) bool) {
		for _, slots := range all {
			for _, s := range slots {
				if s.Known() && wanted(s.Start) {
					out = append(out, s)
				}
			}
		}
	}
	both := func(at time.Time) bool {
		return !estimated[at] && byRead[at]+byStated[at] <= energy.SlotLength
	}
	take(read, func(at time.Time) bool { return both(at) || byRead[at] >= byStated[at] })
	take(stated, func(at time.Time) bool { return both(at) || byRead[at] < byStated[at] })
	return together(out)
}

// together adds up slots of one register and start and sorts them.
func together(slots []energy.Slot) []energy.Slot {
	slices.SortStableFunc(slots, func(a, b energy.Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Register, b.Register))
	})
	var out []energy.Slot
	for _, s := range slots {
		if n := len(out); n > 0 && out[n-1].Register == s.Register && out[n-1].Start.Equal(s.Start) {
			of := out[n-1].Coverage.Of
			out[n-1].Energy += s.Energy
			out[n-1].Coverage = out[n-1].Coverage.Add(s.Coverage)
			out[n-1].Coverage.Of = of
			continue
		}
		out = append(out, s)
	}
	return out
}

// daily adds up slots by local day.
func daily(slots []energy.Slot, zone *time.Location) []energy.Total {
	at := map[dayKey]int{}
	var out []energy.Total
	for _, s := range slots {
		k := dayKey{energy.DayOf(s.Start, zone), s.Register}
		i, ok := at[k]
		if !ok {
			i, at[k] = len(out), len(out)
			out = append(out, energy.Total{Register: s.Register, Day: k.day})
		}
		out[i].Energy += s.Energy
		out[i].Coverage = out[i].Coverage.Add(s.Coverage)
	}
	for i := range out {
		out[i].Coverage.Of = out[i].Day.End(zone).Sub(out[i].Day.Start(zone))
	}
	return out
}

type dayKey struct {
	day      energy.Day
	register energy.Register
}

// fuller returns for each day the totals of the half-hours, or those stated where
// these saw more of it.
func fuller(counted, stated []energy.Total) []energy.Total {
	seen := func(all []energy.Total) map[energy.Day]time.Duration {
		out := map[energy.Day]time.Duration{}
		for _, t := range all {
			out[t.Day] = max(out[t.Day], t.Coverage.Seen)
		}
		return out
	}
	byCounted, byStated := seen(counted), seen(stated)
	var out []energy.Total
	for _, t := range counted {
		if byCounted[t.Day] >= byStated[t.Day] {
			out = append(out, t)
		}
	}
	for _, t := range stated {
		if _, has := byCounted[t.Day]; !has || byCounted[t.Day] < byStated[t.Day] {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b energy.Total) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Register, b.Register))
	})
	return out
}
