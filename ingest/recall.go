package ingest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"foyer/ingest/decoder"
)

const (
	followEach = 500 * time.Millisecond // between two looks at what other ingesters have learnt
	followFor  = 5 * time.Second        // a look that takes longer is given up
	patience   = 6                      // looks that a message waits for
	vainFor    = 20                     // looks in which a gateway's messages do not wait again
)

// A recollection is how far a handler knows the memory that it shares with other
// ingesters.
type recollection struct {
	// Held while facts are remembered or read, so that what is read never undoes
	// what was learnt meanwhile.
	mu       sync.Mutex
	revision int64

	pass atomic.Int64 // of Follow, counted from 1; 0 while it does not run
	next atomic.Pointer[chan struct{}]
}

// follow begins a pass. The channel it returns was given to those who asked before.
func (r *recollection) follow() chan struct{} {
	fresh := make(chan struct{})
	r.pass.Add(1)
	if old := r.next.Swap(&fresh); old != nil {
		return *old
	}
	return make(chan struct{})
}

// recall takes in what gateways taught since the last call.
func (h *Handler) recall(ctx context.Context) error {
	h.recalled.mu.Lock()
	defer h.recalled.mu.Unlock()
	facts, revision, err := h.Memory.Facts(ctx, h.recalled.revision)
	if err != nil {
		return fmt.Errorf("recall what gateways taught: %w", err)
	}
	for gateway, known := range facts {
		s := h.sites.hold(gateway, h.sites.of(gateway))
		h.sites.remembered += weight(known) - s.weight()
		s.replace(known)
	}
	h.recalled.revision = revision
	return nil
}

// Follow takes in, twice a second until ctx ends, what other ingesters have learnt.
// Where they share the load it has to run: one of them gets a device's birth,
// another one what the device says after it.
func (h *Handler) Follow(ctx context.Context) error {
	ticker := time.NewTicker(followEach)
	defer ticker.Stop()
	failing := false
	for {
		done := h.recalled.follow()
		limited, cancel := context.WithTimeout(ctx, followFor)
		err := h.recall(limited)
		cancel()
		close(done)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			h.log.WarnContext(ctx, "cannot see what other ingesters learn, trying again", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// following reports whether there are other ingesters to hear from.
func (h *Handler) following() bool { return h.recalled.next.Load() != nil }

// await waits until a pass of Follow that begins from now on has ended, and
// reports whether it did.
func (h *Handler) await(ctx context.Context) bool {
	select {
	case <-*h.recalled.next.Load():
		return true
	case <-ctx.Done():
		return false
	}
}

// mayWait reports whether a gateway's messages wait for facts. After a wait in vain
// they do not for [vainFor] passes: nobody slows the others down by asking for what
// there is not.
func (h *Handler) mayWait(s *site) bool {
	vain := s.vain.Load()
	return vain == 0 || h.recalled.pass.Load()-vain >= vainFor
}

// learn remembers what a message taught.
func (h *Handler) learn(ctx context.Context, gateway string, s *site, facts []decoder.Fact, past bool) error {
	if news, excess := s.fresh(facts, past); news == nil {
		h.metrics.excess.Add(float64(excess))
		return nil
	}
	h.recalled.mu.Lock()
	defer h.recalled.mu.Unlock()
	s = h.sites.of(gateway)              // it may have been forgotten, or another message may have it held
	news, excess := s.fresh(facts, past) // another message may just have taught it
	h.metrics.excess.Add(float64(excess))
	if news == nil {
		return nil
	}
	growth := s.growth(news)
	if growth > 0 && h.sites.remembered+growth+siteCost > maxRemembered {
		h.metrics.excess.Add(float64(len(news)))
		return nil
	}
	if err := h.Memory.Remember(ctx, gateway, news); err != nil {
		return fmt.Errorf("remember %d facts: %w", len(news), err)
	}
	h.sites.hold(gateway, s).keep(news)
	h.sites.remembered += growth
	return nil
}

// A question is a site as the decoder of one message asks it.
type question struct {
	*site
	note   bool     // whether to note what is missed
	missed []string // keys that another ingester may know
}

// Recall returns the value of the last fact of that key.
func (q *question) Recall(key string) (string, bool) {
	v, ok := q.site.Recall(key)
	if !ok && q.note && !q.givenUp(key) {
		q.missed = append(q.missed, key)
	}
	return v, ok
}
