package broker

import (
	"sync"
	"time"
)

const (
	signInRate  = 1.0 // a second, of one gateway; two devices with one secret take turns no faster
	signInBurst = 60  // at once
	maxPause    = time.Second
)

// A pace lets so many things a second happen, and a burst at once. Its zero value
// has had no burst yet.
type pace struct {
	mu   sync.Mutex
	left float64
	at   time.Time // wall clock; zero before the first
}

// take returns how long to wait until one more may happen. It counts as happened
// already, so that those who wait queue up.
func (p *pace) take(now time.Time, rate, burst float64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fill(now, rate, burst)
	if p.left--; p.left >= 0 {
		return 0
	}
	return min(time.Duration(-p.left/rate*float64(time.Second)), maxPause)
}

// allows reports whether one more may happen now. What may not counts for nothing.
func (p *pace) allows(now time.Time, rate, burst float64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fill(now, rate, burst)
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}

func (p *pace) fill(now time.Time, rate, burst float64) {
	if p.at.IsZero() {
		p.left = burst
	} else {
		p.left = min(burst, p.left+max(0, now.Sub(p.at).Seconds())*rate)
	}
	p.at = now
}

// A door is what one gateway came through. It outlives connections, so that coming
// again makes no burst.
type door struct {
	signIns pace
	packets pace
	inside  int // connections; the doors' mutex guards it
}

// doors are the gateways that have ever shown their secret. Its zero value has none.
type doors struct {
	mu     sync.Mutex
	all    map[string]*door
	inside int // gateways with a connection
}

// of returns a gateway's door.
func (d *doors) of(gateway string) *door {
	d.mu.Lock()
	defer d.mu.Unlock()
	got, ok := d.all[gateway]
	if !ok {
		if d.all == nil {
			d.all = map[string]*door{}
		}
		got = &door{}
		d.all[gateway] = got
	}
	return got
}

// enter reports false when so many other gateways are inside. One that comes again
// always finds room: its old connection ends.
func (d *doors) enter(x *door, limit int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x.inside == 0 {
		if d.inside >= limit {
			return false
		}
		d.inside++
	}
	x.inside++
	return true
}

func (d *doors) leave(x *door) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x.inside--; x.inside == 0 {
		d.inside--
	}
}
