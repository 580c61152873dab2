package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/text"
)

// showAnswers shows a family what it can be asked, and what it said.
func (s *Site) showAnswers(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	return s.interview(w, r, aud, aud.Family(), "")
}

// sayAnswer keeps what a family says, or takes it back.
func (s *Site) sayAnswer(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	return s.take(w, r, aud, aud.Family())
}

// showFamilyAnswers shows a caseworker the same of a family that agreed to it.
func (s *Site) showFamilyAnswers(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	return s.interview(w, r, aud, household.FamilyID(r.PathValue("id")), "")
}

// writeFamilyAnswer keeps what a family said to a caseworker.
func (s *Site) writeFamilyAnswer(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	return s.take(w, r, aud, household.FamilyID(r.PathValue("id")))
}

// answersOf is where a caseworker reads what a family said.
func answersOf(id household.FamilyID) string {
	return "/console/families/" + url.PathEscape(string(id)) + "/answers"
}

// interview draws the questions; trouble is the key of what was wrong, "" for nothing.
func (s *Site) interview(w http.ResponseWriter, r *http.Request, aud disclosure.Audience, id household.FamilyID, trouble string) error {
	t, err := s.Gate.Answers(r.Context(), aud, id)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), t.At)
	ws.now = t.At.In(t.Zone)
	v := drawInterview(ws, t, aud.Family() == "")
	p := s.familyPage(ws, ws.say("answers.title"), v.Action, v)
	if v.Label != "" {
		p = s.consolePage(ws, aud, v.Label+", "+ws.say("answers.title.of"), "family", v.Action)
		p.View = v
	}
	status := http.StatusOK
	switch {
	case trouble != "":
		p.Trouble, status = ws.say(trouble), http.StatusBadRequest
	case r.URL.Query().Get("saved") != "":
		p.Notice = ws.say("answers.saved")
	}
	s.send(w, r, status, "answers", p)
	return nil
}

// take keeps one answer of a form, and shows the page again with what was wrong in it.
func (s *Site) take(w http.ResponseWriter, r *http.Request, aud disclosure.Audience, id household.FamilyID) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	day, err := energy.ParseDay(r.PostForm.Get("day"))
	if err != nil {
		return s.interview(w, r, aud, id, "answers.wrong.day")
	}
	a := household.Answer{Question: r.PostForm.Get("question"), Day: day}
	if r.PostForm.Get("do") != "erase" {
		if a.Answer = spoken(r.PostForm); a.Answer == "" {
			return s.interview(w, r, aud, id, "answers.wrong")
		}
	}
	err = s.Gate.Answer(r.Context(), aud, id, []household.Answer{a})
	if errors.Is(err, household.ErrAnswer) {
		return s.interview(w, r, aud, id, "answers.wrong")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "answers?saved=1#said", http.StatusSeeOther) // of this very address
	return nil
}

// spoken reads an answer of a form: choices, or an amount as people here write it.
func spoken(form url.Values) string {
	if chosen := form["answer"]; len(chosen) > 0 {
		return strings.Join(chosen, "+")
	}
	return strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "€", "", ",", ".").Replace(form.Get("amount"))
}

// An interview is what a family can be asked, and said.
type interview struct {
	Label  string // of the family, for a caseworker; "" on its own page
	Action string
	Agreed bool
	Today  string // "2026-11-26"
	Asks   []question
	Said   []saying
}

// A question is one form.
type question struct {
	ID, Asked, Since, Kind, Unit string // Kind is "radio" or "checkbox"
	Choices                      []kept // none: an amount
	Decline                      *kept  // beside an amount
}

// A saying is one answer that holds.
type saying struct {
	Question, Asked, When, By, Day string
	Answers                        []string
}

func drawInterview(w *words, t disclosure.Telling, staff bool) interview {
	v := interview{Action: "/m/answers", Agreed: t.Agreed, Today: t.Today.String()}
	if staff {
		v.Label, v.Action = t.Family.Label, answersOf(t.Family.ID)
	}
	for _, q := range household.Questions {
		if staff || !q.Staff {
			v.Asks = append(v.Asks, drawQuestion(w, q))
		}
	}
	for _, a := range t.Answers {
		v.Said = append(v.Said, drawSaying(w, a, staff))
	}
	return v
}

func drawQuestion(w *words, q household.Question) question {
	one := question{ID: q.ID, Asked: w.say("question." + q.ID), Kind: "radio", Since: w.say("answers.day"), Unit: w.say(unitOf(q.ID))}
	if q.Several {
		one.Kind = "checkbox"
	}
	if q.Event {
		one.Since = w.say("answers.day.event")
	}
	for _, c := range q.Choices {
		one.Choices = append(one.Choices, kept{c, w.say("question." + q.ID + "." + c)})
	}
	if !q.Declinable() {
		return one
	}
	decline := kept{household.Declined, w.say("answers.declined")}
	if len(q.Choices) > 0 {
		one.Choices = append(one.Choices, decline)
	} else {
		one.Decline = &decline
	}
	return one
}

// unitOf returns the text on what an amount is counted in.
func unitOf(id string) string {
	if id == "heating_need" {
		return "console.answers.heat"
	}
	return "answers.amount"
}

func drawSaying(w *words, a household.Answer, staff bool) saying {
	q, _ := household.QuestionOf(a.Question)
	one := saying{Question: a.Question, Asked: w.say("question." + a.Question), Day: a.Day.String()}
	date := w.date(a.Day.Start(w.now.Location()))
	one.When = w.say("answers.since", "Day", date)
	if q.Event {
		one.When = w.say("answers.on", "Day", date)
	}
	switch {
	case a.By != "":
		one.By = w.say("answers.by", "Who", a.By)
	case staff:
		one.By = w.say("answers.by.family")
	default:
		one.By = w.say("answers.by.you")
	}
	switch {
	case a.Answer == household.Declined:
		one.Answers = []string{w.say("answers.declined")}
	case len(q.Choices) == 0:
		one.Answers = []string{w.amount(a)}
	default:
		for _, c := range a.Choices() {
			one.Answers = append(one.Answers, w.say("question."+a.Question+"."+c))
		}
	}
	return one
}

// amount writes an answer that is an amount.
func (w *words) amount(a household.Answer) string {
	if a.Question == "heating_need" {
		return w.Number(a.Answer, 0) + text.Unbreakable + "kWh"
	}
	return w.say("answers.amount.unit", "Amount", w.Fixed(a.Answer, 2)+text.Unbreakable+"€")
}
