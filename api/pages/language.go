package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// setLanguage keeps the language chosen on this device and comes back.
func (s *Site) setLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	if tag := r.PostForm.Get("to"); s.Texts.Has(tag) {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever the listener is
			Name: languageCookie, Value: tag, Path: "/", HttpOnly: true, Secure: !s.Plain,
			SameSite: http.SameSiteLaxMode, MaxAge: int(familyLife / time.Second),
		})
	}
	http.Redirect(w, r, own(r.PostForm.Get("back")), http.StatusSeeOther) //nolint:gosec // own keeps it on this site
	return nil
}

// own returns back when it is an address of this site, and the first page else.
func own(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(back, "\\\r\n\t") {
		return "/m/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
