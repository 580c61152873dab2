package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzConsentForm sends whatever comes as the forms in which a family answers: none is
// an error of Foyer's, and nothing but a yes to the text that was shown gives a right.
func FuzzConsentForm(f *testing.F) {
	for _, body := range []string{
		"", "about=own&answer=yes", "about=own&answer=no", "about=own&notice=2020-01/000000000000&answer=yes",
		"about=alert&finest=month&drop=consumption&drop=cost&seen=1", "about=alert&finest=century", "about=%00&answer=%ff", "answer=yes;about=own", "%zz",
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	v := newTown(f)
	b := v.phone(v.mute)
	f.Fuzz(func(t *testing.T, body string, less bool) {
		v.t = t // what fails, fails here
		path := "/m/consent"
		if less {
			path += "/less"
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.url+path, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := b.send(r)
		if got.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("%s %q: %s", path, body, got.Status)
		}
		form, err := url.ParseQuery(body)
		if err == nil && !less && form.Get("answer") == "yes" && len(form.Get("notice")) > 12 {
			return // it may have been the text that was shown
		}
		if grants, err := v.registry.Grants(t.Context(), v.mute); err != nil || len(grants) != 0 {
			t.Fatalf("%s %q gave %v, %v", path, body, grants, err)
		}
	})
}
