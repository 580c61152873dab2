package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
)

// choices is the screen on which a family says what it agrees to.
type choices struct {
	Offers    []offer
	Stoppable bool // something is agreed to
}

// An offer is one question with its two answers.
type offer struct {
	Name     string // "family_view", "hourly", "alert", "cooperative_summary"
	Question string
	Lines    []string
	Said     string
	Notice   string // version and hash of the text shown
}

// noticeVersion is raised when what an offer means changes, whatever its words.
const noticeVersion = "2026-11"

// offerName names an offer as the form and the catalogues do.
func offerName(o disclosure.Offer) string {
	if o.Hourly {
		return "hourly"
	}
	return string(o.Purpose)
}

func drawChoices(w *words, a disclosure.Agreements) choices {
	var c choices
	for _, o := range a.Offers {
		c.Offers = append(c.Offers, drawOffer(w, o))
		c.Stoppable = c.Stoppable || o.Agreed || o.Partly
	}
	return c
}

func drawOffer(w *words, o disclosure.Offer) offer {
	name := offerName(o)
	v := offer{
		Name:     name,
		Question: w.say("consent." + name + ".question"),
		Lines:    []string{w.say("consent."+name+".what") + " " + w.say("consent."+name+".who")},
	}
	v.Notice = notice(append([]string{v.Question}, v.Lines...)...)
	switch {
	case o.Agreed:
		v.Said = w.say("consent.agreed", "Since", w.date(o.Since))
		if !o.Expires.IsZero() && o.Expires.Before(consent.Always) {
			v.Said += " " + w.say("consent.expires", "Until", w.date(o.Expires))
		}
	case o.Partly:
		v.Said = w.say("consent.partly")
	default:
		v.Said = w.say("consent.refused")
	}
	return v
}

// notice names the words a family was shown: a version and the start of their hash.
func notice(shown ...string) string {
	h := sha256.New()
	for _, s := range shown {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return noticeVersion + "/" + hex.EncodeToString(h.Sum(nil))[:12]
}

// offered finds the offer a form speaks of.
func offered(a disclosure.Agreements, name string) (disclosure.Offer, bool) {
	i := slices.IndexFunc(a.Offers, func(o disclosure.Offer) bool { return offerName(o) == name })
	if i < 0 {
		return disclosure.Offer{}, false
	}
	return a.Offers[i], true
}
