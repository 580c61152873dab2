package ingest

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"foyer/ingest/decoder"
)

// maxFacts bounds what one gateway can have remembered.
const maxFacts = 4096

// maxFact bounds a key and its value together, in bytes.
const maxFact = 8 << 10

// A site is what Handle knows of one gateway. It is the decoder's context.
type site struct {
	zone atomic.Pointer[time.Location] // of its meters, as last looked up; nil before

	senders senders

	// In which pass of [Handler.Follow] a message last waited in vain for a fact; 0 for never.
	vain atomic.Int64

	mu     sync.RWMutex
	facts  map[string]string
	absent map[string]bool // keys that were waited for in vain, since facts changed last
}

// Recall returns the value of the last fact of that key.
func (s *site) Recall(key string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.facts[key]
	return v, ok
}

// fresh returns those of facts that change something, nil for none, and how many
// there is no room for. What past messages teach stands behind what is known.
func (s *site) fresh(facts []decoder.Fact, past bool) (news map[string]string, refused int) {
	if len(facts) == 0 {
		return nil, 0
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	room := maxFacts - len(s.facts)
	for _, f := range facts {
		old, known := s.facts[f.Key]
		switch {
		case known && (past || old == f.Value), !known && f.Value == "":
		case len(f.Key)+len(f.Value) > maxFact, !known && room <= 0:
			refused++
		default:
			if !known {
				room--
			}
			if news == nil {
				news = map[string]string{}
			}
			news[f.Key] = f.Value
		}
	}
	return news, refused
}

// keep takes facts in.
func (s *site) keep(facts map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.facts == nil {
		s.facts = map[string]string{}
	}
	s.absent = nil
	for key, value := range facts {
		if value == "" {
			delete(s.facts, key)
			continue
		}
		s.facts[key] = value
	}
}

// replace takes facts for all there are.
func (s *site) replace(facts map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts, s.absent = facts, nil
}

// givenUp reports whether a key was waited for in vain.
func (s *site) givenUp(key string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.absent[key]
}

// giveUp notes keys that were waited for in vain, as far as there is room.
func (s *site) giveUp(keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if len(s.absent) >= maxFacts {
			return
		}
		if s.absent == nil {
			s.absent = map[string]bool{}
		}
		s.absent[key] = true
	}
}

// sites holds a site for each gateway. Its zero value holds none.
type sites struct{ all sync.Map }

func (s *sites) of(gateway string) *site {
	if got, ok := s.all.Load(gateway); ok {
		return got.(*site)
	}
	// The name is cut out of a message, and would keep all of it in memory.
	got, _ := s.all.LoadOrStore(strings.Clone(gateway), &site{})
	return got.(*site)
}
