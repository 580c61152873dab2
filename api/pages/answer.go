package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"foyer/internal/disclosure"
)

// A handler answers a request or says why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

// Policy is the content security policy of every page: nothing inline, nothing from
// elsewhere, no text turned into script.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types sw"

// errSignIn means that somebody has to sign in first.
var errSignIn = errors.New("sign in first")

// errForm means that a form does not read.
var errForm = errors.New("unreadable form")

// handle turns what a handler could not do into a page.
func (s *Site) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		switch {
		case errors.Is(err, errSignIn), errors.Is(err, disclosure.ErrUnauthenticated):
			s.shutOut(w, r)
		case errors.Is(err, disclosure.ErrWithheld):
			s.Gone(w, r)
		case errors.Is(err, errForm):
			s.Refuse(w, r, http.StatusBadRequest)
		case r.Context().Err() != nil: // the browser is gone
		default:
			s.Log.Error("page failed", "err", err)
			s.Fail(w, r)
		}
	}
}

// shutOut leads somebody who is not signed in to the right door.
func (s *Site) shutOut(w http.ResponseWriter, r *http.Request) {
	if onConsole(r) {
		http.Redirect(w, r, "/console/sign-in", http.StatusSeeOther)
		return
	}
	s.send(w, r, http.StatusUnauthorized, "door", s.door(r))
}

// onConsole reports whether a request is of a person who signs in, or is to.
func onConsole(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/console") || strings.HasPrefix(r.URL.Path, "/setup/")
}

// Gone says that there is no such page, or none for who asks.
func (s *Site) Gone(w http.ResponseWriter, r *http.Request) {
	ws := s.words(r, "", s.Wall())
	s.message(w, r, ws, http.StatusNotFound, bulletin{
		Title: ws.say("gone.title"), Tone: "wait", Icon: "dash", Lines: []string{ws.say("gone.text")},
		Act: &action{Text: ws.say("gone.back"), Href: s.start0(r)},
	})
}

// Refuse says that a request does not read or comes from elsewhere.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	ws := s.words(r, "", s.Wall())
	s.message(w, r, ws, status, bulletin{
		Title: ws.say("refused.title"), Tone: "wait", Icon: "dash", Lines: []string{ws.say("refused.text")},
		Act: &action{Text: ws.say("gone.back"), Href: s.start0(r)},
	})
}

// Fail says that something broke on our side.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request) {
	ws := s.words(r, "", s.Wall())
	s.message(w, r, ws, http.StatusInternalServerError, bulletin{
		Title: ws.say("broken.title"), Tone: "wait", Icon: "pause", Lines: []string{ws.say("broken.text")}, Help: !onConsole(r),
	})
}

// start0 is the first page of whoever asks.
func (s *Site) start0(r *http.Request) string {
	if onConsole(r) {
		return "/console"
	}
	return "/m/"
}

// A bulletin is a page with one thing to say.
type bulletin struct {
	Title string
	Tone  string
	Icon  string
	Lines []string
	Act   *action
	Help  bool // with the card that says whom to call
}

func (s *Site) message(w http.ResponseWriter, r *http.Request, ws *words, status int, n bulletin) {
	p := s.newPage(ws, "family", n.Title, n)
	if onConsole(r) {
		p = s.newPage(ws, "console", n.Title, n)
	}
	p.Back = s.start0(r)
	s.send(w, r, status, "message", p)
}

// send draws a page and sends it, compressed, or says that it has not changed.
func (s *Site) send(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	body, err := s.draw(name, p)
	if err != nil {
		s.Log.Error("page not drawn", "err", err)
		http.Error(w, "Foyer", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	if p.Secret || p.Kind == "family" { // no copy of a family's page stays on a shared device
		h.Set("Cache-Control", "no-store")
	}
	if status == http.StatusOK && !p.Secret {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
		h.Set("ETag", tag)
		if r.Method == http.MethodGet && matches(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		if zip, err := compress(body); err == nil {
			h.Set("Content-Encoding", "gzip")
			body = zip
		}
	}
	w.WriteHeader(status)
	_, _ = bytes.NewReader(body).WriteTo(w) // the browser is gone
}

// matches compares entity tags weakly, RFC 9110 section 13.1.2.
func matches(wanted, tag string) bool {
	for one := range strings.SplitSeq(wanted, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// words begin a page in the language of who asks: the one chosen on this device,
// else own, else the browser's.
func (s *Site) words(r *http.Request, own string, now time.Time) *words {
	wish := r.Header.Get("Accept-Language")
	if onConsole(r) {
		wish = "" // the cooperative speaks French until it chooses otherwise
	}
	if own != "" {
		wish = own
	}
	if c, err := r.Cookie(languageCookie); err == nil && s.Texts.Has(c.Value) {
		wish = c.Value
	}
	return &words{Language: s.Texts.In(wish), now: now.In(s.Zone)}
}
