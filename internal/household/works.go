package household

import (
	"cmp"
	"slices"
	"time"

	"foyer/internal/energy"
)

// A WorkKind says what was done to a home.
type WorkKind string

// The kinds of works that a saving can come from.
const (
	Insulation  WorkKind = "insulation"
	Windows     WorkKind = "windows"
	Heating     WorkKind = "heating" // another heater, or another way to run it
	HotWater    WorkKind = "hot_water"
	Ventilation WorkKind = "ventilation"
	Appliances  WorkKind = "appliances"
	Advice      WorkKind = "advice" // a visit that changed habits, nothing of the home
	OtherWorks  WorkKind = "other"
)

// WorkKinds are all kinds of works.
var WorkKinds = []WorkKind{Insulation, Windows, Heating, HotWater, Ventilation, Appliances, Advice, OtherWorks}

// Works say that something was done to a home to save energy, or take back that it
// was. They are only ever added; what is said last of one kind and first day holds.
type Works struct {
	Family   FamilyID
	Kind     WorkKind
	From, To energy.Day // the days they took; To is not included
	Cost     *int64     // cents; nil when nobody said
	Undone   bool       // they were not done: takes back what was said
	By, Why  string
	Said     time.Time // world clock
}

// A Project is all works on a home that no year lies between: what they save cannot
// be told apart. The time from From to To, not included, counts for neither side.
type Project struct {
	From, To energy.Day
	Works    []Works // by first day, then kind
}

// ProjectDays is how many days have to lie between the end of works and the next
// ones for each to be judged by itself: the year of the one that is the baseline of
// the other.
const ProjectDays = 365

// Projects returns the works that stand, the oldest first.
func (h *Home) Projects() []Project { return projects(h.Works) }

// Ends returns when any project ended that there is or was, the oldest first: of
// what was taken back, or became a part of another, figures remain.
func (h *Home) Ends() []energy.Day {
	var all []energy.Day
	for n := range h.Works {
		for _, p := range projects(h.Works[:n+1]) {
			if !slices.Contains(all, p.To) {
				all = append(all, p.To)
			}
		}
	}
	slices.SortFunc(all, energy.Day.Compare)
	return all
}

// projects returns the works that stand once some were said.
func projects(works []Works) []Project {
	type key struct {
		kind WorkKind
		from energy.Day
	}
	said := map[key]Works{}
	for _, w := range works { // in the order they were said
		said[key{w.Kind, w.From}] = w
	}
	var standing []Works
	for _, w := range said {
		if !w.Undone {
			standing = append(standing, w)
		}
	}
	slices.SortFunc(standing, func(a, b Works) int { return cmp.Or(a.From.Sub(b.From), cmp.Compare(a.Kind, b.Kind)) })
	var all []Project
	for _, w := range standing {
		n := len(all) - 1
		if n < 0 || w.From.Sub(all[n].To) >= ProjectDays {
			all = append(all, Project{From: w.From, To: w.To, Works: []Works{w}})
			continue
		}
		p := &all[n]
		p.Works = append(p.Works, w)
		if p.To.Before(w.To) {
			p.To = w.To
		}
	}
	return all
}
