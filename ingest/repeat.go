package ingest

import (
	"sync"
	"time"

	"foyer/internal/energy"
)

// repeatWithin is how long an equal value without a time of its own counts as the
// same observation.
const repeatWithin = 10 * time.Second

// A registerKey names a register of a meter.
type registerKey struct {
	meter    energy.MeterID
	register energy.Register
}

// repeats remembers the last values that came without a believable time, for as
// long as an equal one may be their repetition. Its zero value remembers nothing.
type repeats struct {
	mu    sync.Mutex
	last  map[registerKey]shown
	moved map[registerKey]moved
	swept time.Time // world clock
}

type shown struct {
	at    time.Time
	value int64
}

// moved is a reading that was given a later instant than its arrival.
type moved struct{ arrival, at time.Time }

// again reports whether r repeats its register's last value.
func (p *repeats) again(r energy.Reading) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ok := p.last[registerKey{r.Meter, r.Register}]
	return ok && last.value == r.Value && r.At.Sub(last.at).Abs() <= repeatWithin
}

// apart returns the instant of a reading that is known by its arrival: a millisecond
// after its register's last one, where both arrived in the same millisecond or the last
// was moved beyond it. With one instant the second would be no reading, and a broker
// hands over all that it has queued at once.
func (p *repeats) apart(r energy.Reading) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := registerKey{r.Meter, r.Register}
	last, ok := p.last[k]
	if !ok || r.At.After(last.at) {
		return r.At
	}
	arrival := last.at
	if m, ok := p.moved[k]; ok && m.at.Equal(last.at) {
		arrival = m.arrival
	}
	if r.At.Before(arrival) { // it was overtaken, and is in its place
		return r.At
	}
	if p.moved == nil {
		p.moved = map[registerKey]moved{}
	}
	p.moved[k] = moved{r.At, last.at.Add(time.Millisecond)}
	return p.moved[k].at
}

// keep remembers readings that were kept.
func (p *repeats) keep(rs []energy.Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range rs {
		if r.Source != energy.ArrivalTime {
			continue
		}
		if p.last == nil {
			p.last = map[registerKey]shown{}
		}
		p.last[registerKey{r.Meter, r.Register}] = shown{r.At, r.Value}
		p.sweep(r.At)
	}
}

// sweep forgets what is too old to be repeated, by a message too that others of later
// arrival have overtaken.
func (p *repeats) sweep(now time.Time) {
	if now.Sub(p.swept).Abs() <= repeatWithin {
		return
	}
	p.swept = now
	for k, s := range p.last {
		if now.Sub(s.at).Abs() > 2*repeatWithin {
			delete(p.last, k)
			delete(p.moved, k)
		}
	}
}
