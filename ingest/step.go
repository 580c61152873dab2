package ingest

import (
	"sync"

	"foyer/internal/energy"
)

// usualStep is what most counters show: 1 Wh, 1 litre, 1 pulse.
const usualStep = unit

// steps remembers by how much a cumulative register's display moves, where that is
// not [usualStep]. Its zero value remembers nothing. After a restart each register
// teaches its step again with its next message.
type steps struct {
	mu   sync.RWMutex
	step map[registerKey]int64
}

// learn remembers a register's step.
func (s *steps) learn(r energy.Reading, step int64) {
	if step < 1 || !r.Register.Quantity().Cumulative() {
		return
	}
	k := registerKey{r.Meter, r.Register}
	s.mu.RLock()
	known, ok := s.step[k]
	s.mu.RUnlock()
	if ok && known >= step || !ok && step == usualStep {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.step == nil {
		s.step = map[registerKey]int64{}
	}
	s.step[k] = max(step, s.step[k])
}

// of returns a register's step in thousandths of its base unit.
func (s *steps) of(meter energy.MeterID, register energy.Register) int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if step, ok := s.step[registerKey{meter, register}]; ok {
		return step
	}
	return usualStep
}
