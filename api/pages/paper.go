package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// stopName is what the text on stopping everything is called.
const stopName = "stop"

// papers are forms to print and sign, a sheet each, in the language of who signs them.
// Nothing on them is ticked.
type papers struct {
	*words
	By        consent.Controller
	Label     string // of the family; "" for any
	TakeBack  string
	Sheets    []paper
	Languages []wayTo // each language they can be in
	Alone     []wayTo // each sheet by itself, all of them first
}

// A wayTo leads to the page in another shape. Here is the shape it has.
type wayTo struct {
	Link, Name, Language string
	Here                 bool
}

// A paper asks one question: the same that its box asks on the screen, word for word.
type paper struct {
	text.Notice
	Shown  []string // what a yes shows to whom; nil on stopping
	Facts  []fact
	Coarse []string // how coarse a yes can be made; nil where it is coarse
	Yes    string
	No     string
}

// showPapers shows forms for any family, new ones too.
func (s *Site) showPapers(w http.ResponseWriter, r *http.Request) error {
	return s.printPapers(w, r, household.Household{})
}

// showPapersOf shows forms for one family, in its language.
func (s *Site) showPapersOf(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	h, err := s.Gate.Household(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.printPapers(w, r, h)
}

// printPapers shows what the charter offers, or the one sheet that the address asks for.
func (s *Site) printPapers(w http.ResponseWriter, r *http.Request, h household.Household) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	book, err := s.Gate.Charter(r.Context())
	if err != nil {
		return err
	}
	ws, query := s.words(r, "", s.Wall()), r.URL.Query()
	form := &words{Language: ws.Language, now: ws.now}
	if asked := query.Get("language"); asked != "" {
		form.Language = s.Texts.In(asked)
	} else if h.Family.Language != "" {
		form.Language = s.Texts.In(h.Family.Language)
	}
	names := boxesOf(book.At(ws.now))
	about := query.Get("about")
	if about != "" && !slices.Contains(names, about) {
		return disclosure.ErrWithheld
	}
	v := s.drawPapers(form, book.At(ws.now), names, about)
	v.Label = h.Family.Label
	v.lead(ws, s, r.URL.EscapedPath(), names, about)
	here := "families"
	if aud.May("GET /console/households") {
		here = "households"
	}
	back := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		back += "?" + query.Encode()
	}
	p := s.consolePage(ws, aud, ws.say("console.paper.title"), here, back)
	p.View = v
	s.send(w, r, http.StatusOK, "paper", p)
	return nil
}

// boxesOf names what a charter offers, in the order of the screen, and stopping it all.
func boxesOf(promised charter.Charter) []string {
	return slices.DeleteFunc(slices.Clone(text.Notices), func(name string) bool {
		scopes, box := consent.Offered(name, 0)
		return name != stopName && (!box || slices.ContainsFunc(scopes, func(sc consent.Scope) bool { return !promised.Offers(string(sc.Purpose)) }))
	})
}

// drawPapers writes the sheets of some boxes, or of the one that is asked for.
func (s *Site) drawPapers(w *words, promised charter.Charter, names []string, about string) papers {
	storage, retention, withdrawal, err := w.ReceiptTerms(strings.ReplaceAll(s.Contact.Phone, " ", text.Unbreakable), text.Retention{
		HalfHours: promised.Number(charter.HalfHours), Months: promised.Number(charter.Months), Proof: promised.Number(charter.Proofs),
	})
	w.keep("", err)
	v := papers{words: w, By: s.By, TakeBack: withdrawal}
	for _, name := range names {
		if about != "" && name != about {
			continue
		}
		one := paper{Notice: w.notice(name), Yes: w.say("consent.yes"), No: w.say("consent.no")}
		scopes, box := consent.Offered(name, 0)
		if !box {
			one.Yes, one.No = w.say("stop.yes"), w.say("stop.no")
			v.Sheets = append(v.Sheets, one)
			continue
		}
		one.Shown, one.Coarse = shownBy(w, scopes), coarser(w, name, scopes)
		one.Facts = []fact{
			{Name: w.say("paper.for"), Value: purposesOf(w, scopes)},
			{Name: w.say("paper.period"), Value: w.say("paper.period.text")},
			{Name: w.say("paper.length"), Value: w.say("charter.consent_days", "Count", promised.Number(charter.Consents))},
			{Name: w.say("paper.kept"), Value: storage + " " + retention},
		}
		v.Sheets = append(v.Sheets, one)
	}
	return v
}

// purposesOf says what scopes are for.
func purposesOf(w *words, scopes []consent.Scope) string {
	var all []string
	for _, sc := range scopes {
		if what := w.say("charter.purpose." + string(sc.Purpose)); !slices.Contains(all, what) {
			all = append(all, what)
		}
	}
	return capital(strings.Join(all, ", ")) + "."
}

// shownBy says what scopes let through, how fine, and to whom. What a family answers is
// of no interval.
func shownBy(w *words, scopes []consent.Scope) []string {
	var whats []string
	who := map[string][]string{}
	for _, sc := range scopes {
		what := w.say("consent.category." + string(sc.Category))
		if sc.Category != consent.Survey {
			what += ", " + w.say("consent.finest."+sc.Granularity.String())
		}
		if !slices.Contains(whats, what) {
			whats = append(whats, what)
		}
		who[what] = append(who[what], w.say("receipts.to."+string(sc.Recipient)))
	}
	for i, what := range whats {
		whats[i] = w.Typeset(what + " : " + strings.Join(who[what], ", "))
	}
	return whats
}

// coarser says how coarse a yes to a box can be made. Half-hours that are made coarser
// are the box before.
func coarser(w *words, name string, scopes []consent.Scope) []string {
	var finest consent.Granularity
	for _, sc := range scopes {
		finest = max(finest, sc.Granularity)
	}
	var all []string
	for g := finest - 1; g >= consent.Annual && name != consent.HourlyName; g-- {
		all = append(all, capital(w.say("consent.finest."+g.String())))
	}
	return all
}

// lead adds the ways to the other languages and to each sheet by itself, in the words of
// the page around.
func (v *papers) lead(w *words, s *Site, path string, names []string, about string) {
	to := func(language, about string) string {
		q := url.Values{"language": {language}}
		if about != "" {
			q.Set("about", about)
		}
		return path + "?" + q.Encode()
	}
	for _, l := range s.Texts.Languages() {
		v.Languages = append(v.Languages, wayTo{to(l.Tag, about), ownName(l, w), l.Tag, l.Tag == v.Tag})
	}
	v.Alone = []wayTo{{to(v.Tag, ""), w.say("console.paper.all"), w.Tag, about == ""}}
	for _, name := range names {
		v.Alone = append(v.Alone, wayTo{to(v.Tag, name), v.notice(name).Question, v.Tag, name == about})
	}
	w.keep("", v.err)
}
