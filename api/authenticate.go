package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"foyer/api/pages"
	"foyer/internal/disclosure"
)

// A caller is who asks, and what they showed.
type caller struct {
	audience disclosure.Audience
	shown    disclosure.Credential
}

type callerKey struct{}

// callerOf returns who asks. The generated server hands its handlers a context and
// nothing else of the request; this is the one value that travels in it.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// guarded reports whether an address asks for a credential, known or not.
func guarded(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/v1/") }

// authenticate says who asks, by bearer token or by the cookie that belongs to the
// address, before anything else of the request is looked at.
func (s *Server) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !guarded(r) {
			return next(c)
		}
		cred := s.credential(r)
		if cred == (disclosure.Credential{}) {
			return failure{kind: kindUnsigned}
		}
		aud, err := s.Gate.Authenticate(r.Context(), cred)
		if err != nil {
			return err
		}
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{aud, cred})))
		return next(c)
	}
}

// credential reads what a request shows. A bearer token goes before a cookie.
func (s *Server) credential(r *http.Request) disclosure.Credential {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "bearer") {
			return disclosure.Credential{}
		}
		return disclosure.Credential{Bearer: strings.TrimSpace(token)}
	}
	if strings.HasPrefix(r.URL.Path, "/api/v1/me/") {
		return disclosure.Credential{Session: pages.FamilySession(r, s.Plain)}
	}
	return disclosure.Credential{Session: pages.StaffSession(r, s.Plain)}
}
