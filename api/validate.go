package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"
)

// specification loads openapi.yaml as it was built in, and returns what holds
// requests against it.
func (s *Server) specification() (*openapi3.T, echo.MiddlewareFunc, error) {
	spec, err := GetSpec()
	if err != nil {
		return nil, nil, fmt.Errorf("load openapi.yaml: %w", err)
	}
	spec.Servers = nil // any host
	// For a schema of OpenAPI 3.1 the library compiles a validator at every request. Ours
	// say nothing that 3.0 could not.
	held := *spec
	held.OpenAPI = "3.0.3"
	router, err := gorillamux.NewRouter(&held)
	if err != nil {
		return nil, nil, fmt.Errorf("route openapi.yaml: %w", err)
	}
	options := &openapi3filter.Options{
		MultiError:         true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // done before
	}
	validate := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if !guarded(r) {
				return next(c)
			}
			route, params, err := router.FindRoute(r)
			switch {
			case errors.Is(err, routers.ErrMethodNotAllowed):
				return failure{kind: kindMethod}
			case err != nil:
				return failure{kind: kindNotFound}
			}
			in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
			if err := openapi3filter.ValidateRequest(context.WithoutCancel(r.Context()), in); err != nil {
				return unreadable(err)
			}
			if wrong := unreal(in); len(wrong) > 0 {
				return failure{kind: kindInvalid, Errors: wrong}
			}
			return next(c)
		}
	}
	return spec, validate, nil
}

// unreadable turns validation errors into places and plain reasons; the text of
// the library would show the schema's insides.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return failure{kind: kindTooLarge}
	}
	f := failure{kind: kindInvalid}
	for _, one := range flatten(err) {
		var request *openapi3filter.RequestError
		if !errors.As(one, &request) {
			f.Errors = append(f.Errors, Fault{Pointer: "", Detail: "does not match openapi.yaml"})
			continue
		}
		if request.RequestBody != nil && strings.Contains(request.Reason, "Content-Type") {
			return failure{kind: kindMedia}
		}
		f.Errors = append(f.Errors, faults(request)...)
	}
	return f
}

func flatten(err error) []error {
	many, ok := err.(openapi3.MultiError) //nolint:errorlint // one inside a RequestError belongs to its place
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range many {
		all = append(all, flatten(one)...)
	}
	return all
}

// instantExample is how an instant is written.
const instantExample = "2026-11-25T14:00:00Z"

// written says how a parameter of a format is written in RFC 3339, and what to send
// instead; the reasons of the library show regular expressions.
var written = map[string]struct{ layout, instead string }{
	"date-time": {time.RFC3339, "does not read; send an instant, " + instantExample},
	"date":      {time.DateOnly, "does not read; send a day, 2026-11-25"},
}

// unreal names each query parameter that looks like a date or an instant and is
// none, 30 February.
func unreal(in *openapi3filter.RequestValidationInput) []Fault {
	var all []Fault
	for _, p := range in.Route.Operation.Parameters {
		how, ok := written[format(p.Value)]
		if !ok || p.Value.In != openapi3.ParameterInQuery {
			continue
		}
		for _, v := range in.GetQueryParams()[p.Value.Name] {
			if _, err := time.Parse(how.layout, v); err != nil {
				all = append(all, Fault{Pointer: place(p.Value), Detail: how.instead})
			}
		}
	}
	return all
}

func format(p *openapi3.Parameter) string {
	if p.Schema == nil || p.Schema.Value == nil {
		return ""
	}
	return p.Schema.Value.Format
}

func place(p *openapi3.Parameter) string { return "/" + p.In + "/" + strings.ToLower(p.Name) }

// faults names each place of a request that does not match.
func faults(r *openapi3filter.RequestError) []Fault {
	where := "/body"
	if r.Parameter != nil {
		where = place(r.Parameter)
		if how, ok := written[format(r.Parameter)]; ok {
			return []Fault{{Pointer: where, Detail: how.instead}}
		}
	}
	var all []Fault
	for _, one := range flatten(r.Err) {
		var schema *openapi3.SchemaError
		switch {
		case errors.As(one, &schema):
			at := where
			if keys := schema.JSONPointer(); len(keys) > 0 {
				at += "/" + strings.Join(keys, "/")
			}
			all = append(all, Fault{Pointer: at, Detail: schema.Reason})
		case errors.Is(one, openapi3filter.ErrInvalidRequired):
			all = append(all, Fault{Pointer: where, Detail: "is missing"})
		default:
			all = append(all, Fault{Pointer: where, Detail: "does not read"})
		}
	}
	return all
}
