package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// showFindings shows a family what was found out about its home.
func (s *Site) showFindings(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	f, err := s.Gate.Findings(r.Context(), aud, aud.Family())
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), f.At)
	ws.now = f.At.In(f.Zone)
	s.send(w, r, http.StatusOK, "findings", s.familyPage(ws, ws.say("findings.title"), "/m/findings", drawFindings(ws, f)))
	return nil
}

// showFamilyFindings shows a caseworker the same of a family that agreed to it.
func (s *Site) showFamilyFindings(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	f, err := s.Gate.Findings(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	ws := s.words(r, "", f.At)
	ws.now = f.At.In(f.Zone)
	p := s.consolePage(ws, aud, f.Label+", "+ws.say("findings.title.of"), "family", findingsOf(f.Family))
	v := drawFindings(ws, f)
	v.Label = f.Label
	p.View = v
	s.send(w, r, http.StatusOK, "findings", p)
	return nil
}

// findingsOf is where a caseworker reads what was found out about a family.
func findingsOf(id household.FamilyID) string {
	return "/console/families/" + url.PathEscape(string(id)) + "/findings"
}

// discoveries is what was found out about a home.
type discoveries struct {
	Label string // of the family, for a caseworker; "" on its own page
	Items []discovery
}

// A discovery is one question with its answer, why it is so and what to do.
type discovery struct {
	ID, Asked, Answer string
	Lines             []string
	Facts             []fact
}

func drawFindings(w *words, f disclosure.Findings) discoveries {
	var v discoveries
	items := slices.SortedStableFunc(slices.Values(f.Items), func(a, b disclosure.Finding) int { return cmp.Compare(turn(a), turn(b)) })
	for _, one := range items {
		v.Items = append(v.Items, drawFinding(w, one))
	}
	return v
}

// turn says which findings come before others: flags, what is known, then the rest.
func turn(f disclosure.Finding) int {
	switch {
	case f.Status != household.OK && f.Status != household.Provisional, asksWhether(f) && f.Flag == nil:
		return 2
	case f.Flag != nil && *f.Flag:
		return 0
	}
	return 1
}

func drawFinding(w *words, f disclosure.Finding) discovery {
	v := discovery{ID: f.Indicator, Asked: w.say("indicator." + f.Indicator), Answer: w.found(f)}
	if f.Reason != "" {
		v.Lines = append(v.Lines, w.or("findings.reason."+f.Reason, "findings.reason.unknown_input"))
	}
	if f.Flag != nil && *f.Flag {
		v.Lines = append(v.Lines, w.or("findings.do."+f.Indicator, "findings.do"))
	}
	if f.Status == household.Provisional {
		v.Lines = append(v.Lines, w.say("findings.provisional"))
	}
	last := f.To.Add(-1)
	when := w.say("findings.day", "Day", w.date(noon(last)))
	if f.From != last {
		when = w.say("findings.span", "From", w.date(noon(f.From)), "To", w.date(noon(last)))
	}
	v.Facts = []fact{
		{Name: w.say("findings.rests"), Value: w.say("indicator." + f.Indicator + ".rests")},
		{Name: w.say("findings.when"), Value: when},
	}
	if f.Of > 0 {
		share := strconv.FormatFloat(f.Seen.Hours()/f.Of.Hours(), 'f', 3, 64)
		v.Facts = append(v.Facts, fact{Name: w.say("findings.seen"), Value: w.Percent(share)})
	}
	return v
}

// asksWhether reports whether a question is answered by yes or no, and not by a figure: by
// its unit, or since the figure would tell the income. A flag is a yes to it.
func asksWhether(f disclosure.Finding) bool {
	return f.Unit == "ratio" || strings.HasPrefix(f.Unit, "yes or no") || f.Value == ""
}

// by says by how much it was too cold or too hot: degree-hours, as the mean of the hours
// that were seen.
func (w *words) by(f disclosure.Finding) string {
	sum, err := decimal.NewFromString(f.Value)
	hours := decimal.NewFromFloat(f.Seen.Hours())
	if err != nil || !hours.IsPositive() {
		return w.say("findings.unknown")
	}
	if !sum.IsPositive() {
		return w.say("findings.by.none." + f.Indicator)
	}
	const least = 100 // thousandths of a degree, what a page can show
	mean := max(sum.Shift(3).Div(hours).Round(0).IntPart(), least)
	return w.say("findings.by."+f.Indicator, "Degrees", w.Degrees(mean))
}

// found writes the answer to a question: a number where it is one, and a flag in words
// that leave it open.
func (w *words) found(f disclosure.Finding) string {
	switch {
	case f.Status == household.NotApplicable:
		return w.say("findings.unneeded")
	case f.Status != household.OK && f.Status != household.Provisional:
		return w.say("findings.unknown")
	case asksWhether(f) && f.Flag == nil:
		return w.say("findings.unknown")
	case asksWhether(f) && *f.Flag:
		return w.say("findings.yes")
	case asksWhether(f):
		return w.say("findings.no")
	case f.Unit == "interruptions":
		return w.Number(f.Value, 0)
	case f.Unit == "events a week": // the question says a week
		return w.Number(f.Value, 1)
	case f.Unit == "°C·h":
		return w.by(f)
	}
	return w.Number(f.Value, 0) + text.Unbreakable + f.Unit
}
