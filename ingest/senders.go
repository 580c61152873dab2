package ingest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"foyer/internal/energy"
)

// maxSenders bounds how many topics of one gateway are remembered.
const maxSenders = 4096

// senders remembers which meter last spoke on each topic of a gateway, so that a message
// nobody can read is still known for one of a meter whose messages nobody agreed to keep.
// Its zero value remembers none; what a restart forgets, the next readable message tells.
type senders struct {
	mu   sync.RWMutex
	last map[string]energy.MeterID // by the device's own topic
}

// heard notes the meter of a message.
func (s *senders) heard(own string, meter energy.MeterID) {
	if s.of(own) == meter {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]energy.MeterID{}
	}
	if _, known := s.last[own]; known || len(s.last) < maxSenders {
		s.last[strings.Clone(own)] = meter // own is cut out of a message, and would keep all of it in memory
	}
}

// of returns the meter that last spoke on a topic, "" when none is known.
func (s *senders) of(own string) energy.MeterID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last[own]
}

// unwanted reports whether a message that a person would have to look at is, as far as
// anybody can tell, one of a meter whose readings are dropped. Then nobody agreed that it
// is kept, and quarantine is no exception; it is counted as such readings are.
func (h *Handler) unwanted(ctx context.Context, m Message, own string, s *site, got harvest) (bool, error) {
	if got.gone || len(got.Observations) > 0 {
		return got.gone, nil
	}
	meter := s.senders.of(own)
	if meter == "" {
		return false, nil
	}
	state, _, err := h.Meters.State(ctx, meter)
	if err != nil {
		return false, fmt.Errorf("state of a meter: %w", err)
	}
	if state != Ignored && state != Stopped {
		return false, nil
	}
	var counts Counts
	counts.Case(Case{Meter: meter, At: m.At}, state.fate())
	if err := h.Spool.Tally(ctx, nil, counts.List()); err != nil {
		return false, fmt.Errorf("count a message: %w", err)
	}
	h.metrics.dropped[state.fate()].Inc()
	return true, nil
}
