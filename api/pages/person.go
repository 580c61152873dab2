package pages

import (
	"errors"
	"net/http"

	"foyer/internal/account"
	"foyer/internal/disclosure"
)

// askSignIn shows the form of the console's door.
func (s *Site) askSignIn(w http.ResponseWriter, r *http.Request) error {
	s.signInForm(w, r, http.StatusOK, "", "")
	return nil
}

// knock is what somebody typed at the console's door, without the password.
type knock struct{ Email string }

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request, status int, email, trouble string) {
	ws := s.words(r, "", s.Wall())
	p := s.newPage(ws, "console", ws.say("console.signin"), knock{email})
	p.Back, p.Demo = "/console/sign-in", s.DemoFamily != nil
	if trouble != "" {
		p.Trouble = ws.say(trouble)
	}
	s.send(w, r, status, "signin", p)
}

// signIn checks the password of a member of staff, and asks for the second factor.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	email := r.PostForm.Get("email")
	held, err := s.Accounts.SignIn(r.Context(), email, r.PostForm.Get("password"), s.address(r))
	var slow account.ErrThrottled
	switch {
	case errors.As(err, &slow):
		waitFor(w, slow)
		s.signInForm(w, r, http.StatusTooManyRequests, email, "console.slow")
		return nil
	case errors.Is(err, account.ErrDenied):
		s.signInForm(w, r, http.StatusUnauthorized, email, "console.wrong")
		return nil
	case err != nil:
		return err
	}
	s.remember(w, heldCookie, held, account.HeldLifetime)
	http.Redirect(w, r, "/console/second", http.StatusSeeOther)
	return nil
}

// signOut lets a member of staff out.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if session := StaffSession(r, s.Plain); session != "" {
		if err := s.Accounts.SignOut(r.Context(), session); err != nil {
			return err
		}
	}
	s.remember(w, consoleCookie, "", 0)
	http.Redirect(w, r, "/console/sign-in", http.StatusSeeOther)
	return nil
}

// enterDemo signs in the demo's caseworker. Outside a demo there is no such page.
func (s *Site) enterDemo(w http.ResponseWriter, r *http.Request) error {
	if s.DemoConsole == nil {
		return disclosure.ErrWithheld
	}
	c, ok := s.DemoConsole()
	if !ok {
		return disclosure.ErrWithheld
	}
	s.remember(w, consoleCookie, c.Session, consoleLife)
	http.Redirect(w, r, "/console", http.StatusSeeOther)
	return nil
}
