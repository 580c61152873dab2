package pages

import (
	"errors"
	"net/http"
	"strconv"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// A census is what the homes of a pilot come to together over a year. Other leads to other
// years.
type census struct {
	Text, None string
	Other      []way
	Sheets     []sheet
}

// showTogether shows what the homes of the pilot come to together over the year of the
// address, or the last one.
func (s *Site) showTogether(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	year, wrong := 0, false
	if q := r.URL.Query().Get("year"); q != "" {
		year, err = strconv.Atoi(q)
		wrong = err != nil || year < 1 || year > 9999
	}
	var t disclosure.Together
	if !wrong {
		t, err = s.Gate.Aggregates(r.Context(), aud, year)
		wrong = errors.Is(err, disclosure.ErrYear)
	}
	if wrong {
		http.Redirect(w, r, "/console/aggregates", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	p := s.consolePage(ws, aud, ws.say("together.title"), "together", r.URL.RequestURI())
	p.View = drawTogether(ws, t)
	s.send(w, r, http.StatusOK, "together", p)
	return nil
}

func drawTogether(w *words, t disclosure.Together) census {
	c := census{Text: w.say("together.text")}
	for _, year := range []int{t.Year - 1, t.Year + 1} {
		if year >= 1 && year <= t.Last {
			c.Other = append(c.Other, way{"/console/aggregates?year=" + itoa(year), w.say("together.year", "Year", itoa(year))})
		}
	}
	if t.Withheld {
		c.None = w.say("together.none", "Year", itoa(t.Year))
		return c
	}
	c.Text += " " + w.say("together.counted", "Year", itoa(t.Year), "Homes", t.Homes, "Date", w.date(t.At))
	last, withheld := "", 0
	for _, f := range t.Figures { // the parts of a figure stand together
		if f.Figure != last {
			c.Sheets, last = append(c.Sheets, sheet{Label: w.or("together."+f.Figure, "together.other")}), f.Figure
		}
		one := &c.Sheets[len(c.Sheets)-1]
		one.Facts = append(one.Facts, w.part(f))
		if f.Withheld {
			withheld++
		}
	}
	c.Text += " " + w.say("together.shown", "Shown", len(t.Figures)-withheld, "All", len(t.Figures))
	return c
}

// part says one part of a figure, and of how much it is known.
func (w *words) part(f household.SeenFigure) fact {
	one := fact{Name: w.or("together.part."+f.Part, "together.other")}
	switch {
	case f.Withheld:
		one.Small = w.say("together.withheld")
		return one
	case f.Part == "homes":
		one.Value = w.say("together.flagged", "Flagged", *f.Flagged, "Percent", *f.Percent)
	case f.Value == "":
		one.Value = w.say("together.nobody")
	case f.Part == "total":
		one.Value = w.say("together.unit."+f.Unit, "Amount", w.Number(f.Value, 0))
	case f.Part == "mean_gap":
		one.Value = w.say("together.month", "Amount", w.Number(f.Value, 0))
	default:
		one.Value = w.Number(f.Value, 2)
	}
	key := "together.seen"
	if f.Estimated {
		key = "together.estimated"
	}
	one.Small = w.say(key, "Homes", f.Known, "Percent", f.Seen)
	return one
}
