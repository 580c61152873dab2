package api

import (
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// pageQueries are what pages may be asked for, which openapi.yaml does not tell.
var pageQueries = map[string][]string{
	"GET /console":               {"state=resolved"},
	"GET /console/aggregates":    {"year=1999"},
	"GET /console/journal":       {"kind=decision", "kind=nothing"},
	"GET /console/journal/entry": {"n=0", "n=1"},
}

// openPlaces are what stands for the places in addresses that everybody may open.
var openPlaces = strings.NewReplacer("{name}", "foyer.css", "{slug}", "demo", "{code}", "AAAAA-AAAAA", "{token}", "AAAAA")

// spec is openapi.yaml, read once.
var spec = sync.OnceValues(GetSpec)

// queries returns how an address may be asked: plainly, and with each value of each
// parameter that openapi.yaml tells of. A parameter that nothing is known to stand for
// ends the test.
func (m *matrix) queries(route string) []string {
	m.t.Helper()
	all := append([]string{""}, pageQueries[route]...)
	method, path, _ := strings.Cut(route, " ")
	text, err := spec()
	m.must(err)
	item := text.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return all
	}
	for _, p := range append(item.Parameters, item.GetOperation(method).Parameters...) {
		if p.Value.In != openapi3.ParameterInQuery {
			continue
		}
		for _, v := range m.values(route, p.Value) {
			all = append(all, p.Value.Name+"="+url.QueryEscape(v))
		}
	}
	return all
}

// values returns what a parameter may be.
func (m *matrix) values(route string, p *openapi3.Parameter) (all []string) {
	m.t.Helper()
	s := p.Schema.Value
	one := s
	if s.Type.Is(openapi3.TypeArray) {
		one = s.Items.Value
	}
	switch {
	case len(one.Enum) > 0:
		for _, v := range one.Enum {
			all = append(all, v.(string))
		}
		if one != s {
			all = append(all, strings.Join(all, ","))
		}
	case s.Format == "date":
		all = []string{m.now.AddDate(0, 0, -400).Format("2006-01-02")}
	case s.Format == "date-time":
		all = []string{m.now.Add(-time.Hour).UTC().Format("2006-01-02T15:04:05Z")}
	case p.Name == "year":
		all = []string{m.now.AddDate(-1, 0, 0).Format("2006"), "1999"}
	case s.Type.Is(openapi3.TypeInteger):
		all = []string{"1"}
	case p.Name == "meter":
		all = []string{"m0"}
	case p.Name == "gateway":
		all = []string{"g"}
	case p.Name == "cursor": // of a page that somebody was given
		if c := m.cursors[route]; c != "" {
			all = []string{c}
		}
	default:
		m.t.Fatalf("%s: say what the parameter %s may be", route, p.Name)
	}
	return all
}

// leaf notes where a page of a list goes on, and returns the rest of the query for it.
func (m *matrix) leaf(route, says string) (query string, more bool) {
	var page struct {
		Next string `json:"next_cursor"`
	}
	if json.Unmarshal([]byte(says), &page) != nil || page.Next == "" {
		return "", false
	}
	m.cursors[route] = page.Next
	return "limit=1&cursor=" + url.QueryEscape(page.Next), true
}
