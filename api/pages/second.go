package pages

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"foyer/internal/account"
	"foyer/internal/disclosure"
)

// A second is the page of the second factor: what to set up, unless that was done.
type second struct {
	Enrolled bool
	QR       qr
	Secret   string // in fours
}

// spares are recovery codes, shown once.
type spares struct{ Codes []string }

// askSecond shows what who typed the right password has to answer.
func (s *Site) askSecond(w http.ResponseWriter, r *http.Request) error {
	return s.secondForm(w, r, http.StatusOK, "")
}

func (s *Site) secondForm(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	c, err := s.Accounts.Challenge(r.Context(), session(r, heldCookie, s.Plain))
	if errors.Is(err, account.ErrDenied) {
		http.Redirect(w, r, "/console/sign-in", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	view := second{Enrolled: c.Enrolled, Secret: inFours(c.Secret)}
	if !c.Enrolled {
		if view.QR, err = drawQR(c.URL); err != nil {
			return err
		}
	}
	ws := s.words(r, "", s.Wall())
	p := s.newPage(ws, "console", ws.say("second.title"), view)
	p.Back, p.Secret = "/console/second", true
	if trouble != "" {
		p.Trouble = ws.say(trouble)
	}
	s.send(w, r, status, "second", p)
	return nil
}

// inFours writes a secret as people copy it.
func inFours(secret string) string {
	var groups []string
	for ; len(secret) > 4; secret = secret[4:] {
		groups = append(groups, secret[:4])
	}
	return strings.Join(append(groups, secret), " ")
}

// answerSecond lets in who has the second factor too. Who set it up is shown the
// codes that stand in for it.
func (s *Site) answerSecond(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	token, recovery, err := s.Accounts.Prove(r.Context(), session(r, heldCookie, s.Plain), r.PostForm.Get("code"), s.address(r))
	var slow account.ErrThrottled
	switch {
	case errors.As(err, &slow):
		waitFor(w, slow)
		return s.secondForm(w, r, http.StatusTooManyRequests, "console.slow")
	case errors.Is(err, account.ErrCode):
		return s.secondForm(w, r, http.StatusUnauthorized, "second.wrong")
	case errors.Is(err, account.ErrDenied):
		http.Redirect(w, r, "/console/sign-in", http.StatusSeeOther)
		return nil
	case err != nil:
		return err
	}
	s.remember(w, heldCookie, "", 0)
	s.remember(w, consoleCookie, token, consoleLife)
	if recovery == nil {
		http.Redirect(w, r, "/console", http.StatusSeeOther)
		return nil
	}
	aud, err := s.who(r.Context(), token)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	p := s.consolePage(ws, aud, ws.say("spares.title"), "", "/console")
	p.View, p.Secret = spares{recovery}, true
	s.send(w, r, http.StatusOK, "spares", p)
	return nil
}

// waitFor says when an attempt may be made again.
func waitFor(w http.ResponseWriter, slow account.ErrThrottled) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(slow.After.Seconds()))))
}

// desks are the first pages of the console; each person lands on the first one
// that it may see.
var desks = []string{"/console", "/console/households", "/console/journal", "/console/aggregates", "/console/charter", "/console/account"}

func deskOf(aud disclosure.Audience) string {
	for _, path := range desks {
		if aud.May("GET " + path) {
			return path
		}
	}
	return "/console/sign-in"
}
