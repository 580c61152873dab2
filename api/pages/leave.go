package pages

import (
	"net/http"
)

// neutral is where who leaves in haste is led: a page that many have open, and that
// says nothing of who opened it.
const neutral = "https://meteofrance.com/"

// awayCookie says that somebody left in haste on this device: until they open the
// family's pages again, the way back leads to a page without a figure.
const awayCookie = "foyer-away"

// leaveNow leads away from the family's pages, for browsers without script: the
// others do not ask. The device stays connected. Nothing is cleared with
// Clear-Site-Data: no page is kept, and a browser clears before it goes on.
func (s *Site) leaveNow(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, s.awayFor(0))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, neutral, http.StatusSeeOther)
	return nil
}

// comeBack opens the family's pages again on a device that somebody left in haste.
func (s *Site) comeBack(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, s.awayFor(-1))
	http.Redirect(w, r, "/m/", http.StatusSeeOther)
	return nil
}

// awayFor returns the cookie as the script writes it, so that either can take it back.
// An age of 0 is until the browser is closed.
func (s *Site) awayFor(age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // it opens nothing; a script writes it too
		Name: awayCookie, Value: "1", Path: "/", Secure: !s.Plain, SameSite: http.SameSiteLaxMode, MaxAge: age,
	}
}

// away reports whether somebody left the family's pages in haste on this device.
func away(r *http.Request) bool {
	_, err := r.Cookie(awayCookie)
	return err == nil
}

// cover stands before the family's pages where somebody left them in haste. It does
// not say that they did.
func (s *Site) cover(w http.ResponseWriter, r *http.Request) error {
	ws := s.words(r, "", s.Wall())
	p := s.familyPage(ws, ws.say("app.home"), "/m/", nil)
	p.Secret = true
	s.send(w, r, http.StatusOK, "closed", p)
	return nil
}
