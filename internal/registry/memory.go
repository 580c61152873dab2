package registry

import (
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"foyer/internal/energy"
)

// fresh is how long a meter is answered from memory. Another process's change is
// seen after that; a change of this process at once.
const fresh = 2 * time.Second

// mostAbsent is about how many devices are remembered that there was no room for, and
// how many gateways that had none: who sends may make up names.
const mostAbsent = 1000

// mostDue is how many meters are read again because somebody asks for another.
const mostDue = 1000

// mostTold is how many devices something is told of, once each.
const mostTold = 1000

// A device is a meter's name in a gateway's words.
type device struct{ gateway, scheme, id string }

// append appends a text that no other device has.
func (d device) append(b []byte) []byte {
	for _, part := range []string{d.gateway, d.scheme} {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	return append(b, d.id...)
}

// room is for the text of nearly every device.
type room [128]byte

// memory holds what the store said lately. Its zero value holds nothing.
type memory struct {
	mu         sync.RWMutex
	generation uint64                    // rises with forget: what was read before is not kept after
	devices    map[string]energy.MeterID // by [device.append]: one text takes less room than three
	meters     map[energy.MeterID]*remembered
	order      []read               // of meters, the oldest first
	absent     map[device]time.Time // when a device of a full gateway was last looked for in vain
	full       map[string]time.Time // when there was last no room for another unclaimed meter of a gateway
}

type remembered struct {
	meter Meter
	at    time.Time
	asked atomic.Bool // answered from memory since
}

// A read says when a meter was read.
type read struct {
	meter energy.MeterID
	at    time.Time
}

// forget drops everything.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	m.devices, m.meters, m.order, m.full, m.absent = nil, nil, nil, nil, nil
}

// begin returns the generation under which a read of the store starts.
func (m *memory) begin() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.generation
}

// known returns the meter the first device leads to, when every device is known, and one
// that leads elsewhere, if there is any.
func (m *memory) known(devices []device) (first energy.MeterID, stray device, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var room room
	for i, d := range devices {
		id := m.devices[string(d.append(room[:0]))]
		switch {
		case id == "":
			return "", device{}, false
		case i == 0:
			first = id
		case id != first:
			stray = d
		}
	}
	return first, stray, true
}

// meter returns a meter that was read less than [fresh] ago.
func (m *memory) meter(id energy.MeterID, now time.Time) (Meter, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r := m.meters[id]
	if r == nil || stale(r.at, now) {
		return Meter{}, false
	}
	if !r.asked.Load() {
		r.asked.Store(true)
	}
	return r.meter, true
}

// stale reports whether what was read at an instant is too old to be answered.
func stale(at, now time.Time) bool {
	age := now.Sub(at)
	return age < 0 || age >= fresh
}

// due forgets the meters whose answers are too old, and returns those that somebody
// asked for since they were read: they will be asked for again.
func (m *memory) due(now time.Time) []energy.MeterID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var asked []energy.MeterID
	n := 0
	for ; n < len(m.order) && len(asked) < mostDue && stale(m.order[n].at, now); n++ {
		old := m.order[n]
		r := m.meters[old.meter]
		if r == nil || !r.at.Equal(old.at) {
			continue // read again since
		}
		if r.asked.Load() {
			asked = append(asked, old.meter)
		}
		delete(m.meters, old.meter)
	}
	if n > 0 {
		m.order = append(m.order[:0], m.order[n:]...)
	}
	return asked
}

// keep remembers a meter, unless something changed since the read began.
func (m *memory) keep(generation uint64, meter Meter, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if m.meters == nil {
		m.meters = map[energy.MeterID]*remembered{}
	}
	m.meters[meter.ID] = &remembered{meter: meter, at: at}
	m.order = append(m.order, read{meter.ID, at})
}

// lead remembers where devices lead.
func (m *memory) lead(generation uint64, devices map[device]energy.MeterID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if m.devices == nil {
		m.devices = map[string]energy.MeterID{}
	}
	for d, id := range devices {
		m.devices[string(d.append(nil))] = id
	}
}

// fill remembers that there is no room for another unclaimed meter of a gateway. It
// reports whether that is news: whoever sends may make up gateways, and the operator is
// told once until something changes.
func (m *memory) fill(generation uint64, gateway string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return false
	}
	news := len(m.full) == 0
	if news || len(m.full) >= mostAbsent {
		m.full = map[string]time.Time{}
	}
	m.full[strings.Clone(gateway)] = now
	return news
}

// isFull reports whether a gateway had no room less than [fresh] ago.
func (m *memory) isFull(gateway string, now time.Time) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	at, ok := m.full[gateway]
	return ok && !stale(at, now)
}

// miss remembers that a device, by all its names, was looked for in vain and that there
// is no room for it.
func (m *memory) miss(generation uint64, devices []device, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if m.absent == nil || len(m.absent) >= mostAbsent {
		m.absent = map[device]time.Time{}
	}
	for _, d := range devices {
		m.absent[device{strings.Clone(d.gateway), strings.Clone(d.scheme), strings.Clone(d.id)}] = now
	}
}

// isAbsent reports whether a device, by each of its names, was looked for in vain less
// than [fresh] ago.
func (m *memory) isAbsent(devices []device, now time.Time) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, d := range devices {
		if at, ok := m.absent[d]; !ok || stale(at, now) {
			return false
		}
	}
	return true
}

// told remembers what was logged once. Its zero value remembers nothing.
type told struct {
	mu   sync.Mutex
	seen map[device]bool
}

// open reports whether d was not told yet, and can be.
func (t *told) open(d device) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.seen[d] && len(t.seen) < mostTold
}

// first reports whether d is told for the first time; at most 1,000 are.
func (t *told) first(d device) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen[d] || len(t.seen) >= mostTold {
		return false
	}
	if t.seen == nil {
		t.seen = map[device]bool{}
	}
	t.seen[d] = true
	return true
}
