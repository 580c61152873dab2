package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// runsLength is how many passes of jobs one page of the list shows.
const runsLength = 50

// A history is the list of passes of jobs. More leads to the older ones, "" when
// there are none.
type history struct {
	Runs []sheet
	More string
}

// showRuns shows an operator what passes of jobs came to.
func (s *Site) showRuns(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Gate.Runs(r.Context(), aud, disclosure.RunQuery{Limit: runsLength, Cursor: r.URL.Query().Get("after")})
	if errors.Is(err, disclosure.ErrCursor) {
		http.Redirect(w, r, "/console/runs", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	p := s.consolePage(ws, aud, ws.say("runs.title"), "runs", r.URL.RequestURI())
	view := history{Runs: drawRuns(ws, list.Runs)}
	if list.Next != "" {
		view.More = "/console/runs?" + url.Values{"after": {list.Next}}.Encode()
	}
	p.View = view
	s.send(w, r, http.StatusOK, "runs", p)
	return nil
}

func drawRuns(w *words, runs []household.Run) []sheet {
	var all []sheet
	for _, r := range runs {
		one := sheet{Label: w.or("runs.job."+r.Job, "runs.job.other"), Facts: []fact{
			{Name: w.say("runs.began"), Value: capital(w.when(r.Started))},
			{Name: w.say("runs.ended")},
			{Name: w.say("runs.done"), Value: strconv.Itoa(r.Done)},
			{Name: w.say("runs.failed"), Value: strconv.Itoa(r.Failed)},
		}}
		switch {
		case !r.Finished.IsZero():
			one.Facts[1].Value = capital(w.when(r.Finished))
		case r.Fault == household.FaultUnended:
			one.Facts[1].Small = w.say("runs.ended.never")
		default:
			one.Facts[1].Small = w.say("runs.ended.yet")
		}
		if r.Fault != "" {
			one.Facts[3].Small = w.or("runs.fault."+string(r.Fault), "runs.fault.other")
		}
		all = append(all, one)
	}
	return all
}
