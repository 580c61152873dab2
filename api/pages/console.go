package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// deskLength is how many alerts one page of the list shows.
const deskLength = 100

func (s *Site) consolePage(ws *words, aud disclosure.Audience, title, here, back string) page {
	p := s.newPage(ws, "console", title, nil)
	p.Here, p.Back, p.Signed, p.Families, p.Demo = here, back, aud.Name(), aud.May("GET /console/families"), s.DemoFamily != nil
	p.Alerts, p.Names = aud.May("GET /console"), aud.May("GET /console/households")
	p.Together = aud.May("GET /console/aggregates")
	p.Ledger, p.Runs = aud.May("GET /console/ledger"), aud.May("GET /console/runs")
	p.Journal, p.Charter = aud.May("GET /console/journal"), aud.May("GET /console/charter")
	return p
}

// showDesk shows who to call: cold homes first, then by severity and age.
func (s *Site) showDesk(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	q := disclosure.AlertQuery{Limit: deskLength, Cursor: r.URL.Query().Get("after")}
	closed := r.URL.Query().Get("state") == string(household.Resolved)
	if closed {
		q.States = []household.AlertState{household.Resolved}
	}
	list, err := s.Gate.Alerts(r.Context(), aud, q)
	if errors.Is(err, disclosure.ErrCursor) {
		http.Redirect(w, r, "/console", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	view, fresh := drawDesk(ws, list.Alerts, closed)
	if list.Next != "" {
		next := url.Values{"after": {list.Next}}
		if closed {
			next.Set("state", string(household.Resolved))
		}
		view.More = "/console?" + next.Encode()
	}
	title := ws.say("console.title")
	if fresh > 0 {
		title = ws.say("console.tab", "N", fresh)
	}
	p := s.consolePage(ws, aud, title, "alerts", r.URL.RequestURI())
	p.View = view
	if r.URL.Query().Get("done") != "" {
		p.Notice = ws.say("console.done")
	}
	s.send(w, r, http.StatusOK, "console", p)
	return nil
}

// showAlert shows one alert, its history, and the form that closes it.
func (s *Site) showAlert(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	return s.dossier(w, r, aud, http.StatusOK, func(*words, *page, *dossier) {})
}

// dossier draws the alert named in the address; change has the last word.
func (s *Site) dossier(w http.ResponseWriter, r *http.Request, aud disclosure.Audience, status int, change func(*words, *page, *dossier)) error {
	a, err := s.Gate.Alert(r.Context(), aud, r.PathValue("id"))
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	d := drawDossier(ws, a)
	p := s.consolePage(ws, aud, d.Alert.Label+", "+d.Alert.What, "alert", "/console/alerts/"+url.PathEscape(a.ID))
	if r.URL.Query().Get("done") != "" {
		p.Notice = ws.say("console.done")
	}
	change(ws, &p, &d)
	p.View = d
	s.send(w, r, status, "alert", p)
	return nil
}

// takeAlert gives an alert to who clicks. Who comes second is told who has it.
func (s *Site) takeAlert(w http.ResponseWriter, r *http.Request) error {
	aud, version, err := s.form(r)
	if err != nil {
		return err
	}
	if _, err := s.Gate.Acknowledge(r.Context(), aud, r.PathValue("id"), version); err != nil {
		return s.late(w, r, aud, err, "", "")
	}
	http.Redirect(w, r, "/console?done=1", http.StatusSeeOther)
	return nil
}

// closeAlert ends an alert with an outcome and a note.
func (s *Site) closeAlert(w http.ResponseWriter, r *http.Request) error {
	aud, version, err := s.form(r)
	if err != nil {
		return err
	}
	outcome, note := r.PostForm.Get("outcome"), r.PostForm.Get("note")
	if _, err := s.Gate.Resolve(r.Context(), aud, r.PathValue("id"), version, outcome, note); err != nil {
		return s.late(w, r, aud, err, outcome, note)
	}
	http.Redirect(w, r, "/console?done=1", http.StatusSeeOther)
	return nil
}

// form says who sends a form and for which version of an alert.
func (s *Site) form(r *http.Request) (disclosure.Audience, int64, error) {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return aud, 0, err
	}
	if err := r.ParseForm(); err != nil {
		return aud, 0, errForm
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return aud, 0, errForm
	}
	return aud, version, nil
}

// late shows the alert again with what went wrong, and what was typed.
func (s *Site) late(w http.ResponseWriter, r *http.Request, aud disclosure.Audience, err error, outcome, note string) error {
	var old disclosure.ErrStale
	status, trouble := 0, func(*words) string { return "" }
	switch {
	case errors.As(err, &old):
		status, trouble = http.StatusPreconditionFailed, func(ws *words) string { return stale(ws, old) }
	case errors.Is(err, disclosure.ErrOutcome):
		status, trouble = http.StatusUnprocessableEntity, func(ws *words) string { return ws.say("console.pick") }
	case errors.Is(err, disclosure.ErrNote):
		status, trouble = http.StatusUnprocessableEntity, func(ws *words) string { return ws.say("console.long") }
	default:
		return err
	}
	return s.dossier(w, r, aud, status, func(ws *words, p *page, d *dossier) {
		p.Notice, p.Trouble, d.Note = "", trouble(ws), note
		for i := range d.Outcomes {
			d.Outcomes[i].Chosen = d.Outcomes[i].Code == outcome
		}
	})
}

// showFamilies shows what each family shares.
func (s *Site) showFamilies(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Gate.Families(r.Context(), aud)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	p := s.consolePage(ws, aud, ws.say("families.title"), "families", "/console/families")
	p.View = drawFamilies(ws, list)
	s.send(w, r, http.StatusOK, "families", p)
	return nil
}
