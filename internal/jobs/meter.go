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
	slots []energy.Slot
	days  []energy.Total
}

// meterUsage returns the electricity of one meter over the days of [from, to), as
// far as the meter is the family's: from its registers, and from imported
// intervals where these saw more.
func (p *Planner) meterUsage(ctx context.Context, zone *time.Location, a household.Attachment, from, to energy.Day) (metered, error) {
	var starts []time.Time
	for d := from; d.Before(to); d = d.Add(1) {
		starts = append(starts, d.Slots(zone)...)
	}
	read, err := p.registerSlots(ctx, a, from.Start(zone), to.Start(zone), starts)
	if err != nil {
		return metered{}, err
	}
	stated, err := p.statements(ctx, a, from.Start(zone), to.Start(zone))
	if err != nil {
		return metered{}, err
	}
	var m metered
	for half, day := stated.slots(starts), from; day.Before(to); day = day.Add(1) {
		// Each day by itself: what one day comes to does not depend on its neighbours.
		n := len(day.Slots(zone))
		m.slots = append(m.slots, merge(energy.Once(cut(&read, n)), energy.Once(cut(&half, n)))...)
	}
	m.days = fuller(daily(m.slots, zone), stated.days(zone, from, to))
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

// registerSlots returns the slots of each register that counts electricity.
func (p *Planner) registerSlots(ctx context.Context, a household.Attachment, from, to time.Time, starts []time.Time) ([][]energy.Slot, error) {
	registers, err := p.counters(ctx, a.Meter)
	if err != nil || len(registers) == 0 {
		return nil, err
	}
	w := window{a.Meter, a.From, a.To}
	all, err := p.series.Read(ctx, a.Meter, later(from, a.From), earlier(to, a.To))
	if err != nil {
		return nil, err
	}
	byRegister := map[energy.Register][]energy.Reading{}
	for _, r := range all {
		byRegister[r.Register] = append(byRegister[r.Register], r)
	}
	var out [][]energy.Slot
	for _, r := range registers {
		rs, err := p.stretch(ctx, w, r, limitOf(a), from, to, byRegister[r])
		if err != nil {
			return nil, err
		}
		if slots := energy.Usage(rs, limitOf(a), starts); len(slots) > 0 {
			out = append(out, slots)
		}
	}
	return out, nil
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
		if iv.Register.Quantity() == energy.EnergyImport && !iv.From.Before(a.From) && !iv.To.After(a.To) {
			s[iv.Register] = append(s[iv.Register], iv)
		}
	}
	return s, nil
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
		return cmp.Or(a.Day.Sub(b.Day), cmp.Compare(a.Register, b.Register))
	})
	return out
}
