package tariff

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Use is the energy of one period of a tariff on one local day.
type Use struct {
	Day       energy.Day
	Period    string
	Energy    int64 // thousandths of Wh
	Estimated bool
}

// A Meaning says in which period of a tariff a register counts: "hp", "hc".
type Meaning map[energy.Register]string

// Learn finds out what numbered registers mean from when they move: their order
// differs from meter to meter, so that EASF01 is off-peak in one home and peak in
// the next. A register counts in the period whose half-hours it moves most in; one
// that moves as much in another means nothing yet. Half-hours that lie in two
// periods, and those of days whose colour is not known, say nothing. Slots are
// those of one bill.
func (b *Book) Learn(c household.Contract, zone *time.Location, slots []energy.Slot) (Meaning, error) {
	k, err := b.clock(c, zone)
	if err != nil {
		return nil, err
	}
	moved := map[energy.Register][]int64{}
	of := make([]int64, len(k.tariff.Periods))
	for _, s := range slots {
		if !numbered(s.Register) || s.Energy == 0 {
			continue
		}
		clear(of)
		if k.minutes(of, s.Start) != nil {
			continue
		}
		i := slices.Index(of, int64(energy.SlotLength/time.Minute))
		if i < 0 {
			continue
		}
		if moved[s.Register] == nil {
			moved[s.Register] = make([]int64, len(of))
		}
		moved[s.Register][i] += s.Energy
	}
	meaning := Meaning{}
	for r, by := range moved {
		i := slices.Index(by, slices.Max(by))
		if !slices.Contains(by[i+1:], by[i]) {
			meaning[r] = k.tariff.Periods[i]
		}
	}
	return meaning, nil
}

// numbered reports whether r is a tariff register known by number alone.
func numbered(r energy.Register) bool {
	name := r.Name()
	return len(name) > 1 && strings.ContainsRune("ftd", rune(name[0])) && name[1] >= '0' && name[1] <= '9'
}

// NeedsSlots reports whether the half-hours of a register are needed to know its
// periods: the tariff has several, and the register's name is none of them.
func (t *Tariff) NeedsSlots(r energy.Register) bool {
	return len(t.Periods) > 1 && !slices.Contains(t.Periods, r.Name())
}

// Learns reports whether the half-hours of a contract's registers can say what
// these mean: it is known when each of several periods applies.
func (t *Tariff) Learns(c household.Contract) bool {
	return len(t.Periods) > 1 && (c.OffPeak != "" || !slices.ContainsFunc(t.zones(), func(z Zone) bool { return z.Meter }))
}

// Uses divides what registers showed on one local day over the periods of a
// contract's tariff. Registers of other quantities than it bills are left out.
//
// A register that is a period, by name or by meaning, counts there as a whole.
// The energy of any other is divided by its half-hours of that day; where they do
// not add up to it, by the hours of the clock, and that is an estimate. Volumes of
// gas become energy by the calorific value of the day. The error wraps
// [ErrUnknown], [ErrNoHours], [ErrNoColour], [ErrNoPeriod] or [ErrNoCalorific].
func (b *Book) Uses(c household.Contract, zone *time.Location, totals []energy.Total, slots []energy.Slot, meaning Meaning) ([]Use, error) {
	k, err := b.clock(c, zone)
	if err != nil {
		return nil, err
	}
	t := k.tariff
	var out []Use
	for _, total := range billed(t.Fuel, totals) {
		estimated := total.Coverage.Estimated || total.Coverage.Provision
		period := total.Register.Name()
		if m, ok := meaning[total.Register]; ok {
			period = m
		}
		if len(t.Periods) == 1 {
			period = t.Periods[0]
		}
		n, parts := len(out), make([]int64, len(t.Periods))
		if slices.Contains(t.Periods, period) {
			out = append(out, Use{total.Day, period, total.Energy, estimated})
		} else {
			guess, err := k.divide(parts, total, slots)
			if err != nil {
				return nil, err
			}
			for i, part := range parts {
				out = append(out, Use{total.Day, t.Periods[i], part, estimated || guess})
			}
		}
		if total.Register.Quantity() == energy.GasVolume {
			if err := b.heat(t, out[n:]); err != nil {
				return nil, err
			}
		}
	}
	return merge(out), nil
}

// heat turns the volumes of uses into energy: thousandths of a litre are as many
// thousandths of Wh as a cubic metre holds kWh.
func (b *Book) heat(t *Tariff, uses []Use) error {
	c := b.calorific[t.Calorific]
	if c == nil {
		c = &Calorific{ID: t.ID}
	}
	for i := range uses {
		perM3, err := c.At(uses[i].Day)
		if err != nil {
			return err
		}
		uses[i].Energy = decimal.NewFromInt(uses[i].Energy).Mul(perM3).Round(0).IntPart()
	}
	return nil
}

// divide adds to parts what of a total was used in each period, and reports
// whether that is a guess.
func (k clock) divide(parts []int64, total energy.Total, slots []energy.Slot) (guess bool, err error) {
	if total.Energy == 0 {
		return false, nil
	}
	var sum int64
	for _, s := range slots {
		if s.Register == total.Register {
			sum += s.Energy
		}
	}
	of := make([]int64, len(parts))
	if sum == total.Energy {
		for _, s := range slots {
			if s.Register != total.Register || s.Energy == 0 {
				continue
			}
			clear(of)
			if err := k.minutes(of, s.Start); err != nil {
				return false, err
			}
			guess = share(parts, s.Energy, of) || guess
		}
		return guess, nil
	}
	for _, start := range total.Day.Slots(k.zone) {
		if err := k.minutes(of, start); err != nil {
			return false, err
		}
	}
	return share(parts, total.Energy, of), nil
}

// share adds an amount to parts in proportion to minutes, each rounded but the
// first, which gets the rest, and reports whether there was anything to divide.
func share(parts []int64, amount int64, minutes []int64) (divided bool) {
	var all int64
	for _, n := range minutes {
		all += n
	}
	left := amount
	for i := len(parts) - 1; i > 0 && all > 0; i-- {
		part := min((amount*minutes[i]+all/2)/all, left)
		parts[i] += part
		left -= part
		divided = divided || minutes[i] > 0 && minutes[i] < all
	}
	parts[0] += left
	return divided
}

// merge adds up the uses of one day and period and sorts them.
func merge(uses []Use) []Use {
	slices.SortStableFunc(uses, func(a, b Use) int { return cmp.Or(a.Day.Sub(b.Day), cmp.Compare(a.Period, b.Period)) })
	var out []Use
	for _, u := range uses {
		if n := len(out); n > 0 && out[n-1].Day == u.Day && out[n-1].Period == u.Period {
			out[n-1].Energy += u.Energy
			out[n-1].Estimated = out[n-1].Estimated || u.Estimated
			continue
		}
		out = append(out, u)
	}
	return out
}
