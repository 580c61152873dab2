package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestWhateverFormComesGivesNoRight sends what is no answer as the forms in which a
// family answers: none is an error of Foyer's, and nothing but a yes to the text that
// was shown gives a right. FuzzConsentForm of package pages reads any other.
func TestWhateverFormComesGivesNoRight(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.mute)
	for _, body := range []string{
		"", "about=own&answer=yes", "about=own&answer=no", "about=own&notice=2020-01/000000000000&answer=yes",
		"about=alert&answer=yes", "about=alert&answer=no", "about=alert&notice=000000000000&answer=yes",
		"about=alert&finest=month&drop=consumption&drop=cost&seen=1", "about=alert&finest=century", "about=%00&answer=%ff", "answer=yes;about=own", "%zz",
	} {
		for _, path := range []string{"/m/consent", "/m/consent/less"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.url+path, strings.NewReader(body))
			v.must(err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := b.send(r); got.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s %q: %s", path, body, got.Status)
			}
			if grants, err := v.registry.Grants(t.Context(), v.mute); err != nil || len(grants) != 0 {
				t.Errorf("%s %q gave %v, %v", path, body, grants, err)
			}
		}
	}
}
