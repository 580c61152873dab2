package pages

import (
	"context"
	"net/http"
	"time"

	"foyer/internal/disclosure"
)

// Names of cookies, without the prefix they have on a secure listener.
const (
	familyCookie   = "foyer-m"
	consoleCookie  = "foyer-c"
	languageCookie = "foyer-language"
)

// How long a browser keeps a session; the store may end it earlier.
const (
	familyLife  = 400 * 24 * time.Hour
	consoleLife = 12 * time.Hour
)

// cookieName returns the name of a session cookie. "__Host-" makes a browser
// refuse the cookie from another host, another path or in clear.
func cookieName(name string, plain bool) string {
	if plain {
		return name
	}
	return "__Host-" + name
}

// FamilySession returns the session of a family's phone, "" without one.
func FamilySession(r *http.Request, plain bool) string { return session(r, familyCookie, plain) }

// StaffSession returns the session of a staff member, "" without one.
func StaffSession(r *http.Request, plain bool) string { return session(r, consoleCookie, plain) }

func session(r *http.Request, name string, plain bool) string {
	c, err := r.Cookie(cookieName(name, plain))
	if err != nil {
		return ""
	}
	return c.Value
}

// remember keeps a session in the browser; an empty one is forgotten.
func (s *Site) remember(w http.ResponseWriter, name, value string, life time.Duration) {
	c := &http.Cookie{ //nolint:gosec // Secure wherever the listener is
		Name: cookieName(name, s.Plain), Value: value, Path: "/",
		HttpOnly: true, Secure: !s.Plain, SameSite: http.SameSiteLaxMode,
		MaxAge: int(life / time.Second),
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// family says which family's phone asks.
func (s *Site) family(ctx context.Context, r *http.Request) (disclosure.Audience, error) {
	return s.who(ctx, FamilySession(r, s.Plain))
}

// staff says which caseworker asks.
func (s *Site) staff(ctx context.Context, r *http.Request) (disclosure.Audience, error) {
	return s.who(ctx, StaffSession(r, s.Plain))
}

func (s *Site) who(ctx context.Context, session string) (disclosure.Audience, error) {
	if session == "" {
		return disclosure.Audience{}, errSignIn
	}
	return s.Gate.Authenticate(ctx, disclosure.Credential{Session: session})
}
