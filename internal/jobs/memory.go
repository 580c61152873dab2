package jobs

import (
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A memory is what the last pass found out about a family. It only saves work:
// without it everything that may have changed is looked at again.
type memory struct {
	today       energy.Day // on which every period was looked at
	first, last energy.Day // of which usage was known
	indoor      energy.Day // first of which an indoor temperature was
	lessons     lessons
}

// recall returns what the last pass found out about a family, the zero value
// when there was none.
func (p *Planner) recall(family household.FamilyID) memory {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[family]
}

func (p *Planner) remember(family household.FamilyID, m memory) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[family] = m
}

// forget has the next pass look at everything that may have changed.
func (p *Planner) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.known)
}

// memory returns what the next pass may rely on once all of this one is kept.
func (s *study) memory() memory { return memory{s.today, s.first, s.last, s.firstIndoor, s.lessons} }

// settled reports whether every period was looked at today and none came or went
// since.
func (s *study) settled() bool {
	b := s.before
	return b.today == s.today && b.first == s.first && b.last == s.last && b.indoor == s.firstIndoor
}
