package pages

import (
	"errors"
	"net/http"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// start leads from the bare address to the family's page.
func (s *Site) start(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/m/", http.StatusSeeOther)
	return nil
}

// showHome shows a family its page.
func (s *Site) showHome(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	return s.home(w, r, aud)
}

// showDemo signs in as one of the demo's homes and shows its page. Outside a demo
// there is no such page.
func (s *Site) showDemo(w http.ResponseWriter, r *http.Request) error {
	if s.DemoFamily == nil {
		return disclosure.ErrWithheld
	}
	c, ok := s.DemoFamily(r.PathValue("slug"))
	if !ok {
		return disclosure.ErrWithheld
	}
	aud, err := s.Gate.Authenticate(r.Context(), c)
	if err != nil {
		return err
	}
	s.remember(w, familyCookie, c.Session, familyLife)
	if away(r) {
		return s.cover(w, r)
	}
	return s.home(w, r, aud)
}

func (s *Site) home(w http.ResponseWriter, r *http.Request, aud disclosure.Audience) error {
	h, err := s.Gate.Home(r.Context(), aud)
	if err != nil {
		return err
	}
	shared := false
	if h.State == disclosure.Stopped {
		a, err := s.Gate.Agreements(r.Context(), aud)
		if err != nil {
			return err
		}
		shared = agreed(a)
	}
	ws := s.words(r, aud.Language(), h.At)
	if h.Zone == nil {
		h.Zone = s.Zone
	}
	ws.now = h.At.In(h.Zone)
	p := s.familyPage(ws, ws.say("app.home"), r.URL.Path, nil)
	v := drawHome(ws, h, p.Contact, shared)
	p.View = v
	s.send(w, r, http.StatusOK, "family", p)
	return nil
}

func (s *Site) familyPage(ws *words, title, back string, view any) page {
	p := s.newPage(ws, "family", title, view)
	p.Back, p.Demo = back, s.DemoFamily != nil
	return p
}

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

// showReceipts lists what a family said, with the receipt of each act.
func (s *Site) showReceipts(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	a, err := s.Gate.Agreements(r.Context(), aud)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	s.send(w, r, http.StatusOK, "receipts", s.familyPage(ws, ws.say("receipts.title"), "/m/receipts", drawReceipts(ws, a)))
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

// showAccess shows a family who read its data.
func (s *Site) showAccess(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	a, err := s.Gate.Agreements(r.Context(), aud)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	s.send(w, r, http.StatusOK, "access", s.familyPage(ws, ws.say("access.title"), "/m/access", drawReads(ws, a.Reads)))
	return nil
}

// showExport leads a family to everything that is kept about it.
func (s *Site) showExport(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	kept, err := s.Gate.Kept(r.Context())
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	s.send(w, r, http.StatusOK, "export", s.familyPage(ws, ws.say("export.title"), "/m/export", drawKept(ws, kept)))
	return nil
}

// drawKept says from when on a family's figures are kept; "" before any were removed.
func drawKept(w *words, kept household.Borders) string {
	if kept.At.IsZero() {
		return ""
	}
	zone := w.now.Location()
	return w.say("export.kept", "HalfHours", w.date(kept.HalfHours.Start(zone)), "Days", w.date(kept.Days.Start(zone)))
}

// leave disconnects this phone, or all phones of the family.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("phones") == "all" {
		err = s.Accounts.DisconnectAll(r.Context(), aud.Family())
	} else {
		err = s.Accounts.SignOut(r.Context(), FamilySession(r, s.Plain))
	}
	if err != nil {
		return err
	}
	s.remember(w, familyCookie, "", 0)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	ws := s.words(r, aud.Language(), s.Wall())
	s.message(w, r, ws, http.StatusOK, bulletin{
		Title: ws.say("bye.title"), Tone: "good", Icon: "check", Lines: []string{ws.say("bye.text")}, Help: true,
	})
	return nil
}

// accessibility says how accessible the pages are, as French law asks.
func (s *Site) accessibility(w http.ResponseWriter, r *http.Request) error {
	ws := s.words(r, "", s.Wall())
	s.send(w, r, http.StatusOK, "accessibility", s.familyPage(ws, ws.say("accessibility.title"), "/accessibility", nil))
	return nil
}
