package jobs

import (
	"context"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// comparedDays is how many days before the running one it is compared with.
const comparedDays = 28

// soFar finds out until when the running day is counted and what the days before
// it had cost by that time of the clock.
func (s *study) soFar(ctx context.Context) (err error) {
	if s.until, err = s.lastReading(ctx); err != nil || s.until.IsZero() {
		return err
	}
	clock := s.until.In(s.home.Zone)
	for i := range s.days {
		d := &s.days[i]
		if d.Day.Before(s.today.Add(-comparedDays)) || !d.Day.Before(s.today) {
			continue
		}
		end := time.Date(d.Day.Year, d.Day.Month, d.Day.Date, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), s.home.Zone)
		if d.SoFar, err = s.costUntil(d.Day, end); err != nil {
			return err
		}
	}
	return nil
}

// lastReading returns the last instant today at which a counter of the family
// spoke; zero without one.
func (s *study) lastReading(ctx context.Context) (time.Time, error) {
	var last time.Time
	if len(s.supplies[0].rows[s.today]) == 0 {
		return last, nil
	}
	start := s.today.Start(s.home.Zone)
	for _, a := range s.home.Attachments {
		if a.Role != household.Electricity {
			continue
		}
		registers, err := s.planner.counters(ctx, a)
		if err != nil {
			return last, err
		}
		for _, r := range registers {
			rs, _, err := s.planner.before(ctx, window{a.Meter, a.From, a.To, nil}, r, s.today.End(s.home.Zone), 1)
			if err != nil {
				return last, err
			}
			if len(rs) > 0 && rs[0].At.After(start) {
				last = later(last, rs[0].At)
			}
		}
	}
	return last, nil
}

// costUntil returns what a day had cost until an instant, standing charges included,
// in cents; nil when the half-hours or the price of a fuel are not known.
func (s *study) costUntil(day energy.Day, end time.Time) (*int64, error) {
	month, err := s.half.slots(monthOf(day))
	if err != nil || len(month[day]) == 0 {
		return nil, err
	}
	var sum tariff.Sum
	for _, x := range s.supplies {
		if !s.usesFuel(x, day) {
			continue
		}
		if x.paid != nil {
			if c, ok := x.paid[day]; ok {
				sum.Add(c, day)
			}
			continue
		}
		cost, err := s.fuelUntil(x, day, end, month[day])
		if cost == nil || err != nil {
			return nil, err
		}
		sum.Add(*cost, day)
	}
	cents := sum.Cents()
	return &cents, nil
}

// fuelUntil returns what a fuel had cost on a day until an instant, from the slots of
// that day; nil when it is not known.
func (s *study) fuelUntil(f *supply, day energy.Day, end time.Time, all []energy.Slot) (*tariff.Cost, error) {
	contract, t, ok := s.contract(f, day)
	if !ok {
		return nil, nil //nolint:nilnil // nil is the answer: not known
	}
	slots := []energy.Slot{}
	at := map[energy.Register]int{}
	var totals []energy.Total
	for _, x := range all {
		if of, _ := tariff.FuelOf(x.Register); of != f.fuel {
			continue
		}
		i, known := at[x.Register]
		if !known {
			i, at[x.Register] = len(totals), len(totals)
			totals = append(totals, energy.Total{Register: x.Register, Day: day})
		}
		if !x.Start.Before(end) {
			continue
		}
		if left := end.Sub(x.Start); left < energy.SlotLength {
			x.Energy = x.Energy * left.Milliseconds() / energy.SlotLength.Milliseconds()
		}
		totals[i].Energy += x.Energy
		slots = append(slots, x)
	}
	if len(totals) == 0 {
		return nil, nil //nolint:nilnil // no half-hours of it
	}
	uses, err := s.divide(day, contract, t, totals, slots)
	if undivided(err) {
		return nil, nil //nolint:nilnil // not known either
	}
	if err != nil {
		return nil, err
	}
	cost, err := s.planner.book.Cost(contract, day, uses)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a day without a price is not known
	}
	return &cost, nil
}
