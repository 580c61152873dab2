package consent

import (
	"cmp"
	"slices"
	"time"
)

// Notify is how long before its end a consent is spoken of.
const Notify = 30 * 24 * time.Hour

// A Reminder says that what a family agreed to for a purpose ends soon, or has ended
// by itself. It follows from what was said and is nowhere written down: who says no
// or gives again has none from that instant on.
type Reminder struct {
	Purpose   Purpose
	Recipient Recipient
	Expires   time.Time // of the scope that ends, or ended, first
	Ended     bool      // nothing of the purpose holds for the recipient any more
}

// Remind returns the reminders at an instant from everything a family said, oldest
// first: of what ends within [Notify], and of what ended since not longer than
// [Notify] ago. There is none for scopes that were refused or withdrawn.
func Remind(events []Event, now time.Time) []Reminder {
	type key struct {
		purpose   Purpose
		recipient Recipient
	}
	last := map[Scope][]Event{}
	for _, e := range events {
		if !e.At.After(now) {
			last[e.Scope] = follow(last[e.Scope], e)
		}
	}
	soon, ended, holds := map[key]time.Time{}, map[key]time.Time{}, map[key]bool{}
	first := func(m map[key]time.Time, k key, at time.Time) {
		if was, ok := m[k]; !ok || at.Before(was) {
			m[k] = at
		}
	}
	for s, act := range last {
		k := key{s.Purpose, s.Recipient}
		for _, e := range act {
			switch {
			case e.State != Given:
			case now.Before(e.Expires):
				holds[k] = true
				if !e.Expires.After(now.Add(Notify)) {
					first(soon, k, e.Expires)
				}
			case now.Before(e.Expires.Add(Notify)):
				first(ended, k, e.Expires)
			}
		}
	}
	var all []Reminder
	for k, at := range soon {
		all = append(all, Reminder{Purpose: k.purpose, Recipient: k.recipient, Expires: at})
	}
	for k, at := range ended {
		if !holds[k] {
			all = append(all, Reminder{Purpose: k.purpose, Recipient: k.recipient, Expires: at, Ended: true})
		}
	}
	slices.SortFunc(all, func(a, b Reminder) int {
		return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Recipient, b.Recipient))
	})
	return all
}
