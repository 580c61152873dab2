// Package browsing notices when one member of staff opens the figures of many families
// within an hour.
//
// It is a warning, for somebody else to ask why: it takes no right away and judges nobody.
// It knows who opened whose figures and when, by opaque ids; it knows no name, no figure
// and nobody to tell.
package browsing

import (
	"slices"
	"time"
)

// Within is over how long different families are counted, and how long a spell waits for
// more before it is over.
const Within = time.Hour

// An Opening is one read of one family's figures by a member of staff, by the clock of
// the database.
type Opening struct {
	Staff  string
	Family string
	At     time.Time
}

// A Spell is a time in which a member of staff was above the limit again and again, never
// more than [Within] apart. There is one warning for it, however much follows.
type Spell struct {
	Staff    string
	Began    time.Time // when the limit was passed
	Last     time.Time // when figures were opened above it last
	Families int       // most different ones within [Within]
}

// holds reports whether what happens at an instant belongs to the spell.
func (s Spell) holds(at time.Time) bool {
	return !at.Before(s.Began.Add(-Within)) && at.Sub(s.Last) <= Within
}

// Join returns the spells that openings, in order of time, amount to: those that are known
// already, longer where they went on, and then new ones. To join the same openings again
// changes nothing. Most is the limit: how many different families are no spell.
func Join(known []Spell, openings []Opening, most int) []Spell {
	all := slices.Clone(known)
	byStaff := map[string][]Opening{}
	var staff []string // in the order in which they opened anything
	for _, o := range openings {
		if byStaff[o.Staff] == nil {
			staff = append(staff, o.Staff)
		}
		byStaff[o.Staff] = append(byStaff[o.Staff], o)
	}
	for _, id := range staff {
		all = joinOne(all, byStaff[id], most)
	}
	return all
}

// joinOne is [Join] for openings of one member of staff.
func joinOne(all []Spell, openings []Opening, most int) []Spell {
	open := map[string]int{} // how often each family was opened in the hour before
	first := 0
	for _, o := range openings {
		open[o.Family]++
		for ; o.At.Sub(openings[first].At) >= Within; first++ {
			if gone := openings[first].Family; open[gone] == 1 {
				delete(open, gone)
			} else {
				open[gone]--
			}
		}
		if len(open) <= most {
			continue
		}
		i := slices.IndexFunc(all, func(s Spell) bool { return s.Staff == o.Staff && s.holds(o.At) })
		if i < 0 {
			i, all = len(all), append(all, Spell{Staff: o.Staff, Began: o.At, Last: o.At})
		}
		s := &all[i]
		s.Families = max(s.Families, len(open))
		if o.At.After(s.Last) {
			s.Last = o.At
		}
	}
	return all
}
