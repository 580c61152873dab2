package jobs

import (
	"maps"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// Lessons are what the numbered registers of a family mean, month by month.
type lessons struct {
	stamp  string                        // of the home they were learnt for
	own    map[energy.Day]tariff.Meaning // from the half-hours of the month alone
	months map[energy.Day]tariff.Meaning // completed by the nearest months
}

// learn finds out what the numbered registers of the family mean: from the
// half-hours of the month, or where it has none from those of the nearest month
// after it, then before it. Every day of a month whose registers mean something
// else than before is dirty.
func (s *study) learn() error {
	contracts := s.numbered()
	if len(contracts) == 0 {
		return nil
	}
	months := slices.SortedFunc(maps.Keys(contracts), energy.Day.Compare)
	before := s.before.lessons
	if before.stamp != s.home.Stamp {
		before = lessons{}
	}
	taught := map[energy.Day]tariff.Meaning{}
	for _, m := range months {
		own, closed := s.closedLesson(m, contracts[m])
		if !closed {
			known := false
			if own, known = before.own[m]; !known || s.touches(period{m, monthEnd(m)}, 0) {
				var err error
				if own, err = s.learnMonth(m, contracts[m]); err != nil {
					return err
				}
			}
		}
		taught[m] = own
	}
	s.lessons = lessons{s.home.Stamp, taught, completed(taught)}
	var changed []energy.Day
	for _, m := range months {
		all := s.lessons.months[m]
		if before.months == nil { // not known what it was: it may come from elsewhere, or from what changed
			if len(all) > len(s.lessons.own[m]) || s.touches(period{m, monthEnd(m)}, 0) {
				changed = append(changed, m)
			}
		} else if !maps.Equal(all, before.months[m]) {
			changed = append(changed, m)
		}
	}
	for _, m := range changed {
		for d := m; d.Before(monthEnd(m)); d = d.Add(1) {
			s.dirty[d] = true
		}
	}
	return nil
}

// completed adds to what the half-hours of each month say what those of the nearest months
// do: of one after it, or else before it.
func completed(own map[energy.Day]tariff.Meaning) map[energy.Day]tariff.Meaning {
	months := slices.SortedFunc(maps.Keys(own), energy.Day.Compare)
	all, before, after := make(map[energy.Day]tariff.Meaning, len(own)), tariff.Meaning{}, tariff.Meaning{}
	for _, m := range months {
		all[m] = maps.Clone(before) // the nearest wins over those further back
		maps.Copy(before, own[m])
	}
	for _, m := range slices.Backward(months) {
		maps.Copy(after, own[m])
		maps.Copy(all[m], after) // and what comes after over all of them
	}
	return all
}

// numbered returns the months in which a contract says when its periods apply and a
// register does not say by its name what it counts, each with the first such contract.
func (s *study) numbered() map[energy.Day]household.Contract {
	months := map[energy.Day]household.Contract{}
	power := s.supplies[0]
	for d := s.first; !s.last.Before(d); d = d.Add(1) {
		if _, known := months[monthOf(d)]; known || len(power.rows[d]) == 0 {
			continue
		}
		c, t, ok := s.contract(power, d)
		if ok && t.Learns(c) && slices.ContainsFunc(power.rows[d], func(u household.Usage) bool { return t.NeedsSlots(u.Register) }) {
			months[monthOf(d)] = c
		}
	}
	return months
}

// learnMonth learns from the half-hours of the days that have the tariff and the
// off-peak hours of a contract.
func (s *study) learnMonth(month energy.Day, c household.Contract) (tariff.Meaning, error) {
	days, err := s.half.slots(month)
	if err != nil {
		return nil, err
	}
	var slots []energy.Slot
	for d, of := range days {
		if now, _, ok := s.contract(s.supplies[0], d); ok && now.OffPeak == c.OffPeak && now.Tariff == c.Tariff {
			slots = append(slots, electricity(of)...)
		}
	}
	return s.planner.book.Learn(c, s.home.Zone, slots)
}

// electricity returns the slots of electricity.
func electricity(slots []energy.Slot) (of []energy.Slot) {
	for _, x := range slots {
		if x.Register.Quantity() == energy.EnergyImport {
			of = append(of, x)
		}
	}
	return of
}
