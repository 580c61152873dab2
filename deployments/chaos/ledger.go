package main

import (
	"fmt"
	"sync"
)

// A Ledger knows which messages were sent and which of them were acknowledged. It
// lives in this process, which nothing kills.
type Ledger struct {
	mu     sync.Mutex
	meters []*Meter
	sent   []int64  // by meter: messages 0 to sent-1 were handed to a connection
	acked  [][]bool // by meter, by number of the message
	total  int64    // messages acknowledged
}

// newLedger returns an empty ledger of meters.
func newLedger(meters []*Meter) *Ledger {
	return &Ledger{meters: meters, sent: make([]int64, len(meters)), acked: make([][]bool, len(meters))}
}

// send notes that a meter sends its next message, and returns its number.
func (l *Ledger) send(meter int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.sent[meter]
	l.sent[meter]++
	l.acked[meter] = append(l.acked[meter], false)
	return n
}

// begun returns how many messages were sent.
func (l *Ledger) begun() (n int64) {
	for i := range l.meters {
		n += l.begunBy(i)
	}
	return n
}

// begunBy returns how many messages a meter has sent.
func (l *Ledger) begunBy(meter int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[meter]
}

// acknowledge notes an acknowledgement.
func (l *Ledger) acknowledge(meter int, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.acked[meter][n] {
		l.acked[meter][n] = true
		l.total++
	}
}

// acknowledged returns how many messages were acknowledged.
func (l *Ledger) acknowledged() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// A Row is one reading that a store holds.
type Row struct {
	Meter    string // the store's name of it
	Register string
	At       int64 // Unix ms
	Value    int64 // thousandths
	Arrival  bool  // its instant is when the message came
}

// A Verdict says where a store and a ledger differ, in readings.
type Verdict struct {
	Acked    int64    // acknowledged
	Stored   int64    // held by the store
	Lost     int64    // acknowledged and not held
	Foreign  int64    // held and never sent
	Twice    int64    // held more than once
	Wrong    int64    // held with another value, or another instant's source
	Examples []string // of the first faults
}

// Faults returns how many readings are not as they should be.
func (v Verdict) Faults() int64 { return v.Lost + v.Foreign + v.Twice + v.Wrong }

func (v *Verdict) blame(count *int64, format string, args ...any) {
	*count++
	if len(v.Examples) < 5 {
		v.Examples = append(v.Examples, fmt.Sprintf(format, args...))
	}
}

// judge holds what a store has against the ledger: acked ⊆ stored ⊆ sent, each once
// and with its value. With partly it may still lack what was acknowledged.
func (l *Ledger) judge(rows []Row, partly bool) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	var v Verdict
	index := make(map[string]int, len(l.meters))
	held := make([][][2]bool, len(l.meters))
	for i, m := range l.meters {
		if m.ID != "" {
			index[m.ID] = i
		}
		held[i] = make([][2]bool, l.sent[i])
	}
	for _, r := range rows {
		v.Stored++
		i, known := index[r.Meter]
		if !known {
			v.blame(&v.Foreign, "meter %s is nobody's: %+v", r.Meter, r)
			continue
		}
		l.place(&v, i, r, held[i])
	}
	for i, all := range l.acked {
		for n, acked := range all {
			if !acked || l.meters[i].Mumbles || l.meters[i].refused[int64(n)] {
				continue
			}
			for k, value := range l.meters[i].values(int64(n)) {
				v.Acked++
				if !held[i][n][k] && !partly {
					v.blame(&v.Lost, "message %d of %s/%s was acknowledged, its %s is not stored",
						n, l.meters[i].Gateway, l.meters[i].Device, value.register)
				}
			}
		}
	}
	return v
}

// place finds the message that a row of the ith meter comes from.
func (l *Ledger) place(v *Verdict, i int, r Row, held [][2]bool) {
	m := l.meters[i]
	n := m.number(timeOf(r.At))
	if n < 0 || n >= l.sent[i] || m.at(n).UnixMilli() != r.At {
		v.blame(&v.Foreign, "%s/%s never sent %+v", m.Gateway, m.Device, r)
		return
	}
	for k, want := range m.values(n) {
		if want.register != r.Register {
			continue
		}
		switch {
		case held[n][k]:
			v.blame(&v.Twice, "message %d of %s/%s is stored twice: %+v", n, m.Gateway, m.Device, r)
		case want.shown != r.Value || r.Arrival:
			v.blame(&v.Wrong, "message %d of %s/%s said %d: %+v", n, m.Gateway, m.Device, want.shown, r)
		}
		held[n][k] = true
		return
	}
	v.blame(&v.Foreign, "message %d of %s/%s has no such register: %+v", n, m.Gateway, m.Device, r)
}
