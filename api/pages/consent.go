package pages

import (
	"net/url"
	"slices"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// choices is the screen on which a family says what it agrees to.
type choices struct {
	Offers    []offer
	Stoppable bool   // something is agreed to
	Less      string // hash of the text on sharing less
	Seen      string // the last act that is shown
}

// An offer is one question with its two answers.
type offer struct {
	Name     string // of the box: "family_view", "hourly", "alert", "survey"
	Question string
	Lines    []string
	Said     string
	Held     []string // what is agreed to of it, in words
	Kinds    []kept   // what sharing less can leave out
	Finest   []kept   // how coarse sharing less can make it
	Reminder string   // that it ends soon, or ended; "" for neither
	Notice   string   // hash of the text shown
}

// A kept is one thing that may stay when a family shares less.
type kept struct{ Value, Text string }

func drawChoices(w *words, a disclosure.Agreements) choices {
	c := choices{Less: w.notice("narrow").Hash, Seen: a.Last()}
	for _, o := range a.Offers {
		v := drawOffer(w, o)
		if o.Partly && o.Name == string(o.Purpose) {
			v.drawHeld(w, o.Purpose, a.Held)
		}
		c.Offers = append(c.Offers, v)
		c.Stoppable = c.Stoppable || o.Agreed || o.Partly
	}
	return c
}

func drawOffer(w *words, o disclosure.Offer) offer {
	n := w.notice(o.Name)
	v := offer{Name: n.Name, Question: n.Question, Lines: n.Lines, Notice: n.Hash}
	switch {
	case o.Soon:
		v.Reminder = w.say("consent.soon", "Until", w.date(o.Expires))
	case !o.Ended.IsZero():
		v.Reminder = w.say("consent.ended", "Until", w.date(o.Ended))
	}
	switch {
	case o.Agreed:
		v.Said = w.say("consent.agreed", "Since", w.date(o.Since))
		if !o.Expires.IsZero() && o.Expires.Before(consent.Always) {
			v.Said += " " + w.say("consent.expires", "Until", w.date(o.Expires))
		}
	case o.Partly:
		v.Said = w.say("consent.partly")
	case o.Said == "":
		v.Said = w.say("consent.unsaid")
	default:
		v.Said = w.say("consent.refused")
	}
	return v
}

// drawHeld says what is agreed to for a purpose, and what of it can be left out.
func (v *offer) drawHeld(w *words, p consent.Purpose, held []consent.Grant) {
	finest := map[consent.Category]consent.Granularity{}
	for _, g := range held {
		if g.Scope.Purpose == p {
			finest[g.Scope.Category] = max(finest[g.Scope.Category], g.Scope.Granularity)
		}
	}
	top := consent.Annual
	for _, c := range consent.Categories {
		g, ok := finest[c]
		if !ok || c == consent.Survey { // it is asked in a box of its own
			continue
		}
		top = max(top, g)
		what := w.say("consent.category." + string(c))
		v.Held = append(v.Held, what+", "+w.say("consent.finest."+g.String()))
		v.Kinds = append(v.Kinds, kept{string(c), what})
	}
	for g := top; g >= consent.Annual; g-- {
		v.Finest = append(v.Finest, kept{g.String(), capital(w.say("consent.finest." + g.String()))})
	}
}

// notice returns the text a family is shown before it answers.
func (w *words) notice(name string) text.Notice {
	n, err := w.Notice(name)
	w.keep("", err)
	return n
}

// shown is the form of an answer to a notice on the screen.
func shown(n text.Notice) registry.Form {
	return registry.Form{Notice: n.Version, Hash: n.Hash, Language: n.Language, Medium: "screen"}
}

// An answered form says yes to a text, or no.
type answered struct {
	yes    bool
	notice string // hash of the text that was read
}

// readAnswer reads which offer a form answers, and how; false for a form of nobody's.
func readAnswer(form url.Values, a disclosure.Agreements) (disclosure.Offer, answered, bool) {
	i := slices.IndexFunc(a.Offers, func(o disclosure.Offer) bool { return o.Name == form.Get("about") })
	answer := form.Get("answer")
	if i < 0 || answer != "yes" && answer != "no" {
		return disclosure.Offer{}, answered{}, false
	}
	return a.Offers[i], answered{yes: answer == "yes", notice: form.Get("notice")}, true
}

// A consentAct is what an answer comes to.
type consentAct int

const (
	showAgain consentAct = iota // the text, which is another one now
	give
	withdraw
	refuse
)

// act returns what the answer to an offer comes to whose text has a hash now.
func (s answered) act(o disclosure.Offer, hash string) consentAct {
	switch {
	case s.yes && s.notice != hash:
		return showAgain
	case s.yes:
		return give
	case o.Agreed || o.Partly:
		return withdraw
	}
	return refuse
}

// readLess reads what a form leaves of a purpose; false for a form of nobody's.
func readLess(form url.Values) (consent.Limits, bool) {
	box := slices.Index(consent.Purposes, consent.Purpose(form.Get("about")))
	finest, err := consent.ParseGranularity(form.Get("finest"))
	if err != nil || box < 0 {
		return consent.Limits{}, false
	}
	// The constant of the list, so that no text of a form goes any further.
	l := consent.Limits{Purpose: consent.Purposes[box], Categories: []consent.Category{}, Finest: finest}
	for _, c := range consent.Categories {
		if !slices.Contains(form["drop"], string(c)) {
			l.Categories = append(l.Categories, c)
		}
	}
	return l, true
}
