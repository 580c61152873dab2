package pages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"foyer/internal/charter"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A charterPage is what the town promises, and how the journal stands.
type charterPage struct {
	Promises []promise
	Calls    []string // when somebody is called
	Journal  []string // lines of the newest checkpoint; nil before there is one
	Key      string   // that signs it
}

// A promise is one parameter in words, with what comes later.
type promise struct {
	Text    string
	Decided string
	Why     string // "" for a rule from the start
	Done    string // what Foyer did of it, or does not do yet; "" for nothing
	Later   []promise
}

// showCharter shows anybody what the town promises.
func (s *Site) showCharter(w http.ResponseWriter, r *http.Request) error {
	book, err := s.Gate.Charter(r.Context())
	if err != nil {
		return err
	}
	kept, err := s.Gate.Kept(r.Context())
	if err != nil {
		return err
	}
	signed, err := s.Gate.Checkpoint(r.Context())
	if err != nil && !errors.Is(err, disclosure.ErrWithheld) {
		return err
	}
	ws := s.words(r, "", s.Wall())
	s.send(w, r, http.StatusOK, "charter", s.familyPage(ws, ws.say("charter.title"), "/charter", s.drawCharter(ws, book, kept, signed)))
	return nil
}

func (s *Site) drawCharter(w *words, book charter.Book, kept household.Borders, signed disclosure.Checkpoint) charterPage {
	now := book.At(w.now)
	v := charterPage{Calls: drawCalls(w, now.Rules()), Key: signed.Key}
	if signed.Signed != "" {
		v.Journal = strings.Split(strings.TrimRight(signed.Signed, "\n"), "\n")
	}
	for _, p := range charter.Parameters {
		x := now.Get(p.Name)
		one := promise{Text: s.promised(w, p, x.Value), Decided: w.say("charter.start")}
		if first, removed := kept.Kept(p.Name); removed && first == (energy.Day{}) {
			one.Done = w.say("charter.removed.not_yet")
		} else if removed {
			one.Done = w.say("charter.removed", "Date", w.date(first.Start(w.now.Location())), "Day", w.date(kept.Done.Start(w.now.Location())))
		}
		if x.ID > 0 {
			one.Decided, one.Why = w.say("charter.since", "Date", w.date(x.From), "Who", x.By), w.say("charter.why", "Why", x.Why)
		}
		for _, later := range ahead(book, p.Name, w.now) {
			one.Later = append(one.Later, promise{
				Text:    s.promised(w, p, later.Value),
				Decided: w.say("charter.from", "Date", w.date(later.From), "Who", later.By), Why: w.say("charter.why", "Why", later.Why),
			})
		}
		v.Promises = append(v.Promises, one)
	}
	return v
}

// ahead returns the changes of a parameter that begin later, the next one first.
func ahead(book charter.Book, name string, now time.Time) []charter.Change {
	var all []charter.Change
	for at := now; ; {
		var next charter.Change
		for _, x := range book {
			if x.Name == name && x.From.After(at) && (next.ID == 0 || !x.From.After(next.From)) {
				next = x
			}
		}
		if next.ID == 0 {
			return all
		}
		all, at = append(all, next), next.From
	}
}

// promised says the value of a parameter in words.
func (s *Site) promised(w *words, p charter.Parameter, value string) string {
	if p.Words == nil {
		n, _ := strconv.Atoi(value) // as the charter keeps it
		return w.say("charter."+p.Name, "Count", n)
	}
	var names []string
	for _, word := range strings.Fields(value) {
		if p.Name == charter.Languages {
			names = append(names, ownName(s.Texts.In(word), w))
		} else {
			names = append(names, w.say("charter.purpose."+word))
		}
	}
	return w.say("charter."+p.Name, "List", strings.Join(names, ", "))
}

// drawCalls says when somebody is called, by the thresholds last noted.
func drawCalls(w *words, rules []charter.Change) []string {
	var all []string
	for _, x := range rules {
		t := thresholds(x.Value)
		count, _ := strconv.Atoi(t["days"])
		switch x.Name {
		case charter.Rule("cold_home"):
			count, _ = strconv.Atoi(t["mean_days"])
			all = append(all, w.say("charter.calls.cold_home", "Count", count, "Limit", w.Number(t["mean_below_c"], 1)+unbreakableDegrees))
		case charter.Rule("spending"):
			all = append(all, w.say("charter.calls.spending", "Count", count, "Ratio", w.Number(t["ratio_above"], 2)))
		case charter.Rule("silent_meter"):
			if d, err := time.ParseDuration(t["most"]); err == nil {
				all = append(all, w.say("charter.calls.silent_meter", "Hours", w.Hours(d.Milliseconds()/3600)))
			}
		}
	}
	return all
}

const unbreakableDegrees = "\u00a0°C"

// thresholds reads "days=7 share_above=0.25".
func thresholds(value string) map[string]string {
	t := map[string]string{}
	for _, pair := range strings.Fields(value) {
		name, value, _ := strings.Cut(pair, "=")
		t[name] = value
	}
	return t
}
