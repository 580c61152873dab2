package energy

import "slices"

// lag is the energy by which two sets of registers that count the same differ at
// most by the time at which each is sent, in thousandths of the base unit. Where
// their displays have coarser steps, one step is.
const lag = 20_000

// switched returns the registers of the set at i, and with them those of another
// set that moved before the first one did or after it: the meter went from one set
// of registers to another when its offer changed. Two sets that count the same move
// together, or by the same in all.
func switched(sets []set, i int) [][]Slot {
	chosen := moved(sets[i].registers)
	for j, other := range sets {
		with := moved(other.registers)
		if j == i || !parted(chosen, with) {
			continue
		}
		return share(chosen, with)
	}
	return chosen
}

// parted reports whether one of two sets moved only once the other had stopped.
func parted(a, b [][]Slot) bool {
	firstA, lastA := motion(a)
	firstB, lastB := motion(b)
	if firstA < 0 || firstB < 0 {
		return false
	}
	if firstB < firstA {
		firstA, lastA, firstB, lastB = firstB, lastB, firstA, lastA
	}
	if firstA == firstB || lastA > firstB || lastA >= lastB {
		return false
	}
	difference, least := used(a)-used(b), max(lag, step(used(a), used(b)))
	return difference > least || difference < -least
}

// step returns the power of ten, up to 1 kWh, in which both amounts are whole.
func step(a, b int64) int64 {
	for s := int64(slack); s > 1; s /= 10 {
		if a%s == 0 && b%s == 0 {
			return s
		}
	}
	return 1
}

// motion returns the first and the last slot in which any register of a set moved,
// -1 when none did.
func motion(registers [][]Slot) (first, last int) {
	first, last = -1, -1
	for _, slots := range registers {
		for i, s := range slots {
			if s.Energy == 0 {
				continue
			}
			if first < 0 || i < first {
				first = i
			}
			last = max(last, i)
		}
	}
	return first, last
}

func used(registers [][]Slot) (sum int64) {
	for _, slots := range registers {
		for _, s := range slots {
			sum += s.Energy
		}
	}
	return sum
}

// share returns the registers of two sets, each with the coverage that both sets
// have together: while one counted, it is known that the other did not.
func share(a, b [][]Slot) [][]Slot {
	both := slices.Concat(a, b)
	for i := range both {
		both[i] = slices.Clone(both[i])
	}
	for at := range both[0] {
		one, movedOne := together(a, at)
		two, movedTwo := together(b, at)
		c := one.Add(two)
		c.Of, c.Seen = one.Of, max(one.Seen, two.Seen)
		if movedOne && movedTwo { // the half-hour of the change
			c.Seen = min(c.Of, one.Seen+two.Seen)
		}
		for _, slots := range both {
			slots[at].Coverage = c
		}
	}
	return both
}

// together returns what the registers of a set saw of one slot, and whether any moved.
func together(registers [][]Slot, at int) (c Coverage, moves bool) {
	c = registers[0][at].Coverage
	for _, slots := range registers {
		s := slots[at]
		c.Seen = min(c.Seen, s.Coverage.Seen)
		c.Estimated, c.Provision = c.Estimated || s.Coverage.Estimated, c.Provision || s.Coverage.Provision
		moves = moves || s.Energy != 0
	}
	return c, moves
}
