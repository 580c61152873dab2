package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A gap is what is missing between two messages of a meter.
type gap struct {
	meter    string
	from, to int64 // Unix ms of the messages around it
	missing  int64
}

func (g gap) compare(o gap) int {
	return cmp.Or(strings.Compare(g.meter, o.meter), cmp.Compare(g.from, o.from))
}

// gaps returns the gaps that Foyer's ledger tells, without those that are still open:
// what is missing there may come yet.
func (p *Pilot) gaps() (all []gap) {
	lines := json.NewDecoder(strings.NewReader(p.t.command("ledger", "show", "--gaps", "--json", "--config", p.config)))
	for lines.More() {
		var g struct {
			Meter    string
			From, To time.Time
			Missing  int64
		}
		p.t.must(lines.Decode(&g), "read the gaps")
		if !g.To.IsZero() {
			all = append(all, gap{g.Meter, g.From.UnixMilli(), g.To.UnixMilli(), g.Missing})
		}
	}
	slices.SortFunc(all, gap.compare)
	return all
}

// gaps returns which messages a store lacks between others that it has, in the order
// of meters and instants, and how many it could lack.
func (l *Ledger) gaps(rows []Row) (all []gap, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	there := make(map[string]map[int64]bool, len(l.meters))
	for _, r := range rows {
		if there[r.Meter] == nil {
			there[r.Meter] = map[int64]bool{}
		}
		there[r.Meter][r.At] = true
	}
	for i, m := range l.meters {
		n += l.sent[i]
		last := int64(-1)
		for k := range l.sent[i] {
			if !there[m.ID][m.at(k).UnixMilli()] {
				continue
			}
			if last >= 0 && k > last+1 {
				all = append(all, gap{m.ID, m.at(last).UnixMilli(), m.at(k).UnixMilli(), k - last - 1})
			}
			last = k
		}
	}
	slices.SortFunc(all, gap.compare)
	return all, n
}

// frontier returns for each meter the instant of the last message that was
// acknowledged.
func (l *Ledger) frontier() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	marks := map[string]int64{}
	for i, m := range l.meters {
		for n := len(l.acked[i]) - 1; n >= 0; n-- {
			if l.acked[i][n] {
				marks[m.ID] = m.at(int64(n)).UnixMilli()
				break
			}
		}
	}
	return marks
}

// endBefore returns the gaps that end before the marks of their meters.
func endBefore(all []gap, marks map[string]int64) []gap {
	var before []gap
	for _, g := range all {
		if g.to < marks[g.meter] {
			before = append(before, g)
		}
	}
	return before
}
