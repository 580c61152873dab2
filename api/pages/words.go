package pages

import (
	"strings"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/text"
)

// Words write one page in one language at one instant. The first text that
// fails is kept, so that a page is built without asking after each word.
type words struct {
	*text.Language
	now time.Time // as it stands in the zone of the page
	err error
}

func (w *words) keep(s string, err error) string {
	if err != nil && w.err == nil {
		w.err = err
	}
	return s
}

// say returns the text of a key.
func (w *words) say(key string, pairs ...any) string { return w.keep(w.T(key, pairs...)) }

// or returns the text of a key, or of fallback where the catalogue has none.
func (w *words) or(key, fallback string) string { return w.keep(w.Or(key, fallback)) }

func (w *words) when(t time.Time) string  { return w.keep(w.When(t, w.now)) }
func (w *words) clock(t time.Time) string { return w.keep(w.Clock(t.In(w.now.Location()))) }
func (w *words) date(t time.Time) string  { return w.keep(w.Date(t.In(w.now.Location()))) }

// ago says how long ago t was: "il y a 5 h".
func (w *words) ago(t time.Time) string {
	return w.say("console.ago", "Age", w.keep(w.Age(w.now.Sub(t))))
}

// reason says why an alert is there.
func (w *words) reason(r disclosure.Reason) string {
	return w.keep(w.Reason(r.Key, r.Args, w.now))
}

// money writes an amount, "environ 1,84 €" when a part of it was estimated.
func (w *words) money(c disclosure.Cents, estimated bool) string {
	s := w.Euros(int64(c))
	if estimated {
		return w.say("about", "Amount", s)
	}
	return s
}

// capital writes s with a capital letter, to begin a line.
func capital(s string) string { return initial(s, strings.ToUpper) }

// uncapital returns a text for the middle of a sentence.
func uncapital(s string) string { return initial(s, strings.ToLower) }

func initial(s string, change func(string) string) string {
	for i, r := range s {
		if i == 0 {
			return change(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
