package jobs

import (
	"time"

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

// note takes down the marks with which a pass finds a family.
func (b backlog) note(family household.FamilyID, stale []household.Stale, now time.Time) {
	var last time.Time
	for _, s := range stale {
		last = later(last, s.To)
	}
	if last.IsZero() || now.Sub(last) <= current {
		delete(b, family)
	} else if _, waiting := b[family]; !waiting {
		b[family] = now
	}
}

// waits reports whether the alerts of a family cannot be decided yet. Half of what an
// outage held back tells another story than all of it: a family whose newest change is
// old is waited for, a while.
func (b backlog) waits(family household.FamilyID, now time.Time) bool {
	since, waiting := b[family]
	return waiting && now.Sub(since) < patience
}
