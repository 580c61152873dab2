package tariff

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Case is contracts for one fuel and what their meters counted, to be priced.
type Case struct {
	Zone      *time.Location
	From, To  energy.Day // To is not included
	Contracts []household.Contract
	Totals    []energy.Total    // of single days
	Slots     []energy.Slot     // half-hours; their days are their sums
	Spans     []energy.Interval // totals of several days
	Aids      []Aid
	Paid      []Payment
}

// A key is one register on one day.
type key struct {
	day      energy.Day
	register energy.Register
}

// Price returns the statement of a case, of which [Case.Check] has nothing to say. The errors are those of [Book.Bill],
// [Book.Uses] and [Book.Learn]; they name the day.
//
// A total of several days is spread over them evenly. That is an estimate where a
// price, a tax or a contract changes in between, or where the tariff has several
// periods and the register is none of them.
func (b *Book) Price(c Case) (Statement, error) {
	totals, err := b.totals(c)
	if err != nil {
		return Statement{}, err
	}
	byDay := map[energy.Day][]energy.Total{}
	for _, t := range totals {
		byDay[t.Day] = append(byDay[t.Day], t)
	}
	meanings, err := b.learn(c)
	if err != nil {
		return Statement{}, err
	}
	var uses []Use
	var outside []energy.Day
	for d := c.From; d.Before(c.To); d = d.Add(1) {
		if len(byDay[d]) == 0 {
			continue
		}
		contract, err := InForce(c.Contracts, d)
		if err != nil {
			if slices.ContainsFunc(byDay[d], func(t energy.Total) bool { return t.Energy != 0 }) {
				outside = append(outside, d)
			}
			continue
		}
		var slots []energy.Slot
		for _, s := range c.Slots {
			if energy.DayOf(s.Start, c.Zone) == d {
				slots = append(slots, s)
			}
		}
		of, err := b.Uses(contract, c.Zone, byDay[d], slots, meanings[contract])
		if err != nil {
			return Statement{}, fmt.Errorf("%s: %w", d, err)
		}
		uses = append(uses, of...)
	}
	lines, err := b.Bill(c.Contracts, c.From, c.To, uses)
	if err != nil {
		return Statement{}, err
	}
	s := Settle(lines, c.Aids, c.Paid, c.From, c.To)
	s.Outside = outside
	return s, nil
}

// learn finds out what numbered registers mean under each contract.
func (b *Book) learn(c Case) (map[household.Contract]Meaning, error) {
	meanings := map[household.Contract]Meaning{}
	for _, contract := range c.Contracts {
		t, err := b.Tariff(contract.Tariff)
		if err != nil {
			return nil, err
		}
		if !t.Learns(contract) {
			continue
		}
		var slots []energy.Slot
		for _, s := range c.Slots {
			if now, err := InForce(c.Contracts, energy.DayOf(s.Start, c.Zone)); err == nil && now == contract {
				slots = append(slots, s)
			}
		}
		if meanings[contract], err = b.Learn(contract, c.Zone, slots); err != nil {
			return nil, err
		}
	}
	return meanings, nil
}

// totals returns the energy of each register and day.
func (b *Book) totals(c Case) ([]energy.Total, error) {
	sums := map[key]*energy.Total{}
	add := func(t energy.Total) {
		k := key{t.Day, t.Register}
		if sums[k] == nil {
			sums[k] = &energy.Total{Register: t.Register, Day: t.Day}
		}
		sums[k].Energy += t.Energy
		sums[k].Coverage.Estimated = sums[k].Coverage.Estimated || t.Coverage.Estimated
	}
	for _, t := range c.Totals {
		add(t)
	}
	for _, s := range c.Slots {
		add(energy.Total{Register: s.Register, Day: energy.DayOf(s.Start, c.Zone), Energy: s.Energy, Coverage: s.Coverage})
	}
	for _, iv := range c.Spans {
		guess, err := b.guesses(c, iv)
		if err != nil {
			return nil, err
		}
		for _, t := range energy.Totals([]energy.Interval{iv}, c.Zone) {
			t.Coverage.Estimated = guess || iv.Estimated
			add(t)
		}
	}
	out := make([]energy.Total, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b energy.Total) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Register, b.Register)) })
	return out, nil
}

// guesses reports whether spreading a total over its days is a guess.
func (b *Book) guesses(c Case, iv energy.Interval) (bool, error) {
	first, end := energy.DayOf(iv.From, c.Zone), energy.DayOf(iv.To.Add(-1), c.Zone).Add(1)
	if first.Before(c.From) || c.To.Before(end) {
		return true, nil // a part of it is of another bill
	}
	before, err := b.inForce(c.Contracts, first)
	if err != nil {
		return false, err
	}
	if before.tariff.NeedsSlots(iv.Register) {
		return true, nil
	}
	for d := first.Add(1); d.Before(end); d = d.Add(1) {
		if iv.Register.Quantity() == energy.GasVolume && !b.burnsAlike(before.tariff, first, d) {
			return true, nil
		}
		if now, err := b.inForce(c.Contracts, d); err != nil || !now.same(before) || now.kva != before.kva {
			return true, nil //nolint:nilerr // no contract any more: the total is divided
		}
	}
	return false, nil
}

// burnsAlike reports whether a cubic metre held as much on two days.
func (b *Book) burnsAlike(t *Tariff, d, e energy.Day) bool {
	c := b.calorific[t.Calorific]
	if c == nil {
		return true
	}
	x, err1 := c.At(d)
	y, err2 := c.At(e)
	return err1 == nil && err2 == nil && x.Equal(y)
}

func (b *Book) inForce(contracts []household.Contract, d energy.Day) (pricing, error) {
	c, err := InForce(contracts, d)
	if err != nil {
		return pricing{}, err
	}
	return b.price(c, d)
}

// Check reports what a case lacks before it is priced.
func (c Case) Check(b *Book) error {
	if !c.From.Before(c.To) {
		return fmt.Errorf("from %s to %s: want to after from", c.From, c.To)
	}
	if len(c.Contracts) == 0 {
		return errors.New("contracts: is empty")
	}
	fuels := map[Fuel]bool{}
	for i, contract := range c.Contracts {
		t, err := b.Tariff(contract.Tariff)
		if err != nil {
			return fmt.Errorf("contracts[%d].tariff: %w; known are %v", i, err, b.IDs())
		}
		if _, err := ParseHours(contract.OffPeak); err != nil {
			return fmt.Errorf("contracts[%d].off_peak: %w", i, err)
		}
		fuels[t.Fuel] = true
	}
	if len(fuels) > 1 {
		return errors.New("contracts: want those of one fuel; price each fuel by itself")
	}
	return c.apart()
}

// apart refuses two contracts for one day of the bill: which of them it was would be a guess.
func (c Case) apart() error {
	for i, a := range c.Contracts {
		for j, b := range c.Contracts[:i] {
			first := slices.MaxFunc([]energy.Day{a.From, b.From, c.From}, energy.Day.Compare)
			if first.Before(c.To) && covers(a, first) && covers(b, first) {
				return fmt.Errorf("contracts[%d]: on %s contracts[%d] is in force too: let one end (to) on the day the other begins (from)", i, first, j)
			}
		}
	}
	return nil
}
