package jobs

import (
	"context"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A memory is what the last pass found out about a family. It only saves work: without
// it more is read, and what is computed is the same.
type memory struct {
	household.Look // the one that is kept
	lessons        lessons
	loads          map[energy.Day]indicators.Load // of the last days before today
	draws          map[energy.Day]draw            // likewise, some 1 kB; none without a meter that shows apparent power
}

// recall returns what the last pass found out about a family; false when that is not
// known.
func (p *Planner) recall(family household.FamilyID) (memory, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.known[family]
	return m, ok
}

// mostLoads is how many families the loads of are remembered, at some 15 kB each, so
// that memory does not grow with the families. Those of others are read again.
const mostLoads = 1000

func (p *Planner) remember(family household.FamilyID, m memory) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[family].loads != nil {
		p.loaded--
	}
	if p.loaded >= mostLoads {
		m.loads = nil
	}
	if m.loads != nil {
		p.loaded++
	}
	p.known[family] = m
}

// forget has the next pass rely on nothing but what is kept.
func (p *Planner) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.known)
	p.loaded = 0
	p.counted = ""
}

// forgetCohorts has the next pass compare homes again where they have to be.
func (p *Planner) forgetCohorts() {
	p.one.Lock()
	defer p.one.Unlock()
	p.counted = ""
}

// recollect adds the looks that are kept of families of which nothing is known.
func (p *Planner) recollect(ctx context.Context, homes []household.Home) error {
	missing := false
	for i := range homes {
		_, ok := p.recall(homes[i].Family)
		missing = missing || !ok
	}
	if !missing {
		return nil
	}
	looks, err := p.store.Looks(ctx)
	if err != nil {
		return err
	}
	for i := range homes {
		if _, ok := p.recall(homes[i].Family); !ok {
			p.remember(homes[i].Family, memory{Look: looks[homes[i].Family]})
		}
	}
	return nil
}

// look returns what holds once all of this pass is kept.
func (s *study) look() household.Look {
	return household.Look{Methods: s.methods, Today: s.today, First: s.first, Last: s.last, Indoor: s.firstIndoor}
}

// memory returns what the next pass may rely on once all of this one is kept.
func (s *study) memory() memory { return memory{s.look(), s.lessons, s.recent(), s.drewLately()} }

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
