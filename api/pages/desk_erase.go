package pages

import (
	"errors"
	"net/http"
	"net/url"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// askEraseOf shows the town lead what would go of a family and what would stay.
func (s *Site) askEraseOf(w http.ResponseWriter, r *http.Request) error {
	aud, h, err := s.named(r)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	s.send(w, r, http.StatusOK, "erase", s.wipePage(ws, aud, h, "", ""))
	return nil
}

// eraseOf makes a request to erase a family and shows its code, to be given to the
// family before it is confirmed.
func (s *Site) eraseOf(w http.ResponseWriter, r *http.Request) error {
	aud, h, err := s.named(r)
	if err != nil {
		return err
	}
	code, until, err := s.Registry.AskErasure(r.Context(), h.Family.ID, aud.Pilot())
	if errors.Is(err, registry.ErrUnknown) { // it is gone by now
		err = disclosure.ErrWithheld
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	p := s.wipePage(ws, aud, h, code, ws.when(until))
	p.Secret = true
	s.send(w, r, http.StatusOK, "erase", p)
	return nil
}

// confirmEraseOf has everything erased about a family. A request that is too old is
// made anew.
func (s *Site) confirmEraseOf(w http.ResponseWriter, r *http.Request) error {
	aud, h, err := s.named(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	code := r.PostForm.Get("code")
	err = s.Registry.ConfirmErasure(r.Context(), h.Family.ID, code, registry.Form{Pilot: aud.Pilot(), By: aud.Subject()})
	if errors.Is(err, registry.ErrUnknown) {
		http.Redirect(w, r, wipeOf(h.Family.ID), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	return s.sendErasure(w, r, ws, code, s.erasurePage(ws, aud))
}

// askErasureAtDesk asks the town lead for the code of an erasure.
func (s *Site) askErasureAtDesk(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	s.send(w, r, http.StatusOK, "erasure", s.erasurePage(ws, aud))
	return nil
}

// showErasureAtDesk says how far the erasure of a code is, and shows its certificate.
func (s *Site) showErasureAtDesk(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	ws := s.words(r, "", s.Wall())
	return s.sendErasure(w, r, ws, r.PostForm.Get("code"), s.erasurePage(ws, aud))
}

// named says who asks about which family, by name.
func (s *Site) named(r *http.Request) (disclosure.Audience, household.Household, error) {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return aud, household.Household{}, err
	}
	h, err := s.Gate.Household(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	return aud, h, err
}

// wipeOf returns where a family is erased.
func wipeOf(id household.FamilyID) string {
	return "/console/households/" + url.PathEscape(string(id)) + "/erase"
}

func (s *Site) wipePage(ws *words, aud disclosure.Audience, h household.Household, code, until string) page {
	v := drawWipe(ws)
	v.Code, v.Until, v.At, v.Home, v.Desk = code, until, wipeOf(h.Family.ID), "/console/households", true
	p := s.consolePage(ws, aud, ws.say("households.erase.title", "Label", h.Family.Label), "households", v.At)
	p.View = v
	return p
}

func (s *Site) erasurePage(ws *words, aud disclosure.Audience) page {
	p := s.consolePage(ws, aud, ws.say("erasure.title"), "households", "/console/erasure")
	p.View = newErasing(true)
	return p
}
