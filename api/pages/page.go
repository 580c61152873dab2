package pages

import (
	"bytes"
	"fmt"

	"foyer/internal/text"
)

// A page is everything a template knows.
type page struct {
	*words
	Lang      string
	OtherLang string // language of the words beside the name of this one
	Title     string
	Kind      string // "family", "console" or "plain": the class of the body
	Style     string
	Icon      string
	Script    string // "" for none
	Neutral   string // where who leaves in haste is led; "" on the console
	Home      string // where the brand leads
	Here      string // which link of the navigation is this page
	Back      string // where a change of language comes back to
	Languages []choice
	Contact   Contact
	Dial      string
	Demo      bool
	Signed    string // name of the caseworker, "" when nobody is signed in
	Alerts    bool   // who is signed in may see alerts
	Families  bool   // and families: an operator may not
	Names     bool   // and families by name, without figures
	Together  bool   // and what all homes come to together
	Ledger    bool   // and what became of messages
	Runs      bool   // and what passes of jobs came to
	Journal   bool   // and what the journal tells
	Charter   bool   // and every change of the charter
	Secret    bool   // no browser keeps the page
	Notice    string // what just happened
	Trouble   string // what went wrong
	View      any
}

// A choice is a language on the menu.
type choice struct {
	Tag, Name string
	Current   bool
}

// newPage begins a page in a language. Kind and View are the caller's.
func (s *Site) newPage(w *words, kind, title string, view any) page {
	p := page{
		words: w, Lang: w.Tag, Title: title, Kind: kind, View: view,
		Style: s.assets["foyer.css"].path, Icon: s.assets["foyer.svg"].path,
		Home: "/m/", Contact: s.Contact, Dial: dial(s.Contact.Phone),
	}
	p.Contact.Hours = w.Typeset(p.Contact.Hours)
	p.Script, p.Neutral = s.assets["leave.js"].path, neutral
	if kind == "console" {
		p.Home, p.Script, p.Neutral = "/console", s.assets["console.js"].path, ""
	}
	for _, l := range s.Texts.Languages() {
		p.Languages = append(p.Languages, choice{l.Tag, ownName(l, w), l.Tag == w.Tag})
		if l.Tag != w.Tag && p.OtherLang == "" {
			p.OtherLang = l.Tag
		}
	}
	return p
}

// ownName is what a language calls itself.
func ownName(l *text.Language, w *words) string { return w.keep(l.T("app.self")) }

// draw runs a page's template.
func (s *Site) draw(name string, p page) ([]byte, error) {
	t, ok := s.templates[name]
	if !ok {
		return nil, fmt.Errorf("draw page %s: no such template", name)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("draw page %s: %w", name, err)
	}
	if p.err != nil {
		return nil, fmt.Errorf("draw page %s: %w", name, p.err)
	}
	return b.Bytes(), nil
}
