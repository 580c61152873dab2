package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

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
	router, err := gorillamux.NewRouter(spec)
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

// faults names each place of a request that does not match.
func faults(r *openapi3filter.RequestError) []Fault {
	place := "/body"
	if r.Parameter != nil {
		place = "/" + r.Parameter.In + "/" + strings.ToLower(r.Parameter.Name)
	}
	var all []Fault
	for _, one := range flatten(r.Err) {
		var schema *openapi3.SchemaError
		switch {
		case errors.As(one, &schema):
			at := place
			if keys := schema.JSONPointer(); len(keys) > 0 {
				at += "/" + strings.Join(keys, "/")
			}
			all = append(all, Fault{Pointer: at, Detail: schema.Reason})
		case errors.Is(one, openapi3filter.ErrInvalidRequired):
			all = append(all, Fault{Pointer: place, Detail: "is missing"})
		default:
			all = append(all, Fault{Pointer: place, Detail: "does not read"})
		}
	}
	return all
}
