package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// failureOf turns an error into what people outside may read of it.
func failureOf(err error) failure {
	var f failure
	var stale disclosure.ErrStale
	var large *http.MaxBytesError
	var from *echo.HTTPError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &stale):
		return failure{kind: kindStale, Current: current(stale)}
	case errors.Is(err, disclosure.ErrWithheld):
		return failure{kind: kindNotFound}
	case errors.Is(err, disclosure.ErrUnauthenticated):
		return failure{kind: kindUnsigned}
	case errors.Is(err, disclosure.ErrRange):
		return invalid("/query/from", "the period is empty or too long")
	case errors.Is(err, disclosure.ErrAsOf):
		return invalid("/query/as_of", "this instant has not been; send one that is over, "+instantExample)
	case errors.Is(err, disclosure.ErrYear):
		return invalid("/query/year", "this year is not over; send one that is")
	case errors.Is(err, disclosure.ErrCursor):
		return invalid("/query/cursor", "this cursor was not given out")
	case errors.Is(err, disclosure.ErrHelper):
		return invalid("/body/staff", "no caseworker of this pilot has that id; GET /api/v1/staff lists them")
	case errors.Is(err, disclosure.ErrOutcome):
		return invalid("/body/outcome", "unknown outcome")
	case errors.Is(err, disclosure.ErrNote):
		return invalid("/body/note", "the note is too long")
	case errors.As(err, &large):
		return failure{kind: kindTooLarge}
	case errors.As(err, &from):
		return failureOfStatus(from)
	}
	return failure{kind: kindInternal}
}

// failureOfStatus translates what Echo says by itself.
func failureOfStatus(e *echo.HTTPError) failure {
	var large *http.MaxBytesError
	if errors.As(e.Internal, &large) {
		return failure{kind: kindTooLarge}
	}
	for _, k := range kinds {
		if k.Status == e.Code {
			return failure{kind: k}
		}
	}
	if e.Code >= http.StatusInternalServerError {
		return failure{kind: kindInternal}
	}
	return failure{kind: kindInvalid}
}

func invalid(pointer, detail string) failure {
	return failure{kind: kindInvalid, Errors: []Fault{{Pointer: pointer, Detail: detail}}}
}

func current(e disclosure.ErrStale) *Current {
	c := &Current{State: AlertState(e.State), Version: e.Version}
	if e.By != "" && e.State != household.Open {
		c.By = &e.By
	}
	return c
}

// fail is Echo's error handler: the one place that answers errors.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		if c.Request().Context().Err() == nil {
			s.Log.Error("answer broke off", "route", c.Path(), "err", err)
		}
		return
	}
	f := failureOf(err)
	if f.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		f.RequestID = requestID()
		s.Log.Error("request failed", "route", c.Path(), "request_id", f.RequestID, "err", err)
	}
	if forMachines(c.Request()) {
		f.write(c.Response())
		return
	}
	switch {
	case f.Status == http.StatusNotFound:
		s.pages.Gone(c.Response(), c.Request())
	case f.Status >= http.StatusInternalServerError:
		s.pages.Fail(c.Response(), c.Request())
	default:
		s.pages.Refuse(c.Response(), c.Request(), f.Status)
	}
}

// forMachines reports whether an address answers in JSON.
func forMachines(r *http.Request) bool {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/version", "/metrics":
		return true
	}
	return strings.HasPrefix(r.URL.Path, "/api/")
}

// requestID returns 16 random characters that find a failure in the log.
func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}
