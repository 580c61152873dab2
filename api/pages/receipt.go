package pages

import (
	"net/http"
	"net/url"
	"slices"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
)

// receipts is the list of what a family said.
type receipts struct{ Acts []receipt }

// A receipt is one act of it.
type receipt struct {
	When, What, How string
	About           []string
	Href            string
	Facts           []fact // of the printed one
}

// Purposes whose words name who is shown something, and whom.
var itself = map[consent.Purpose]consent.Recipient{
	consent.FamilyView: consent.ToFamily, consent.CooperativeSummary: consent.ToCooperative, consent.Research: consent.ToResearcher,
}

func drawReceipts(w *words, a disclosure.Agreements) receipts {
	var v receipts
	for _, act := range a.Acts {
		one := drawReceipt(w, act)
		one.Href = "/api/v1/me/receipts/" + url.PathEscape(act[0].Act)
		v.Acts = append(v.Acts, one)
	}
	return v
}

func drawReceipt(w *words, act []consent.Event) receipt {
	first := act[0]
	one := receipt{
		When: w.date(first.At),
		What: w.say("receipts.verb." + string(verbOf(first))),
		How:  w.or("receipts.medium."+first.Medium, "receipts.medium.screen"),
	}
	for _, e := range act {
		key := "receipts.of.who"
		if itself[e.Scope.Purpose] == e.Scope.Recipient {
			key = "receipts.of" // who it is for is said already
		}
		line := w.say(key, "About", w.say("receipts.about."+string(e.Scope.Purpose)),
			"What", uncapital(w.say("consent.category."+string(e.Scope.Category))), "Finest", w.say("consent.finest."+e.Scope.Granularity.String()),
			"Who", w.say("receipts.to."+string(e.Scope.Recipient)))
		if e.State != consent.Given && first.Verb == consent.Narrow {
			line += " " + w.say("receipts.gone")
		}
		if !slices.Contains(one.About, line) {
			one.About = append(one.About, line)
		}
	}
	return one
}

// showReceipt shows who wrote a paper down its receipt, to be printed for the family,
// in the language of the paper.
func (s *Site) showReceipt(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	family, act, err := s.Gate.Receipt(r.Context(), aud, r.PathValue("id"))
	if err != nil {
		return err
	}
	ws := s.words(r, act[0].Language, s.Wall())
	p := s.consolePage(ws, aud, ws.say("receipts.title"), "", "/console/receipts/"+url.PathEscape(act[0].Act))
	p.View = drawPrinted(ws, string(family), act)
	s.send(w, r, http.StatusOK, "receipt", p)
	return nil
}

func drawPrinted(w *words, family string, act []consent.Event) receipt {
	one, first := drawReceipt(w, act), act[0]
	add := func(key, value string) {
		if value != "" {
			one.Facts = append(one.Facts, fact{Name: w.say(key), Value: value})
		}
	}
	if i := slices.IndexFunc(act, func(e consent.Event) bool { return e.State == consent.Given }); i >= 0 && act[i].Expires.Before(consent.Always) {
		add("receipts.until", w.date(act[i].Expires))
	}
	add("receipts.notice", first.Notice)
	add("receipts.hash", first.Hash)
	add("receipts.witness", first.Witness)
	add("receipts.paper", first.Paper)
	add("receipts.family", family)
	add("receipts.number", first.Act)
	return one
}

// verbOf returns what was done, of an act that was kept without it too.
func verbOf(e consent.Event) consent.Verb {
	if e.Verb != "" {
		return e.Verb
	}
	switch e.State {
	case consent.Refused:
		return consent.Refuse
	case consent.Withdrawn:
		return consent.Withdraw
	case consent.Given:
	}
	return consent.Give
}
