package tariff

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A caseReader turns a file into a case and collects what is wrong with it.
type caseReader struct {
	out       Case
	fuel      Fuel
	seen      map[string]bool
	stretches []stretch
	faults    []error
}

func (r *caseReader) fault(field, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...)))
}

func (r *caseReader) day(field, text string) energy.Day {
	d, err := energy.ParseDay(text)
	if err != nil {
		r.fault(field, "%q: want a day like 2026-02-01", text)
	}
	return d
}

func (b *Book) check(f fileCase) (Case, error) {
	r := caseReader{seen: map[string]bool{}, fuel: Electricity}
	if f.Zone == "" {
		f.Zone = "Europe/Paris"
	}
	var err error
	if r.out.Zone, err = time.LoadLocation(f.Zone); err != nil {
		r.fault("zone", "%q: want a zone like Europe/Paris", f.Zone)
		r.out.Zone = time.UTC
	}
	for i, c := range f.Contracts {
		if t, err := b.Tariff(c.Tariff); err == nil {
			r.fuel = t.Fuel
		}
		r.contract(fmt.Sprintf("contracts[%d]", i), c)
	}
	for i, u := range f.Usage {
		r.use(fmt.Sprintf("usage[%d]", i), u)
	}
	r.doubled()
	r.overlapping()
	r.twice()
	r.period(f)
	for i, a := range f.Aids {
		r.aid(fmt.Sprintf("aids[%d]", i), a)
	}
	for i, p := range f.Paid {
		field := fmt.Sprintf("instalments[%d]", i)
		r.out.Paid = append(r.out.Paid, Payment{r.day(field+".day", p.Day), r.cents(field+".eur", p.EUR)})
	}
	if err := errors.Join(r.faults...); err != nil {
		return Case{}, err
	}
	return r.out, r.out.Check(b)
}

// doubled refuses a day that is given by half-hours and as a whole.
func (r *caseReader) doubled() {
	slots := map[key]bool{}
	for _, s := range r.out.Slots {
		slots[key{energy.DayOf(s.Start, r.out.Zone), s.Register}] = true
	}
	for _, t := range r.out.Totals {
		if slots[key{t.Day, t.Register}] {
			r.fault("usage", "%s: %s stands by half-hours and as a whole", t.Day, t.Register)
		}
	}
}

// period takes the days of the bill, those of the usage where they are not said.
func (r *caseReader) period(f fileCase) {
	var first, last energy.Day
	some := false
	see := func(from, to energy.Day) {
		if !some || from.Before(first) {
			first = from
		}
		if !some || last.Before(to) {
			last = to
		}
		some = true
	}
	for _, t := range r.out.Totals {
		see(t.Day, t.Day.Add(1))
	}
	for _, s := range r.out.Slots {
		d := energy.DayOf(s.Start, r.out.Zone)
		see(d, d.Add(1))
	}
	for _, iv := range r.out.Spans {
		see(energy.DayOf(iv.From, r.out.Zone), energy.DayOf(iv.To, r.out.Zone))
	}
	if r.out.From, r.out.To = first, last; f.From != "" {
		r.out.From = r.day("from", f.From)
	}
	if f.To != "" {
		r.out.To = r.day("to", f.To)
	}
	if !some && (f.From == "" || f.To == "") {
		r.fault("from", "is missing, and so is usage that could say it")
	}
}

func (r *caseReader) contract(field string, f fileContract) {
	c := household.Contract{Tariff: f.Tariff, PowerKVA: f.PowerKVA, OffPeak: f.OffPeak, From: energy.Day{Year: 1, Month: 1, Date: 1}}
	if f.From != "" {
		c.From = r.day(field+".from", f.From)
	}
	if f.To != "" {
		if c.To = r.day(field+".to", f.To); !c.From.Before(c.To) {
			r.fault(field+".to", "%q: want a day after from", f.To)
		}
	}
	if f.PowerKVA < 0 {
		r.fault(field+".power_kva", "%d: want the subscribed power, 6", f.PowerKVA)
	}
	r.out.Contracts = append(r.out.Contracts, c)
}

func (r *caseReader) cents(field string, eur figure) int64 {
	if eur == "" {
		r.fault(field, "is missing")
		return 0
	}
	d, ok := eur.number()
	if c := d.Shift(2); ok && c.IsInteger() && c.IsPositive() {
		return c.IntPart()
	}
	r.fault(field, "%s: want an amount above 0 with at most two decimals, 48.50", eur.short())
	return 0
}

func (r *caseReader) aid(field string, f fileAid) {
	if !slices.Contains([]AidKind{Voucher, Discount, Grant}, f.Kind) {
		r.fault(field+".kind", "%q: want voucher, discount or grant", f.Kind)
	}
	r.out.Aids = append(r.out.Aids, Aid{r.day(field+".day", f.Day), f.Kind, r.cents(field+".eur", f.EUR), f.Source})
}

// use adds what one register counted.
func (r *caseReader) use(field string, f fileUse) {
	register, amount := r.amount(field, f)
	coverage := energy.Coverage{Estimated: f.Estimated}
	once := strings.Join([]string{f.Start, f.Day, f.From, f.To, f.Meter, f.Register}, "|")
	if r.seen[once] {
		r.fault(field, "stands twice; name meters where two counted at one time")
	}
	r.seen[once] = true
	days := stretch{field: field, meter: f.Meter, register: register}
	switch {
	case f.Start != "" && f.Day == "" && f.From == "" && f.To == "":
		at, err := time.Parse(time.RFC3339, f.Start)
		if err != nil || !slices.ContainsFunc(energy.DayOf(at, r.out.Zone).Slots(r.out.Zone), at.Equal) {
			r.fault(field+".start", "%q: want the start of a half-hour with its offset, 2026-11-25T06:30:00+01:00", f.Start)
		}
		days.from = energy.DayOf(at, r.out.Zone)
		days.to = days.from.Add(1)
		r.out.Slots = append(r.out.Slots, energy.Slot{Register: register, Start: at.UTC(), Energy: amount, Coverage: coverage})
	case f.Day != "" && f.Start == "" && f.From == "" && f.To == "":
		days.from = r.day(field+".day", f.Day)
		days.to = days.from.Add(1)
		r.out.Totals = append(r.out.Totals, energy.Total{Register: register, Day: days.from, Energy: amount, Coverage: coverage})
	case f.From != "" && f.To != "" && f.Start == "" && f.Day == "":
		from, to := r.day(field+".from", f.From), r.day(field+".to", f.To)
		if !from.Before(to) {
			r.fault(field+".to", "%q: want a day after from", f.To)
		}
		days.from, days.to, days.span = from, to, true
		r.out.Spans = append(r.out.Spans, energy.Interval{
			Register: register, From: from.Start(r.out.Zone), To: to.Start(r.out.Zone), Energy: amount, Estimated: f.Estimated,
		})
	default:
		r.fault(field, "want either start, or day, or from and to")
	}
	r.stretches = append(r.stretches, days)
}

// amount returns a register of the fuel and what it counted, in thousandths of its base unit.
func (r *caseReader) amount(field string, f fileUse) (energy.Register, int64) {
	q, name, value := quantities[r.fuel][0], ".kwh", f.KWh
	switch {
	case f.KWh == "" && f.M3 == "":
		r.fault(field+".kwh", "is missing")
		return "", 0
	case f.KWh != "" && f.M3 != "":
		r.fault(field+".m3", "stands beside kwh: give one of them")
		return "", 0
	case f.M3 != "" && r.fuel != Gas:
		r.fault(field+".m3", "%s: the tariff is not one of gas", f.M3.short())
		return "", 0
	case f.M3 != "":
		q, name, value = energy.GasVolume, ".m3", f.M3
	}
	// kWh and m3 are both a thousand of their base unit: six decimals are exact.
	d, ok := value.number()
	n := d.Shift(6)
	if !ok || d.IsNegative() || !n.IsInteger() || !n.BigInt().IsInt64() {
		r.fault(field+name, "%s: want a number of at least 0, with at most six decimals", value.short())
		return "", 0
	}
	return energy.NewRegister(q, f.Register), n.IntPart()
}
