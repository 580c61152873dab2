package pages

import (
	"errors"
	"net/http"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
)

// agreed reports whether a family agrees to anything at all.
func agreed(a disclosure.Agreements) bool {
	for _, o := range a.Offers {
		if o.Agreed || o.Partly {
			return true
		}
	}
	return false
}

// showConsent shows a family what it can agree to, and does.
func (s *Site) showConsent(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	a, err := s.Gate.Agreements(r.Context(), aud)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	p := s.familyPage(ws, ws.say("consent.title"), "/m/consent", drawChoices(ws, a))
	if r.URL.Query().Get("saved") != "" {
		p.Notice = ws.say("consent.saved")
	}
	s.send(w, r, http.StatusOK, "consent", p)
	return nil
}

// answerConsent writes one answer. A text that changed since it was shown is shown
// again instead of a yes: nobody agrees to what they did not read. A no needs no text.
func (s *Site) answerConsent(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	a, err := s.Gate.Agreements(r.Context(), aud)
	if err != nil {
		return err
	}
	o, said, ok := readAnswer(r.PostForm, a)
	if !ok {
		return errForm
	}
	ws := s.words(r, aud.Language(), s.Wall())
	n := ws.notice(o.Name)
	if ws.err != nil {
		return ws.err
	}
	form := shown(n)
	switch said.act(o, n.Hash) {
	case showAgain:
		http.Redirect(w, r, "/m/consent#"+n.Name, http.StatusSeeOther)
		return nil
	case give:
		err = s.Registry.Give(r.Context(), aud.Family(), o.Scopes, form)
	case withdraw:
		err = s.Registry.Withdraw(r.Context(), aud.Family(), o.Scopes, form)
	case refuse:
		err = s.Registry.Refuse(r.Context(), aud.Family(), o.Scopes, form)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/m/consent?saved="+n.Name+"#"+n.Name, http.StatusSeeOther)
	return nil
}

// shareLess leaves of what is agreed to for a purpose what is not ticked, no finer
// than asked. When something else was said since the page was shown, it is shown again.
func (s *Site) shareLess(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	l, ok := readLess(r.PostForm)
	if !ok {
		return errForm
	}
	name := string(l.Purpose)
	ws := s.words(r, aud.Language(), s.Wall())
	form := shown(ws.notice("narrow"))
	form.Seen = r.PostForm.Get("seen")
	if ws.err != nil {
		return ws.err
	}
	_, err = s.Registry.Narrow(r.Context(), aud.Family(), l, form)
	switch {
	case errors.Is(err, consent.ErrChanged):
		http.Redirect(w, r, "/m/consent#"+name, http.StatusSeeOther)
		return nil
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/m/consent?saved="+name+"#"+name, http.StatusSeeOther)
	return nil
}

// askStop asks once whether everything is to stop.
func (s *Site) askStop(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	s.send(w, r, http.StatusOK, "stop", s.familyPage(ws, ws.say("stop.title"), "/m/stop", ws.notice("stop")))
	return nil
}

// stop withdraws everything a family agreed to, at once.
func (s *Site) stop(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	asked := ws.notice("stop")
	if ws.err != nil {
		return ws.err
	}
	if err := s.Registry.WithdrawAll(r.Context(), aud.Family(), shown(asked)); err != nil {
		return err
	}
	http.Redirect(w, r, "/m/", http.StatusSeeOther)
	return nil
}
