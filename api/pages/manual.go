package pages

import "net/http"

// A Manual says what the interface for machines answers. It is in English, for
// those who write programs.
type Manual struct {
	Summary, Text string
	Operations    []Operation
	Problems      []Problem
}

// An Operation is one address and method.
type Operation struct {
	Method, Path, Summary, Text string
	Who                         string // who may call it
	Parameters, Answers         []Term
}

// A Term is a name and what it means.
type Term struct{ Name, Text string }

// A Problem is one kind of error; its code is the anchor its type leads to.
type Problem struct {
	Code   string
	Status int
	Title  string
	Text   string
}

// ShowManual answers with the manual.
func (s *Site) ShowManual(w http.ResponseWriter, r *http.Request, m Manual) {
	ws := &words{Language: s.Texts.In("en"), now: s.Wall()}
	p := s.newPage(ws, "console", "Interface", m)
	p.Home, p.Back, p.Script = "/api/docs", "/api/docs", ""
	s.send(w, r, http.StatusOK, "manual", p)
}
