package jobs

import (
	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A memory is what is known of a family before a pass looks at it. But for the look it
// only saves work: without it more is read, and what is computed is the same.
type memory struct {
	household.Look // the one that is kept
	lessons        lessons
	recent
}

// recent is what the meters of a family showed on the last days before today.
type recent struct {
	loads map[energy.Day]indicators.Load
	draws map[energy.Day]draw // some 1 kB; none without a meter that shows apparent power
}

// mostRecent is of how many families that is remembered, at some 15 kB each, so that memory
// does not grow with the families. That of others is read again.
const mostRecent = 1000

// recall returns what is known of a family with a look.
func (p *Planner) recall(family household.FamilyID, look household.Look) memory {
	p.mu.Lock()
	defer p.mu.Unlock()
	return memory{look, p.taught[family].lessons(), p.recent[family]}
}

// remember keeps what the next pass may rely on, once all of this one is kept.
func (p *Planner) remember(s *study) {
	p.mu.Lock()
	defer p.mu.Unlock()
	family := s.home.Family
	delete(p.taught, family)
	if len(s.lessons.own) > 0 {
		p.taught[family] = s.lessons.taught()
	}
	if _, has := p.recent[family]; has || len(p.recent) < mostRecent {
		p.recent[family] = recent{s.recent(), s.drewLately()}
	}
}

// forget has the next pass rely on nothing but what is kept.
func (p *Planner) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.taught)
	clear(p.recent)
	p.counted = ""
}

// forgetCohorts has the next pass compare homes again where they have to be.
func (p *Planner) forgetCohorts() {
	p.one.Lock()
	defer p.one.Unlock()
	p.counted = ""
}

// look returns what holds once all of this pass is kept.
func (s *study) look() household.Look {
	return household.Look{Methods: s.methods, Today: s.today, First: s.first, Last: s.last, Indoor: s.firstIndoor}
}

// trusted reports whether what the last look found still holds for periods that nothing
// changed in since.
func (s *study) trusted() bool {
	b := s.before
	return b.Methods == s.methods && b.First == s.first && b.Indoor == s.firstIndoor && !s.today.Before(b.Today)
}

// settled reports whether every period was looked at today and none came or went
// since.
func (s *study) settled() bool {
	return s.trusted() && s.before.Today == s.today && s.before.Last == s.last
}

// over reports whether the last look found a period over, with all that it reads.
func (s *study) over(span indicators.Span, p period) bool {
	if !s.trusted() || s.before.Today.Before(p.to) {
		return false
	}
	// A bill reaches to the last day that is known.
	return span != indicators.Monthly || !s.before.Last.Add(1).Before(p.to)
}
