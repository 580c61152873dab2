package ingest

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/energy"
)

// healthEach is how old what is kept of a healthy device may be.
const healthEach = time.Hour

// patients remembers how devices speak and how their clocks go, in about 150 bytes
// each. Its zero value remembers nothing.
type patients struct {
	mu     sync.Mutex
	all    map[energy.MeterID]*patient
	clocks map[energy.Clock]prometheus.Gauge // how many there are of each
}

type patient struct {
	watch   clockWatch
	dialect string
	since   stamp // of the clock's state
	seen    stamp
	saved   stamp // of seen, as it was kept; none when something else changed since
}

// see notes a message of a meter. own is the device's time, zero for none or for
// one that tells nothing of its clock.
func (p *patients) see(meter energy.MeterID, dialect string, own, arrival time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.all[meter]
	if x == nil {
		if p.all == nil {
			p.all = map[energy.MeterID]*patient{}
		}
		x = &patient{}
		p.all[meter] = x
	}
	if x.dialect != dialect {
		x.dialect, x.saved = dialect, 0
	}
	x.seen = stampOf(arrival)
	before := x.watch.clock
	if own.IsZero() || !x.watch.see(own, arrival) {
		return
	}
	x.since, x.saved = stampOf(arrival), 0
	if g := p.clocks[before]; g != nil {
		g.Dec()
	}
	p.clocks[x.watch.clock].Inc()
}

// changed returns at most limit devices of which something is not kept.
func (p *patients) changed(limit int) []energy.Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []energy.Health
	for meter, x := range p.all {
		if x.seen.sub(x.saved) < healthEach {
			continue
		}
		all = append(all, energy.Health{
			Meter: meter, Dialect: x.dialect, Clock: x.watch.clock, Offset: x.watch.offset, Since: x.since.time(), Seen: x.seen.time(),
		})
		if len(all) == limit {
			break
		}
	}
	return all
}

// saved notes what is kept.
func (p *patients) saved(all []energy.Health) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range all {
		x := p.all[h.Meter]
		if x.dialect == h.Dialect && x.watch.clock == h.Clock {
			x.saved = stampOf(h.Seen)
		}
	}
}
