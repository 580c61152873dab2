package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/testserver"
)

func TestALinkLetsItsPersonChooseAPasswordOnce(t *testing.T) {
	v := newTown(t)
	token, err := v.accounts.Welcome(t.Context(), household.Staff{Pilot: "ville", Email: "lea@ville.example", Name: "Léa", Role: "lead"})
	v.must(err)
	link := "/setup/" + token
	b := v.browser()
	for range 2 { // a GET uses nothing up
		got := b.get(link)
		if got.StatusCode != http.StatusOK || !strings.Contains(got.Text, "lea@ville.example") || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
			t.Fatalf("%s %s: %s", got.Status, got.Header.Get("Cache-Control"), plainText(got.Text))
		}
	}
	if weak := b.post(link, url.Values{"password": {"azertyazerty12"}}); weak.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(plainText(weak.Text), "trop simple") {
		t.Fatalf("%s: %s", weak.Status, plainText(weak.Text))
	}
	second := b.post(link, url.Values{"password": {"quatre chevaux verts"}})
	if second.Request.URL.Path != "/console/second" {
		t.Fatalf("at %s: %s", second.Request.URL.Path, plainText(second.Text))
	}
	if got := b.get("/console/households"); got.Request.URL.Path != "/console/sign-in" {
		t.Error("a password alone lets somebody in")
	}
	secret := setupKey.FindStringSubmatch(second.Text)
	if secret == nil {
		t.Fatal("no second factor is asked for")
	}
	b.post("/console/second", url.Values{"code": {testserver.Authenticator(t, strings.ReplaceAll(secret[1], " ", ""), time.Now())}})
	if got := b.get("/console/households"); got.StatusCode != http.StatusOK || !strings.Contains(got.Text, "Léa") {
		t.Errorf("%s %s", got.Status, got.Request.URL.Path)
	}

	// Used, never given, and none at all.
	used, never := b.get(link), b.get("/setup/"+strings.Repeat("A", len(token)))
	if used.StatusCode != http.StatusNotFound || !strings.Contains(plainText(used.Text), "n’ouvre plus rien") ||
		strings.ReplaceAll(used.Text, token, "") != strings.ReplaceAll(never.Text, strings.Repeat("A", len(token)), "") {
		t.Errorf("%s, %s: %s", used.Status, never.Status, plainText(used.Text))
	}
	if again := b.post(link, url.Values{"password": {"deux moutons bleus"}}); again.StatusCode != http.StatusNotFound {
		t.Errorf("used twice: %s", again.Status)
	}
	for _, path := range []string{"/setup", "/setup/"} {
		if got := b.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	if strings.Contains(v.log.String(), token) {
		t.Error("the log has the token")
	}
}
