package series

import "testing"

func TestSetsOfRegistersAreShared(t *testing.T) {
	s := newRegisterSets()
	one := s.with(s.with(s.with(0, 12), 3), 7)
	if other := s.with(s.with(s.with(0, 3), 7), 12); other != one {
		t.Errorf("the same registers make sets %d and %d", one, other)
	}
	for register, want := range map[int32]bool{3: true, 7: true, 12: true, 1: false, 37: false, 123: false} {
		if got := s.has(one, register); got != want {
			t.Errorf("set has register %d: %v", register, got)
		}
	}
	if s.has(0, 3) {
		t.Error("the empty set has a register")
	}
	if len(s.members) != 6 { // {}, {12}, {3,12}, {3,7,12}, {3}, {3,7}
		t.Errorf("%d sets, want 6", len(s.members))
	}
}

func TestSetsOfMadeUpRegistersStaySmall(t *testing.T) {
	s := newRegisterSets()
	var set int32
	for register := range int32(10_000) {
		set = s.with(set, register)
		if !s.has(set, register) {
			t.Fatalf("set %d lacks the register that it got", set)
		}
	}
	for i, members := range s.members {
		if len(members) > mostMembers {
			t.Fatalf("set %d has %d members", i, len(members))
		}
	}
	if s.full() {
		t.Error("full too early")
	}
	for register := int32(10_000); !s.full(); register++ {
		set = s.with(set, register)
	}
}
