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

// weight returns about how many bytes the facts of s take.
func (s *site) weight() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return weight(s.facts)
}

// weight returns about how many bytes facts take.
func weight(facts map[string]string) int64 {
	n := int64(0)
	for key, value := range facts {
		n += int64(len(key) + len(value) + factCost)
	}
	return n
}

// growth returns by how many bytes s grows when it keeps facts.
func (s *site) growth(facts map[string]string) int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := int64(0)
	for key, value := range facts {
		old, known := s.facts[key]
		if known {
			n -= int64(len(key) + len(old) + factCost)
		}
		if value != "" {
			n += int64(len(key) + len(value) + factCost)
		}
	}
	return n
}

const (
	// maxSites bounds how many gateways are remembered that taught nothing: the last
	// ones to speak, up to twice as many. Who sends may make up names, and what is
	// forgotten of such a gateway its next message tells again.
	maxSites = 4096
	// maxRemembered bounds what all gateways together can have remembered, in bytes.
	// What there is no room for is counted and not remembered.
	maxRemembered = 256 << 20
	// factCost and siteCost are about what a fact and a gateway take beside their
	// texts, in bytes.
	factCost = 64
	siteCost = 512
)

// sites holds a site for each gateway. Its zero value holds none.
type sites struct {
	mu     sync.RWMutex
	taught map[string]*site // that taught something
	recent map[string]*site // of the others, those that spoke since the last time there were maxSites
	before map[string]*site // and those that had spoken then

	remembered int64 // bytes; whoever remembers holds the recollection
}

// of returns the site of a gateway, which it may forget unless it is held.
func (s *sites) of(gateway string) *site {
	s.mu.RLock()
	got := s.taught[gateway]
	if got == nil {
		got = s.recent[gateway]
	}
	s.mu.RUnlock()
	if got != nil {
		return got
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range []map[string]*site{s.taught, s.recent, s.before} {
		if got = known[gateway]; got != nil {
			break
		}
	}
	if got == nil {
		got = &site{}
	} else if s.before[gateway] != got {
		return got // somebody else was faster
	}
	if len(s.recent) >= maxSites {
		s.before, s.recent = s.recent, nil
	}
	if s.recent == nil {
		s.recent = map[string]*site{}
	}
	// The name is cut out of a message, and would keep all of it in memory.
	s.recent[strings.Clone(gateway)] = got
	return got
}

// hold returns the site of a gateway that teaches, which is not forgotten from now on:
// got, unless another one is held.
func (s *sites) hold(gateway string, got *site) *site {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held := s.taught[gateway]; held != nil {
		return held
	}
	if s.taught == nil {
		s.taught = map[string]*site{}
	}
	s.taught[strings.Clone(gateway)] = got
	delete(s.recent, gateway)
	delete(s.before, gateway)
	s.remembered += siteCost
	return got
}
