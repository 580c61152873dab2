package pages

import (
	"net/http"
	"slices"
	"strings"

	"foyer/internal/charter"
)

// showAmendments shows staff every change of the charter that was ever said.
func (s *Site) showAmendments(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	book, err := s.Gate.Charter(r.Context())
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	p := s.consolePage(ws, aud, ws.say("audit.charter"), "charter", "/console/charter")
	p.View = s.drawAmendments(ws, book)
	s.send(w, r, http.StatusOK, "amendments", p)
	return nil
}

// drawAmendments puts the changes in words, the last one said first.
func (s *Site) drawAmendments(w *words, book charter.Book) []sheet {
	now := book.At(w.now)
	var all []sheet
	for _, x := range slices.Backward(book) {
		one := sheet{Label: x.Value, Facts: []fact{
			{Name: w.say("audit.name"), Value: x.Name},
			{Name: w.say("audit.from"), Value: capital(w.when(x.From))},
			{Name: w.say("audit.said"), Value: capital(w.when(x.At))},
			{Name: w.say("audit.decided"), Value: x.By},
			{Name: w.say("audit.because"), Value: x.Why},
			{Name: w.say("audit.state"), Value: w.say("audit.state.over")},
		}}
		if p, known := charter.Find(x.Name); known {
			one.Label = s.promised(w, p, x.Value)
		} else if _, rule, ok := strings.Cut(x.Name, "."); ok {
			one.Label = w.or("rule."+rule, "rule.unknown") + " : " + x.Value
		}
		switch state := &one.Facts[len(one.Facts)-1].Value; {
		case x.From.After(w.now):
			*state = w.say("audit.state.later")
		case now.Get(x.Name).ID == x.ID:
			*state = w.say("audit.state.holds")
		}
		all = append(all, one)
	}
	return all
}
