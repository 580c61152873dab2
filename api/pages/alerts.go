package pages

import (
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// A desk is the list of alerts as the console draws it.
type desk struct {
	Heading string
	Counts  string
	Alerts  []card
	More    string // address of the next page, "" at the end
	Closed  bool   // the list is of alerts that are over
}

// A card is one alert.
type card struct {
	ID       string
	Label    string // "Foyer 07"
	What     string // "Logement froid"
	Severity string
	Level    string // class: "urgent", "high", "normal"
	Icon     string
	Why      string
	Speaks   string // language of the family where it is not the console's
	Stage    string // "Nouvelle", "Prise en charge par Nadia"
	Ago      string
	Since    string
	Version  int64
	New      bool // nobody has it
	Closable bool
}

// drawDesk puts a page of alerts in words. Fresh is how many are new on it.
func drawDesk(w *words, alerts []disclosure.Alert, closed bool) (d desk, fresh int) {
	d.Closed = closed
	taken := 0
	for _, a := range alerts {
		c := drawCard(w, a)
		if c.New {
			fresh++
		} else if a.State == household.Acknowledged {
			taken++
		}
		d.Alerts = append(d.Alerts, c)
	}
	d.Heading = w.say("console.sheet", "Date", w.keep(w.DayMonth(w.now)))
	if closed {
		d.Heading = w.say("console.over")
		return d, fresh
	}
	d.Counts = w.say("console.new.none")
	if fresh > 0 {
		d.Counts = w.say("console.new", "Count", fresh)
	}
	if taken > 0 {
		d.Counts += ", " + w.say("console.taken", "Count", taken)
	}
	return d, fresh
}

func drawCard(w *words, a disclosure.Alert) card {
	c := card{
		ID: a.ID, Label: a.Label, Version: a.Version,
		What:     w.or("rule."+a.Rule, "rule.unknown"),
		Severity: w.say("severity." + string(a.Severity)),
		Level:    string(a.Severity),
		Icon:     icon(a.Rule),
		Why:      w.reason(a.Reason),
		Stage:    stage(w, a.State, a.By),
		Ago:      w.ago(begun(a)),
		Since:    capital(w.when(begun(a))),
		New:      a.State == household.Open,
		Closable: a.State == household.Open || a.State == household.Acknowledged,
	}
	if c.Label == "" {
		c.Label = w.say("console.incident")
		if a.Gateway != "" {
			c.Label += " " + a.Gateway
		}
	}
	if a.Label != "" && a.Language != "" && a.Language != w.Tag {
		c.Speaks = w.say("console.language", "Language", w.keep(w.Or("console.language."+a.Language, "console.language.other", "Tag", a.Language)))
	}
	return c
}

// begun returns since when an alert is one.
func begun(a disclosure.Alert) time.Time {
	if a.OpenedAt.IsZero() {
		return a.Since
	}
	return a.OpenedAt
}

func icon(rule string) string {
	switch rule {
	case "cold_home":
		return "cold"
	case "spending":
		return "rise"
	default:
		return "dash"
	}
}

// stage says where an alert stands and who has it.
func stage(w *words, s household.AlertState, by string) string {
	switch s {
	case household.Acknowledged:
		return w.say("console.acknowledged", "Who", by)
	case household.Resolved:
		if by == "" {
			return w.say("console.resolved.self")
		}
		return w.say("console.resolved", "Who", by)
	case household.Pending, household.Open:
	}
	return w.say("console.open")
}

// A dossier is one alert with what became of it.
type dossier struct {
	Alert    card
	Steps    []step
	Outcomes []option
	Note     string // what was typed before something went wrong
}

// A step is one entry of the history.
type step struct{ What, When, Outcome, Note string }

// An option is one way an alert can end.
type option struct {
	Code, Text string
	Chosen     bool
}

func drawDossier(w *words, a disclosure.Alert) dossier {
	d := dossier{Alert: drawCard(w, a)}
	for i := len(a.History) - 1; i >= 0; i-- {
		e := a.History[i]
		s := step{What: happened(w, e), When: capital(w.when(e.At)), Note: e.Note}
		if e.Outcome != "" {
			s.Outcome = w.or("outcome."+e.Outcome, "outcome.unknown")
		}
		d.Steps = append(d.Steps, s)
	}
	for _, code := range disclosure.Outcomes {
		d.Outcomes = append(d.Outcomes, option{Code: code, Text: w.say("outcome." + code)})
	}
	return d
}

// happened says what one step of an alert was.
func happened(w *words, e disclosure.AlertEvent) string {
	switch e.Step {
	case household.StepOpened:
		return w.say("console.opened")
	case household.StepEscalated:
		return w.say("console.escalated")
	case household.StepPending, household.StepDropped, household.StepAcknowledged, household.StepResolved:
	}
	return stage(w, e.State, e.By)
}

// stale says why a click came too late.
func stale(w *words, e disclosure.ErrStale) string {
	switch {
	case e.State == household.Resolved:
		return w.say("console.stale.closed")
	case e.By != "":
		return w.say("console.stale", "Who", e.By)
	default:
		return w.say("console.stale.moved")
	}
}
