package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"foyer/internal/account"
)

// door is the page of a phone that is not connected.
func (s *Site) door(r *http.Request) page {
	ws := s.words(r, "", s.Wall())
	return s.familyPage(ws, ws.say("door.title"), "/m/", nil)
}

// typeCode leads from the form of the door to the code's own page.
func (s *Site) typeCode(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	code := strings.ToUpper(strings.Join(strings.FieldsFunc(r.PostForm.Get("code"), func(c rune) bool {
		return c == ' ' || c == '-' || c == '\u00a0'
	}), ""))
	if code == "" {
		http.Redirect(w, r, "/m/", http.StatusSeeOther)
		return nil
	}
	http.Redirect(w, r, "/i/"+url.PathEscape(code), http.StatusSeeOther)
	return nil
}

// showInvitation shows a button and nothing else. Previews and scanners fetch
// links: a GET does not use the code up.
func (s *Site) showInvitation(w http.ResponseWriter, r *http.Request) error {
	language, err := s.Accounts.Peek(r.Context(), r.PathValue("code"), s.address(r))
	ws := s.words(r, language, s.Wall())
	if err != nil {
		return s.refuseCode(w, r, ws, err)
	}
	s.send(w, r, http.StatusOK, "invite", s.familyPage(ws, ws.say("invite.title"), r.URL.Path, nil))
	return nil
}

// useInvitation uses the code up and connects the phone. Who agreed to nothing
// yet is asked first.
func (s *Site) useInvitation(w http.ResponseWriter, r *http.Request) error {
	session, err := s.Accounts.Consume(r.Context(), r.PathValue("code"), s.address(r))
	if err != nil {
		return s.refuseCode(w, r, s.words(r, "", s.Wall()), err)
	}
	s.remember(w, familyCookie, session, familyLife)
	aud, err := s.who(r.Context(), session)
	if err != nil {
		return err
	}
	a, err := s.Gate.Agreements(r.Context(), aud)
	if err != nil {
		return err
	}
	next := "/m/consent"
	if agreed(a) {
		next = "/m/"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// refuseCode says kindly why a code does not open.
func (s *Site) refuseCode(w http.ResponseWriter, r *http.Request, ws *words, err error) error {
	var slow account.ErrThrottled
	who := s.Contact.Name
	b := bulletin{Tone: "wait", Icon: "dash", Help: true}
	status := http.StatusNotFound
	switch {
	case errors.As(err, &slow):
		status, b.Icon = http.StatusTooManyRequests, "clock"
		waitFor(w, slow)
		b.Title, b.Lines = ws.say("invite.slow.title"), []string{ws.say("invite.slow.text", "Who", who)}
	case errors.Is(err, account.ErrPhones):
		status = http.StatusConflict
		b.Title, b.Lines = ws.say("invite.phones.title"), []string{ws.say("invite.phones.text", "Who", who)}
	case errors.Is(err, account.ErrCodeUsed), errors.Is(err, account.ErrCodeExpired):
		b.Title, b.Lines = ws.say("invite.used.title"), []string{ws.say("invite.used.text"), ws.say("invite.used.help", "Who", who)}
	case errors.Is(err, account.ErrCodeUnknown):
		b.Title, b.Lines = ws.say("invite.unknown.title"), []string{ws.say("invite.unknown.text"), ws.say("invite.used.help", "Who", who)}
	default:
		return err
	}
	s.message(w, r, ws, status, b)
	return nil
}
