package pages

import (
	"net/http"

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
