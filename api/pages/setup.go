package pages

import (
	"errors"
	"net/http"

	"foyer/internal/account"
	"foyer/internal/household"
)

// A welcome is what a person sees who chooses a password with a link.
type welcome struct{ Name, Email, Role string }

// showSetup shows the form and uses nothing up: previews and scanners fetch links.
func (s *Site) showSetup(w http.ResponseWriter, r *http.Request) error {
	who, err := s.Accounts.Setup(r.Context(), r.PathValue("token"))
	if err != nil {
		return s.refuseSetup(w, r, err)
	}
	s.setupForm(w, r, http.StatusOK, who, "")
	return nil
}

func (s *Site) setupForm(w http.ResponseWriter, r *http.Request, status int, who household.Staff, trouble string) {
	ws := s.words(r, "", s.Wall())
	p := s.newPage(ws, "console", ws.say("setup.title"), welcome{who.Name, who.Email, ws.say("role." + who.Role)})
	p.Back, p.Secret = r.URL.Path, true
	if trouble != "" {
		p.Trouble = ws.say(trouble)
	}
	s.send(w, r, status, "setup", p)
}

// usePassword uses the link up, and asks for the second factor as after a sign-in. A
// password that is too weak leaves the link as it was.
func (s *Site) usePassword(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	token := r.PathValue("token")
	held, err := s.Accounts.ChoosePassword(r.Context(), token, r.PostForm.Get("password"))
	if errors.Is(err, account.ErrWeak) {
		who, err := s.Accounts.Setup(r.Context(), token)
		if err != nil {
			return s.refuseSetup(w, r, err)
		}
		s.setupForm(w, r, http.StatusUnprocessableEntity, who, "account.weak")
		return nil
	}
	if err != nil {
		return s.refuseSetup(w, r, err)
	}
	s.remember(w, heldCookie, held, account.HeldLifetime)
	http.Redirect(w, r, "/console/second", http.StatusSeeOther)
	return nil
}

// refuseSetup says why a link does not open, and what to do. A link that was used and one
// that nobody was given are one answer.
func (s *Site) refuseSetup(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, account.ErrSetup) {
		return err
	}
	ws := s.words(r, "", s.Wall())
	s.message(w, r, ws, http.StatusNotFound, bulletin{
		Title: ws.say("setup.gone.title"), Tone: "wait", Icon: "dash",
		Lines: []string{ws.say("setup.gone.text"), ws.say("setup.gone.help")},
		Act:   &action{Text: ws.say("console.signin"), Href: "/console/sign-in"},
	})
	return nil
}
