package pages

import (
	"errors"
	"net/http"
	"time"

	"foyer/internal/account"
	"foyer/internal/household"
)

// inUse is how long after its last use a phone counts as in use. Nothing finer is
// shown: who is watched at home is not to be watched by when they look.
const inUse = 30 * 24 * time.Hour

// phones is the list of the phones of a family.
type phones struct{ Phones []phone }

// A phone is one line of it.
type phone struct {
	ID, Name, Since, Used, End string
	This                       bool // it is the one in hand
}

// showPhones lists the connected phones of a family.
func (s *Site) showPhones(w http.ResponseWriter, r *http.Request) error {
	return s.sendPhones(w, r, http.StatusOK, "")
}

// endPhone disconnects one phone of a family, by its id.
func (s *Site) endPhone(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	err = s.Accounts.Disconnect(r.Context(), aud.Family(), r.PostForm.Get("phone"))
	if errors.Is(err, account.ErrUnknown) {
		return s.sendPhones(w, r, http.StatusNotFound, "phones.unknown")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/m/phones?done=1", http.StatusSeeOther)
	return nil
}

func (s *Site) sendPhones(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Accounts.Phones(r.Context(), aud.Family(), FamilySession(r, s.Plain))
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), s.Wall())
	p := s.familyPage(ws, ws.say("phones.title"), "/m/phones", drawPhones(ws, list))
	if r.URL.Query().Get("done") != "" {
		p.Notice = ws.say("phones.ended")
	}
	if trouble != "" {
		p.Trouble = ws.say(trouble)
	}
	s.send(w, r, status, "phones", p)
	return nil
}

// drawPhones numbers the phones, in the order they were connected.
func drawPhones(w *words, list []household.Phone) phones {
	var v phones
	for i, p := range list {
		one := phone{ID: p.ID, This: p.This, Name: w.say("phones.name", "N", itoa(i+1))}
		if !p.Connected.IsZero() {
			one.Since = w.say("phones.since", "Day", w.date(p.Connected))
		}
		switch {
		case p.This:
			one.Used = w.say("phones.this")
		case p.Used.IsZero():
			one.Used = w.say("phones.used.unknown")
		case w.now.Sub(p.Used) < inUse:
			one.Used = w.say("phones.used.lately")
		default:
			one.Used = w.say("phones.used.long_ago")
		}
		one.End = w.say("phones.end", "N", itoa(i+1))
		v.Phones = append(v.Phones, one)
	}
	return v
}
