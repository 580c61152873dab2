package pages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/permission"
)

// householdsLength is how many families one page of the list shows.
const householdsLength = 200

// A register is the list of families by name, for the town lead. More leads to the
// others, "" when there are none. Who opened the figures of many is said above it.
type register struct {
	Browses    browses
	Households []entry
	More       string
}

// An entry is one family of the register.
type entry struct {
	ID, Label, Phones string
	Connected         bool
	Helpers           []helper
	Offered           []choice // the other caseworkers of the pilot: id and name
}

// A helper is a caseworker of a family; ID is that of the entry.
type helper struct{ ID, Name, Since string }

// A letter invites a family; it is printed and sent, or handed over.
type letter struct {
	Label, Code, Address string
	QR                   qr
}

// showHouseholds shows the families by name, and who helps them.
func (s *Site) showHouseholds(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	page, err := s.Gate.Households(r.Context(), aud, householdsLength, r.URL.Query().Get("after"))
	if errors.Is(err, disclosure.ErrCursor) {
		http.Redirect(w, r, "/console/households", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	staff, err := s.Accounts.Colleagues(r.Context(), aud.Pilot())
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	view := drawRegister(ws, page.Households, staff)
	if page.Next != "" {
		view.More = "/console/households?" + url.Values{"after": {page.Next}}.Encode()
	}
	if view.Browses, err = s.browsed(r, ws, aud); err != nil {
		return err
	}
	p := s.consolePage(ws, aud, ws.say("households.title"), "households", "/console/households")
	p.View = view
	if r.URL.Query().Get("done") != "" {
		p.Notice = ws.say("console.done")
	}
	s.send(w, r, http.StatusOK, "households", p)
	return nil
}

func drawRegister(w *words, all []household.Household, staff []household.Staff) register {
	var v register
	var caseworkers []choice
	for _, one := range staff {
		if one.Role == string(permission.Caseworker) {
			caseworkers = append(caseworkers, choice{Tag: one.ID, Name: one.Name})
		}
	}
	slices.SortFunc(caseworkers, func(a, b choice) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Tag, b.Tag)) })
	for _, h := range all {
		one := entry{ID: string(h.Family.ID), Label: h.Family.Label, Connected: h.Phones > 0, Phones: w.say("households.phones", "Count", h.Phones)}
		for _, x := range h.CaseLoad {
			one.Helpers = append(one.Helpers, helper{x.ID, x.StaffName, w.say("households.since", "When", w.when(x.From))})
		}
		for _, c := range caseworkers {
			if !slices.ContainsFunc(h.CaseLoad, func(x household.Assignment) bool { return x.Staff == c.Tag }) {
				one.Offered = append(one.Offered, c)
			}
		}
		v.Households = append(v.Households, one)
	}
	slices.SortFunc(v.Households, func(a, b entry) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID)) })
	return v
}

// assignHousehold has a caseworker help a family.
func (s *Site) assignHousehold(w http.ResponseWriter, r *http.Request) error {
	return s.inRegister(w, r, func(aud disclosure.Audience) error {
		_, _, err := s.Gate.Assign(r.Context(), aud, household.FamilyID(r.PathValue("id")), r.PostForm.Get("staff"))
		if errors.Is(err, disclosure.ErrHelper) {
			err = errForm // the page offers none but caseworkers
		}
		return err
	})
}

// endHelp has a caseworker no longer help a family.
func (s *Site) endHelp(w http.ResponseWriter, r *http.Request) error {
	return s.inRegister(w, r, func(aud disclosure.Audience) error {
		_, err := s.Gate.EndAssignment(r.Context(), aud, r.PathValue("id"))
		return err
	})
}

// disconnectHousehold ends the session of every phone of a family.
func (s *Site) disconnectHousehold(w http.ResponseWriter, r *http.Request) error {
	return s.inRegister(w, r, func(aud disclosure.Audience) error {
		return s.Gate.Disconnect(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	})
}

// inRegister does something to the register and shows it again.
func (s *Site) inRegister(w http.ResponseWriter, r *http.Request, do func(disclosure.Audience) error) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	if err := do(aud); err != nil {
		return err
	}
	http.Redirect(w, r, "/console/households?done=1", http.StatusSeeOther)
	return nil
}

// writeLetter makes a code for a family and shows the letter that carries it, once.
// Codes of earlier letters that were not used are then worthless.
func (s *Site) writeLetter(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	h, err := s.Gate.Household(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	code, err := s.Accounts.Invite(r.Context(), h.Family.ID)
	if err != nil {
		return err
	}
	ws := s.words(r, h.Family.Language, s.Wall())
	at := url.URL{Scheme: "https", Host: r.Host, Path: "/i/" + code}
	if s.Plain {
		at.Scheme = "http"
	}
	picture, err := drawQR(at.String())
	if err != nil {
		return err
	}
	p := s.consolePage(ws, aud, ws.say("letter.title"), "households", "/console/households")
	p.View, p.Secret = letter{h.Family.Label, code, at.Host, picture}, true
	s.send(w, r, http.StatusOK, "letter", p)
	return nil
}
