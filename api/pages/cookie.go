package pages

import (
	"context"
	"net/http"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/permission"
)

// Names of cookies, without the prefix they have on a secure listener.
const (
	familyCookie   = "foyer-m"
	consoleCookie  = "foyer-c"
	heldCookie     = "foyer-s" // of who has shown a password alone
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

type audienceKey struct{}

// guard lets in whom the table of permissions does, before a handler looks at
// anything of a request. Who asks travels on in the request's context.
func (s *Site) guard(route string, h handler) handler {
	rule, known := permission.Of(route)
	return func(w http.ResponseWriter, r *http.Request) error {
		if !known {
			return disclosure.ErrWithheld
		}
		if rule.Open() {
			return h(w, r)
		}
		session := FamilySession(r, s.Plain)
		if rule.OfStaff() {
			session = StaffSession(r, s.Plain)
		}
		aud, err := s.who(r.Context(), session)
		if err != nil {
			return err
		}
		if !aud.May(route) {
			if r.URL.Path == desks[0] { // the door leads everybody to their own desk
				http.Redirect(w, r, deskOf(aud), http.StatusSeeOther)
				return nil
			}
			return disclosure.ErrWithheld
		}
		if aud.Family() != "" && away(r) && route != "POST /m/open" {
			return s.cover(w, r)
		}
		return h(w, r.WithContext(context.WithValue(r.Context(), audienceKey{}, aud)))
	}
}

// family says which family's phone asks.
func (s *Site) family(ctx context.Context, _ *http.Request) (disclosure.Audience, error) {
	return admitted(ctx)
}

// staff says which member of staff asks.
func (s *Site) staff(ctx context.Context, _ *http.Request) (disclosure.Audience, error) {
	return admitted(ctx)
}

// admitted returns whom [Site.guard] let in.
func admitted(ctx context.Context) (disclosure.Audience, error) {
	aud, ok := ctx.Value(audienceKey{}).(disclosure.Audience)
	if !ok {
		return disclosure.Audience{}, errSignIn
	}
	return aud, nil
}

func (s *Site) who(ctx context.Context, session string) (disclosure.Audience, error) {
	if session == "" {
		return disclosure.Audience{}, errSignIn
	}
	return s.Gate.Authenticate(ctx, disclosure.Credential{Session: session})
}
