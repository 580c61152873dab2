package consent

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// A Verb is what a family does when it speaks.
type Verb string

// The verbs. Each is as easy as the others and holds at once.
const (
	Give     Verb = "give"
	Refuse   Verb = "refuse"
	Narrow   Verb = "narrow"
	Withdraw Verb = "withdraw"
)

// Verbs lists every verb.
var Verbs = []Verb{Give, Refuse, Narrow, Withdraw}

// ErrChanged means that the family said something else since what an act rests on
// was read.
var ErrChanged = errors.New("something was said since")

// An Act is what a family says at once, about one scope or several.
type Act struct {
	ID     string // opaque; its receipt has the same
	Verb   Verb
	Scopes []Scope // what it is about; nil, of a withdrawal: everything that holds
	Limits Limits  // of a narrowing, in place of Scopes
	Terms  Event   // what its events have in common: all but ID, At, State and Scope

	Pilot string // of the desk where it is written down; "" for none
	Staff string // the caseworker whose case-load binds that desk; "" for none
	Seen  string // the last act that was seen, [Nothing] for none; "" does not matter
}

// Nothing is, in place of the id of the last act, that there is none.
const Nothing = "none"

// Events returns what an act says of each scope at the instant now, from what holds
// then. A given consent that names no end ends after validity.
//
// To refuse or to withdraw a scope ends whatever is finer in the same purpose,
// recipient and category too. A narrowing leaves exactly what held and is within its
// limits.
func (a Act) Events(held []Grant, now time.Time, validity time.Duration) []Event {
	var all []Event
	say := func(state State, s Scope, e Event) {
		e.At, e.Act, e.Verb, e.State, e.Scope = now, a.ID, a.Verb, state, s
		if e.Expires.IsZero() {
			e.Expires = now.Add(validity)
		}
		if e.DataTo.IsZero() {
			e.DataTo = Always
		}
		all = append(all, e)
	}
	switch a.Verb {
	case Give:
		for _, s := range a.Scopes {
			say(Given, s, a.Terms)
		}
	case Refuse:
		for _, s := range a.ending(held) {
			say(Refused, s, a.Terms)
		}
	case Withdraw:
		for _, s := range a.ending(held) {
			say(Withdrawn, s, a.Terms)
		}
	case Narrow:
		a.narrow(held, say)
	}
	return all
}

// Acts puts together what was said at once, in the order it was said.
func Acts(said []Event) [][]Event {
	var all [][]Event
	for _, e := range said {
		if n := len(all); n > 0 && e.Act != "" && all[n-1][0].Act == e.Act {
			all[n-1] = append(all[n-1], e)
			continue
		}
		all = append(all, []Event{e})
	}
	return all
}

// Less returns the scopes of which less is agreed to once an act's events were said than
// was held before, whatever else they give, each once.
func Less(held []Grant, events []Event) []Scope {
	var all []Scope
	add := func(s Scope) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	left := map[Scope][]Grant{}
	for _, e := range events {
		if e.State != Given {
			add(e.Scope)
			continue
		}
		left[e.Scope] = append(left[e.Scope], Grant{Scope: e.Scope, DataFrom: e.DataFrom, DataTo: e.DataTo, Expires: e.Expires})
	}
	for _, g := range held {
		given, spoken := left[g.Scope]
		if spoken && !slices.ContainsFunc(given, func(l Grant) bool { return l.contains(g) }) {
			add(g.Scope)
		}
	}
	return all
}

// ending adds to the scopes of an act those that hold and end with them.
func (a Act) ending(held []Grant) []Scope {
	all := slices.Clone(a.Scopes)
	for _, g := range held {
		with := len(a.Scopes) == 0 || slices.ContainsFunc(a.Scopes, func(s Scope) bool {
			return s.at(g.Scope.Granularity) == g.Scope && g.Scope.Granularity > s.Granularity
		})
		if with && !slices.Contains(all, g.Scope) {
			all = append(all, g.Scope)
		}
	}
	return all
}

// narrow says of each scope that changes what is left of it.
func (a Act) narrow(held []Grant, say func(State, Scope, Event)) {
	before, after := map[Scope][]Grant{}, map[Scope][]Grant{}
	var scopes []Scope
	for _, g := range held {
		before[g.Scope] = append(before[g.Scope], g)
		scopes = append(scopes, g.Scope)
		if left, ok := a.Limits.of(g); ok {
			after[left.Scope] = keep(after[left.Scope], left)
			scopes = append(scopes, left.Scope)
		}
	}
	slices.SortFunc(scopes, Scope.compare)
	for _, s := range slices.Compact(scopes) {
		if slices.EqualFunc(before[s], after[s], Grant.same) {
			continue
		}
		if len(after[s]) == 0 {
			say(Withdrawn, s, a.Terms)
		}
		for _, g := range after[s] {
			e := a.Terms
			e.DataFrom, e.DataTo, e.Expires = g.DataFrom, g.DataTo, g.Expires
			say(Given, s, e)
		}
	}
}

// keep adds a grant to those of its scope, without any that another one contains.
func keep(all []Grant, g Grant) []Grant {
	if slices.ContainsFunc(all, func(o Grant) bool { return o.contains(g) }) {
		return all
	}
	return append(slices.DeleteFunc(all, func(o Grant) bool { return g.contains(o) }), g)
}

// same reports that two grants of a scope let the same through.
func (g Grant) same(o Grant) bool { return g.contains(o) && o.contains(g) }

func (g Grant) contains(o Grant) bool {
	return !o.DataFrom.Before(g.DataFrom) && !o.DataTo.After(g.DataTo) && !o.Expires.After(g.Expires)
}

// at returns the scope with another granularity.
func (s Scope) at(g Granularity) Scope {
	s.Granularity = g
	return s
}

func (s Scope) compare(o Scope) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Purposes, s.Purpose), slices.Index(Purposes, o.Purpose)),
		cmp.Compare(slices.Index(Recipients, s.Recipient), slices.Index(Recipients, o.Recipient)),
		cmp.Compare(slices.Index(Categories, s.Category), slices.Index(Categories, o.Category)),
		cmp.Compare(s.Granularity, o.Granularity),
	)
}
