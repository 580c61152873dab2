package jobs

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// When a family is being caught up with after an outage, and how long its alerts
// wait for that, by the world clock.
const (
	current  = 2 * time.Hour // readings this recent are not what an outage left behind
	patience = time.Hour
)

// A backlog says since when each family has only been sending what is old.
type backlog map[household.FamilyID]time.Time

// judged returns the families whose alerts can be decided now. Half of what an
// outage held back tells another story than all of it: a family whose newest
// change is old is waited for, a while.
func (b backlog) judged(homes []household.Home, stale []household.Stale, now time.Time) []household.FamilyID {
	newest := map[energy.MeterID]time.Time{}
	for _, s := range stale {
		newest[s.Meter] = later(newest[s.Meter], s.To)
	}
	var all []household.FamilyID
	for i := range homes {
		h := &homes[i]
		var last time.Time
		for _, m := range metersOf(h) {
			last = later(last, newest[m])
		}
		since, waiting := b[h.Family]
		switch {
		case last.IsZero() || now.Sub(last) <= current:
			delete(b, h.Family)
		case !waiting:
			b[h.Family] = now
			continue
		case now.Sub(since) < patience:
			continue
		}
		all = append(all, h.Family)
	}
	return all
}
