package series

import (
	"fmt"
	"slices"
)

// Sets are few, and small, unless somebody makes registers up.
const (
	mostSets    = 1 << 14
	mostMembers = 64
)

// registerSets numbers sets of registers, so that thousands of meters of one kind share
// theirs. Set 0 is the empty one. It takes a few megabytes at most.
type registerSets struct {
	members [][]int32        // of each set, sorted
	numbers map[string]int32 // of sets, by their members
	wider   map[[2]int32]int32
}

func newRegisterSets() registerSets {
	return registerSets{[][]int32{nil}, map[string]int32{"[]": 0}, map[[2]int32]int32{}}
}

// has reports whether a set has a register.
func (s *registerSets) has(set, register int32) bool {
	_, ok := slices.BinarySearch(s.members[set], register)
	return ok
}

// full reports whether it is time to begin anew.
func (s *registerSets) full() bool { return len(s.members) >= mostSets }

// with returns the number of a set and one more register. A set that is as large as it
// may be begins again with that register alone.
func (s *registerSets) with(set, register int32) int32 {
	if len(s.members[set]) >= mostMembers {
		set = 0
	}
	number, ok := s.wider[[2]int32{set, register}]
	if ok {
		return number
	}
	at, _ := slices.BinarySearch(s.members[set], register)
	members := slices.Insert(slices.Clone(s.members[set]), at, register)
	text := fmt.Sprint(members)
	if number, ok = s.numbers[text]; !ok {
		number = int32(len(s.members)) //nolint:gosec // fewer than meters
		s.members, s.numbers[text] = append(s.members, members), number
	}
	s.wider[[2]int32{set, register}] = number
	return number
}
