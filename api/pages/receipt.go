package pages

import (
	"net/url"

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
}

func drawReceipts(w *words, a disclosure.Agreements) receipts {
	var v receipts
	for _, act := range a.Acts {
		first := act[0]
		one := receipt{
			When: w.date(first.At),
			What: w.say("receipts.verb." + string(verbOf(first))),
			How:  w.or("receipts.medium."+first.Medium, "receipts.medium.screen"),
			Href: "/api/v1/me/receipts/" + url.PathEscape(first.Act),
		}
		seen := map[string]bool{}
		for _, e := range act {
			line := w.say("receipts.about."+string(e.Scope.Purpose)) + w.say("receipts.of",
				"What", w.say("consent.category."+string(e.Scope.Category)), "Finest", w.say("consent.finest."+e.Scope.Granularity.String()))
			if e.State != consent.Given && first.Verb == consent.Narrow {
				line += " " + w.say("receipts.gone")
			}
			if !seen[line] {
				one.About = append(one.About, line)
			}
			seen[line] = true
		}
		v.Acts = append(v.Acts, one)
	}
	return v
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
