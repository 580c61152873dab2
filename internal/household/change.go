package household

import (
	"slices"
	"time"

	"foyer/internal/energy"
)

// A ChangeKind says what a person knows of a meter at an instant.
type ChangeKind string

// The kinds of changes. What is said last of one register and instant holds.
const (
	Replaced ChangeKind = "replaced" // another meter hangs there from then on
	Kept     ChangeKind = "kept"     // it was not replaced: takes back what was said
	Used     ChangeKind = "used"     // what the counter rose by up to this reading was used
	Unused   ChangeKind = "unused"   // it was not: the counter was set higher
	Taken    ChangeKind = "taken"    // its readings are a family's from then on
	Left     ChangeKind = "left"     // they are no longer
)

// A Change is what somebody said of a meter. Changes are only ever added.
type Change struct {
	Meter    energy.MeterID
	Kind     ChangeKind
	At       time.Time       // UTC; of a reading for Used and Unused
	Register energy.Register // "" where it is about all of them
	Last     Index           // of Replaced: what the old meter showed at the end
	First    Index           // of Replaced: what the new one showed at the start
	Family   FamilyID        // of Taken and Left
	By       string          // who says so
	Why      string
	Said     time.Time // world clock
}

// An Index is what a person read off a meter, if anybody did.
type Index struct {
	Value int64 // thousandths of the base unit
	Known bool
}

// Replacements returns when an attachment's meter was replaced, oldest first,
// both its ends left out.
func (h *Home) Replacements(a Attachment) []time.Time {
	said := map[int64]ChangeKind{}
	for _, c := range h.Changes {
		if c.Meter == a.Meter && (c.Kind == Replaced || c.Kind == Kept) && c.At.After(a.From) && c.At.Before(a.To) {
			said[c.At.UnixMilli()] = c.Kind
		}
	}
	var all []time.Time
	for at, kind := range said {
		if kind == Replaced {
			all = append(all, time.UnixMilli(at).UTC())
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// Indexes returns what a person read off a register of a meter that was replaced at
// an instant: the last of the old one and the first of the new one.
func (h *Home) Indexes(meter energy.MeterID, register energy.Register, at time.Time) (last, first Index) {
	for _, c := range h.Changes {
		switch {
		case c.Meter != meter || !c.At.Equal(at):
		case c.Kind == Kept:
			last, first = Index{}, Index{}
		case c.Kind == Replaced && c.Register == register:
			last, first = c.Last, c.First
		}
	}
	return last, first
}

// Ruling returns what was said last of the rise of a register up to a reading:
// [Used], [Unused], or "" when nothing was.
func (h *Home) Ruling(meter energy.MeterID, register energy.Register, at time.Time) ChangeKind {
	var said ChangeKind
	for _, c := range h.Changes {
		if c.Meter == meter && c.Register == register && c.At.Equal(at) && (c.Kind == Used || c.Kind == Unused) {
			said = c.Kind
		}
	}
	return said
}

// UsedAt returns the readings of a register of which a person said that what the
// counter rose by up to them was used, oldest first.
func (h *Home) UsedAt(meter energy.MeterID, register energy.Register) []time.Time {
	var all []time.Time
	for _, c := range h.Changes {
		if c.Meter == meter && c.Register == register && c.Kind == Used && h.Ruling(meter, register, c.At) == Used &&
			!slices.ContainsFunc(all, c.At.Equal) {
			all = append(all, c.At)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// A Handover ends at an instant that a meter is one family's and makes it another's.
type Handover struct {
	Meter    energy.MeterID
	From, To FamilyID // To is "" where it becomes nobody's
	At       time.Time
	By, Why  string
}
