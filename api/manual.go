package api

import (
	_ "embed"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"foyer/api/pages"
)

//go:embed openapi.yaml
var specText []byte

func (s *Server) specJSON(c echo.Context) error {
	b, err := GetSpecJSON()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, b)
}

func (s *Server) specYAML(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", specText)
}

func (s *Server) docs(c echo.Context) error {
	s.pages.ShowManual(c.Response(), c.Request(), s.manual)
	return nil
}

// manual puts a specification and the kinds of problems in words for a page.
func manual(spec *openapi3.T) pages.Manual {
	m := pages.Manual{Summary: spec.Info.Summary, Text: spec.Info.Description}
	for _, path := range spec.Paths.InMatchingOrder() {
		item := spec.Paths.Value(path)
		for method, o := range item.Operations() {
			op := pages.Operation{Method: method, Path: path, Summary: o.Summary, Text: o.Description, Who: who(spec, o)}
			for _, p := range append(slices.Clone(item.Parameters), o.Parameters...) {
				op.Parameters = append(op.Parameters, pages.Term{Name: p.Value.Name, Text: parameterText(p.Value)})
			}
			for _, status := range o.Responses.Keys() {
				r := o.Responses.Value(status)
				if status == "default" || r.Value.Description == nil {
					continue
				}
				op.Answers = append(op.Answers, pages.Term{Name: status, Text: *r.Value.Description})
			}
			m.Operations = append(m.Operations, op)
		}
	}
	slices.SortStableFunc(m.Operations, func(a, b pages.Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	for _, k := range kinds {
		m.Problems = append(m.Problems, pages.Problem{Code: k.Code, Status: k.Status, Title: k.Title, Text: k.Means})
	}
	return m
}

func parameterText(p *openapi3.Parameter) string {
	s := "in " + p.In
	if p.Required {
		s += ", required"
	}
	return s + ". " + p.Description
}

// who names who may call an operation.
func who(spec *openapi3.T, o *openapi3.Operation) string {
	needs := spec.Security
	if o.Security != nil {
		needs = *o.Security
	}
	var names []string
	for _, need := range needs {
		for name := range need {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "anybody"
	}
	slices.Sort(names)
	return strings.Join(names, " or ")
}
