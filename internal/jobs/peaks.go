package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// apparent is what a home draws, over all phases.
const apparent = energy.Register("apparent_power/total")

// A draw is what the electricity meters of a family showed of the apparent power of a
// day.
type draw struct {
	most    int64 // thousandths of VA, in any register
	peaked  bool  // whether it is known
	above   int   // how often it rose above what is subscribed
	counted bool  // whether that is known
}

// peaksOf returns the highest apparent power of days, of those on which it was shown at
// least once in each hour.
func (s *study) peaksOf(ctx context.Context, days []energy.Day) (map[energy.Day]int64, error) {
	peaks := map[energy.Day]int64{}
	err := s.draw(ctx, days, func(d energy.Day, x draw) {
		if x.peaked {
			peaks[d] = x.most
		}
	})
	return peaks, err
}

// overloadsOf returns how often the apparent power rose above what is subscribed on
// each day of [from, to), of those of which that is known.
func (s *study) overloadsOf(ctx context.Context, from, to energy.Day) (map[energy.Day]int, error) {
	var days []energy.Day
	for d := from; d.Before(to); d = d.Add(1) {
		days = append(days, d)
	}
	above := map[energy.Day]int{}
	err := s.draw(ctx, days, func(d energy.Day, x draw) {
		if x.counted {
			above[d] = x.above
		}
	})
	return above, err
}

// draw tells the draws of days, those that are not known yet from readings: none where no
// meter shows apparent power.
func (s *study) draw(ctx context.Context, days []energy.Day, tell func(energy.Day, draw)) error {
	for _, d := range days {
		x, ok := s.draws[d]
		if !ok {
			meters, err := s.drawing(ctx)
			if err != nil || len(meters) == 0 {
				return err
			}
			if x, err = s.drawn(ctx, meters, d); err != nil {
				return err
			}
			s.draws[d] = x
		}
		tell(d, x)
	}
	return nil
}

// drewBefore takes over the draws that the last pass found out and that nothing changed.
func (s *study) drewBefore() {
	if s.draws != nil {
		return
	}
	s.draws = map[energy.Day]draw{}
	for d, x := range s.before.draws {
		if !s.dirty[d] && !s.dirty[d.Add(-1)] { // what went on at midnight counts there
			s.draws[d] = x
		}
	}
}

// drawing returns the electricity meters that a family has or had and that ever showed
// apparent power.
func (s *study) drawing(ctx context.Context) (all []household.Attachment, err error) {
	for _, a := range s.home.Attachments {
		if a.Role != household.Electricity {
			continue
		}
		registers, err := s.planner.store.Registers(ctx, a.Meter)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(registers, func(r energy.Register) bool { return r.Quantity() == energy.ApparentPower }) {
			all = append(all, a)
		}
	}
	return all, nil
}

// drawn finds out the draw of a day.
func (s *study) drawn(ctx context.Context, meters []household.Attachment, d energy.Day) (draw, error) {
	x := draw{counted: true}
	begin, end := d.Start(s.home.Zone), d.End(s.home.Zone)
	apart := indicators.OverloadApart(d)
	left := end.Sub(begin) // of the day, that no meter was there for
	for _, a := range meters {
		from, to := later(begin, a.From), earlier(end, a.To)
		if !from.Before(to) {
			continue
		}
		left -= to.Sub(from)
		rs, err := s.planner.series.Read(ctx, a.Meter, later(from.Add(-apart), a.From), to)
		if err != nil {
			return x, err
		}
		if most, ok := highest(rs, from, to); ok {
			x.most, x.peaked = max(x.most, most), true
		}
		total := slices.DeleteFunc(rs, func(r energy.Reading) bool { return r.Register != apparent })
		kva := s.contractPower(a.Meter, d)
		above, ok := indicators.OverloadsOf(total, from, to, int64(kva)*1_000_000, apart)
		x.above, x.counted = x.above+above, x.counted && ok && kva > 0
	}
	x.counted = x.counted && left <= 0
	return x, nil
}

// contractPower returns the power, in kVA, of the contract that a meter is under on a day; 0
// where it is not known.
func (s *study) contractPower(meter energy.MeterID, d energy.Day) int {
	of := slices.DeleteFunc(slices.Clone(s.planner.book.Of(s.home.Contracts, tariff.Electricity)), func(c household.Contract) bool {
		return c.Meter != "" && c.Meter != meter
	})
	c, err := tariff.InForce(of, d)
	if err != nil {
		return 0
	}
	return c.PowerKVA
}

// highest returns the highest apparent power among the readings of [from, to); false
// where they say nothing of an hour.
func highest(rs []energy.Reading, from, to time.Time) (most int64, ok bool) {
	last := from
	for _, r := range rs {
		if r.Register.Quantity() != energy.ApparentPower || r.At.Before(from) {
			continue
		}
		if r.At.Sub(last) > time.Hour {
			return 0, false
		}
		most, last, ok = max(most, r.Value), r.At, true
	}
	return most, ok && to.Sub(last) <= time.Hour
}

// recentDraws is how many days before today the draws of are remembered, for all that
// indicators read back.
const recentDraws = 16

// drewLately returns the draws of the last days, as the next pass may use them again.
func (s *study) drewLately() map[energy.Day]draw {
	draws := map[energy.Day]draw{}
	for d, x := range s.draws {
		if d.Before(s.today) && !d.Before(s.today.Add(-recentDraws)) {
			draws[d] = x
		}
	}
	return draws
}
