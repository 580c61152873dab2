package pages

import (
	"errors"
	"net/http"

	"foyer/internal/household"
	"foyer/internal/registry"
)

// wipe is what is read before everything about a family is erased: by itself, or out
// to it where the town lead does it.
type wipe struct {
	Goes, Stays []string
	Code        string // of its request; "" before there is one
	Until       string // until when it can be confirmed
	At          string // where its forms go
	Home        string // where a no leads
	Desk        bool   // the town lead has it done
}

func drawWipe(w *words) wipe {
	goes, stays, err := w.Erasure()
	w.keep("", err)
	return wipe{Goes: goes, Stays: stays, At: "/m/erase", Home: "/m/"}
}

// askErase shows a family what would go and what would stay.
func (s *Site) askErase(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	s.send(w, r, http.StatusOK, "erase", s.familyPage(ws, ws.say("erase.title"), "/m/erase", drawWipe(ws)))
	return nil
}

// erase makes a request and shows its code, to be written down before it is confirmed.
func (s *Site) erase(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	code, until, err := s.Registry.AskErasure(r.Context(), aud.Family(), aud.Pilot())
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	v := drawWipe(ws)
	v.Code, v.Until = code, ws.when(until)
	p := s.familyPage(ws, ws.say("erase.title"), "/m/erase", v)
	p.Secret = true
	s.send(w, r, http.StatusOK, "erase", p)
	return nil
}

// confirmErase has everything erased about a family, and disconnects this phone. A
// request that is too old is made anew.
func (s *Site) confirmErase(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	code := r.PostForm.Get("code")
	err = s.Registry.ConfirmErasure(r.Context(), aud.Family(), code, registry.Form{})
	if errors.Is(err, registry.ErrUnknown) {
		http.Redirect(w, r, "/m/erase", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	s.remember(w, familyCookie, "", 0)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return s.tellErasure(w, r, s.words(r, aud.Language(), s.Wall()), code)
}

// An erasing is how far a request to erase a family is.
type erasing struct {
	At          string // where its forms go
	Desk        bool   // it is shown to the town lead
	Code        string
	Text        string // how far it is; "" before a code was typed
	Until       string // how long that can be read; "" while it is under way
	Certificate string // "" before it is done
}

// newErasing begins the page of a family, or of the town lead.
func newErasing(desk bool) erasing {
	if desk {
		return erasing{At: "/console/erasure", Desk: true}
	}
	return erasing{At: "/erasure"}
}

// tell says how far a request is, in the words of who reads.
func (v erasing) tell(w *words, code string, e household.ErasureRequest) erasing {
	v.Code, v.Certificate = code, e.Certificate
	said := "erasure."
	if v.Desk {
		said = "households.erasure."
	}
	switch {
	case !e.Erased.IsZero():
		v.Text = w.say("erasure.erased", "Day", w.date(e.Erased))
	case !e.Confirmed.IsZero():
		v.Text = w.say(said + "confirmed")
	default:
		v.Text = w.say(said + "asked")
	}
	if !e.Until.IsZero() {
		v.Until = w.say("erasure.until", "Day", w.date(e.Until))
	}
	return v
}

// askErasure asks for the code of an erasure. It stands in no address.
func (s *Site) askErasure(w http.ResponseWriter, r *http.Request) error {
	ws := s.words(r, "", s.Wall())
	s.send(w, r, http.StatusOK, "erasure", s.familyPage(ws, ws.say("erasure.title"), "/erasure", newErasing(false)))
	return nil
}

// showErasure says how far the erasure of a code is, and shows its certificate.
func (s *Site) showErasure(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	return s.tellErasure(w, r, s.words(r, "", s.Wall()), r.PostForm.Get("code"))
}

func (s *Site) tellErasure(w http.ResponseWriter, r *http.Request, ws *words, code string) error {
	return s.sendErasure(w, r, ws, code, s.familyPage(ws, ws.say("erasure.title"), "/erasure", newErasing(false)))
}

// sendErasure answers with how far the erasure of a code is, on a page that begins it.
func (s *Site) sendErasure(w http.ResponseWriter, r *http.Request, ws *words, code string, p page) error {
	status := http.StatusOK
	v, _ := p.View.(erasing)
	e, err := s.Registry.Erasure(r.Context(), code)
	switch {
	case errors.Is(err, registry.ErrUnknown):
		status, p.Trouble = http.StatusNotFound, ws.say("erasure.unknown")
	case err != nil:
		return err
	default:
		p.View = v.tell(ws, code, e)
	}
	p.Secret = true
	s.send(w, r, status, "erasure", p)
	return nil
}
