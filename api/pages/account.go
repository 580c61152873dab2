package pages

import (
	"errors"
	"net/http"

	"foyer/internal/account"
)

// An identity is what a person's own page says.
type identity struct{ Name, Role, About string }

// showAccount shows a person who they are here, and lets them change the password.
func (s *Site) showAccount(w http.ResponseWriter, r *http.Request) error {
	return s.accountForm(w, r, http.StatusOK, "")
}

func (s *Site) accountForm(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	p := s.consolePage(ws, aud, ws.say("account.title"), "account", "/console/account")
	role := string(aud.Role())
	p.View = identity{aud.Name(), ws.say("role." + role), ws.say("role." + role + ".text")}
	if trouble != "" {
		p.Trouble = ws.say(trouble)
	}
	s.send(w, r, status, "account", p)
	return nil
}

// changePassword replaces the password of who knows it. Every session ends, this
// one too.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	err = s.Accounts.ChangePassword(r.Context(), aud.Subject(), r.PostForm.Get("old"), r.PostForm.Get("new"), s.address(r))
	var slow account.ErrThrottled
	switch {
	case errors.As(err, &slow):
		waitFor(w, slow)
		return s.accountForm(w, r, http.StatusTooManyRequests, "console.slow")
	case errors.Is(err, account.ErrDenied):
		return s.accountForm(w, r, http.StatusUnprocessableEntity, "account.wrong")
	case errors.Is(err, account.ErrWeak):
		return s.accountForm(w, r, http.StatusUnprocessableEntity, "account.weak")
	case err != nil:
		return err
	}
	s.remember(w, consoleCookie, "", 0)
	http.Redirect(w, r, "/console/sign-in", http.StatusSeeOther)
	return nil
}
