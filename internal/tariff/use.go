package tariff

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
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
// the next. A register that moves more in off-peak half-hours than outside is
// off-peak. Slots are those of one bill.
func Learn(hours Hours, zone *time.Location, slots []energy.Slot) Meaning {
	balance := map[energy.Register]int64{}
	for _, s := range slots {
		if !numbered(s.Register) || s.Energy == 0 {
			continue
		}
		switch hours.Slot(s.Start, zone) {
		case int(energy.SlotLength / time.Minute):
			balance[s.Register] += s.Energy
		case 0:
			balance[s.Register] -= s.Energy
		}
	}
	meaning := Meaning{}
	for r, b := range balance {
		switch {
		case b > 0:
			meaning[r] = OffPeak
		case b < 0:
			meaning[r] = Peak
		}
	}
	return meaning
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

// Uses divides what registers showed on one local day over the tariff's periods.
//
// A register that is a period, by name or by meaning, counts there as a whole.
// The energy of any other is divided by its half-hours of that day; where they do
// not add up to it, by the hours of the clock, and that is an estimate.
func (t *Tariff) Uses(totals []energy.Total, slots []energy.Slot, meaning Meaning, hours Hours, zone *time.Location) []Use {
	var out []Use
	for _, total := range totals {
		estimated := total.Coverage.Estimated || total.Coverage.Provision
		period := total.Register.Name()
		if m, ok := meaning[total.Register]; ok {
			period = m
		}
		switch {
		case len(t.Periods) == 1:
			out = append(out, Use{total.Day, t.Periods[0], total.Energy, estimated})
		case slices.Contains(t.Periods, period):
			out = append(out, Use{total.Day, period, total.Energy, estimated})
		default:
			off, guess := offPeak(total, slots, hours, zone)
			out = append(out,
				Use{total.Day, Peak, total.Energy - off, estimated || guess},
				Use{total.Day, OffPeak, off, estimated || guess})
		}
	}
	return merge(out)
}

// offPeak returns the part of a total that was used in off-peak hours, and
// whether that is a guess.
func offPeak(total energy.Total, slots []energy.Slot, hours Hours, zone *time.Location) (int64, bool) {
	const length = int64(energy.SlotLength / time.Minute)
	var sum, off int64
	cut := false
	for _, s := range slots {
		if s.Register != total.Register {
			continue
		}
		n := int64(hours.Slot(s.Start, zone))
		sum += s.Energy
		off += (s.Energy*n + length/2) / length
		cut = cut || n > 0 && n < length
	}
	if sum == total.Energy && sum > 0 {
		return off, cut
	}
	if total.Energy == 0 {
		return 0, false
	}
	day, n := int64(0), int64(0)
	for _, start := range total.Day.Slots(zone) {
		day, n = day+length, n+int64(hours.Slot(start, zone))
	}
	return (total.Energy*n + day/2) / day, !hours.None()
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
