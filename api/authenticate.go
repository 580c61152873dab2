package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"foyer/api/pages"
	"foyer/internal/disclosure"
	"foyer/internal/permission"
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

// authorize says who asks, by bearer token or by the cookie that belongs to the
// address, and whether the table of permissions lets them, before anything else of
// the request is looked at. Pages ask for themselves, from the same table.
func (s *Server) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		rule, routed := s.rules[r.Method+" "+c.Path()]
		if routed && rule.Route == "" { // nobody wrote down who may
			return refused(c)
		}
		if !guarded(r) || routed && rule.Open() {
			return next(c)
		}
		cred := s.credential(r, rule)
		if cred == (disclosure.Credential{}) {
			return failure{kind: kindUnsigned}
		}
		aud, err := s.Gate.Authenticate(r.Context(), cred)
		if err != nil {
			return err
		}
		if routed && rule.For(aud.Role(), aud.Scopes()) == permission.Denied {
			return refused(c)
		}
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{aud, cred})))
		return next(c)
	}
}

// refused is the answer to who may not use an address. Where the address names
// something, it is that of a name that does not exist.
func refused(c echo.Context) failure {
	if len(c.ParamNames()) > 0 {
		return failure{kind: kindNotFound}
	}
	return failure{kind: kindForbidden}
}

// credential reads what a request shows. A bearer token goes before a cookie.
func (s *Server) credential(r *http.Request, rule permission.Rule) disclosure.Credential {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "bearer") {
			return disclosure.Credential{}
		}
		return disclosure.Credential{Bearer: strings.TrimSpace(token)}
	}
	session := ""
	if rule.OfStaff() || rule.May[permission.Family] == permission.Denied {
		session = pages.StaffSession(r, s.Plain)
	}
	if session == "" && rule.May[permission.Family] != permission.Denied {
		session = pages.FamilySession(r, s.Plain)
	}
	return disclosure.Credential{Session: session}
}
