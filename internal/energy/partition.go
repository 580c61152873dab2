package energy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// partitions lists, preferred first, the sets of register names that each hold
// all of a meter's energy once. Two sets are the same energy twice: EASF and EASD
// of a Linky, its total, a Tasmota's own count. They are never added.
var partitions = []func(name string) bool{
	names("hc", "hp"),
	names("hcjb", "hpjb", "hcjw", "hpjw", "hcjr", "hpjr"),
	names("ejphn", "ejphpm"),
	numbered("f"),
	numbered("t"),
	names("base"),
	names("total"),
	names(""),
	numbered("l"),
	numbered("ch"),
	numbered("d"),
}

func names(of ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(of, name) }
}

// numbered matches a letter and a number: f01, t2, ch0.
func numbered(letter string) func(string) bool {
	return func(name string) bool {
		digits, ok := strings.CutPrefix(name, letter)
		_, err := strconv.ParseUint(digits, 10, 16)
		return ok && err == nil
	}
}

// SameTwice reports whether two registers of one meter count the same energy: they
// are of one quantity and of two partitions. A name that nobody knows is of none.
func SameTwice(a, b Register) bool {
	i, j := partitionOf(a), partitionOf(b)
	return a.Quantity() == b.Quantity() && i >= 0 && j >= 0 && i != j
}

// partitionOf returns which partition a register is of; -1 for none.
func partitionOf(r Register) int {
	return slices.IndexFunc(partitions, func(holds func(string) bool) bool { return holds(r.Name()) })
}

// Once returns, of the slots of each register of one quantity of one meter over
// one period, those of the registers that together are its energy once.
//
// Of the sets of registers that saw nearly as much of the period as the one that
// saw most, at least nine tenths, it takes the one that says most of the tariff. A
// set saw what its least seen register saw. Registers that stood still all the
// time are left out as long as another one moved.
//
// Where one set moved until another one began, the offer changed in between: both
// are taken, each for its part of the period.
func Once(registers [][]Slot) [][]Slot {
	registers = slices.DeleteFunc(slices.Clone(registers), func(slots []Slot) bool {
		return !slices.ContainsFunc(slots, Slot.Known)
	})
	sets, most := sort(registers)
	for i, s := range sets {
		if s.seen*10 >= most*9 {
			return switched(sets, i)
		}
	}
	return nil
}

// A set is the registers of one partition.
type set struct {
	registers [][]Slot
	seen      int64 // milliseconds
}

// sort returns the partitions present, preferred first, and the most one of them saw.
func sort(registers [][]Slot) ([]set, int64) {
	var sets []set
	var most int64
	add := func(in [][]Slot) {
		if len(in) == 0 {
			return
		}
		slices.SortFunc(in, func(a, b []Slot) int { return cmp.Compare(a[0].Register, b[0].Register) })
		seen := seenOf(in[0])
		for _, slots := range in[1:] {
			seen = min(seen, seenOf(slots))
		}
		sets, most = append(sets, set{in, seen}), max(most, seen)
	}
	for _, holds := range partitions {
		var in [][]Slot
		registers = slices.DeleteFunc(registers, func(slots []Slot) bool {
			if !holds(slots[0].Register.Name()) {
				return false
			}
			in = append(in, slots)
			return true
		})
		add(in)
	}
	slices.SortFunc(registers, func(a, b []Slot) int { return cmp.Compare(a[0].Register, b[0].Register) })
	for _, slots := range registers { // names nobody knows: each alone
		add([][]Slot{slots})
	}
	return sets, most
}

func seenOf(slots []Slot) (ms int64) {
	for _, s := range slots {
		ms += s.Coverage.Seen.Milliseconds()
	}
	return ms
}

// moved leaves out the registers without energy, but one if there is none with.
func moved(registers [][]Slot) [][]Slot {
	var with [][]Slot
	for _, slots := range registers {
		if slices.ContainsFunc(slots, func(s Slot) bool { return s.Energy != 0 }) {
			with = append(with, slots)
		}
	}
	if len(with) == 0 {
		return registers[:1]
	}
	return with
}
