package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"foyer/internal/household"
)

// ends are the ids of the phones that a page offers to disconnect.
func ends(page string) (all []string) {
	for _, m := range regexp.MustCompile(`name="phone" value="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestAFamilyDisconnectsOnePhoneAlone(t *testing.T) {
	v := newTown(t)
	one, two, three, other := v.phone(v.calm), v.phone(v.calm), v.phone(v.calm), v.phone(v.cold)
	if home := one.get("/m/"); !strings.Contains(home.Text, `<a href="/m/phones">Téléphones connectés`) {
		t.Error("no way to the phones on the first page")
	}
	page := one.get("/m/phones")
	others := ends(page.Text)
	if text := plainText(page.Text); page.StatusCode != http.StatusOK || len(others) != 2 || !strings.Contains(text, "C’est ce téléphone.") || strings.Count(text, "Utilisé ces 30 derniers jours.") != 2 {
		t.Fatalf("%d others: %s", len(others), text)
	}
	if got := other.post("/m/phones/end", url.Values{"phone": {others[0]}}); got.StatusCode != http.StatusNotFound || strings.Join(ends(other.get("/m/phones").Text), "") != "" {
		t.Errorf("another family disconnects it: %s", got.Status)
	}
	if got := one.post("/m/phones/end", url.Values{"phone": {others[0]}}); !strings.Contains(plainText(got.Text), "L’autre téléphone est déconnecté.") || len(ends(got.Text)) != 1 {
		t.Errorf("%s: %s", got.Status, plainText(got.Text))
	}
	left := 0
	for _, b := range []browser{one, two, three} {
		if b.get("/m/").StatusCode == http.StatusOK {
			left++
		}
	}
	if left != 2 || one.get("/m/").StatusCode != http.StatusOK || other.get("/m/").StatusCode != http.StatusOK {
		t.Errorf("%d of three phones are left", left)
	}
	if got := one.post("/m/phones/end", url.Values{"phone": {others[0]}}); got.StatusCode != http.StatusNotFound || !strings.Contains(plainText(got.Text), "déjà déconnecté") {
		t.Errorf("ended twice: %s", got.Status)
	}
}

// Who holds another phone of the home learns neither what was read on this one nor when.
func TestAPhoneDoesNotTellWhatAnotherOneReads(t *testing.T) {
	v := newTown(t)
	watched, other := v.phone(v.calm), v.phone(v.calm)
	pages := []string{"/m/", "/m/access", "/m/phones", "/m/receipts", "/m/consent", "/m/export", "/api/v1/me", "/api/v1/me/access", "/api/v1/me/consents"}
	before := map[string]string{}
	for _, path := range pages {
		other.get(path) // what reading itself changes has changed
		before[path] = other.get(path).Text
	}
	kept := v.readByPhones(v.calm)
	for _, path := range []string{"/m/", "/m/money", "/m/findings", "/m/tariffs", "/m/answers", "/m/access", "/m/phones", "/api/v1/me/usage", "/api/v1/me/export"} {
		if got := watched.get(path); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	if v.readByPhones(v.calm) == kept {
		t.Error("nothing was written down: this test proves nothing")
	}
	for _, path := range pages {
		if got := other.get(path).Text; got != before[path] {
			t.Errorf("%s tells of the other phone:\n%s\n%s", path, plainText(before[path]), plainText(got))
		}
	}
	if export := other.get("/api/v1/me/export").Text; strings.Contains(export, `"audience":"family"`) || strings.Contains(export, `"audience": "family"`) {
		t.Error("the export tells what phones read")
	}
}

// readByPhones counts what a family read of itself.
func (v *town) readByPhones(family household.FamilyID) (n int) {
	v.t.Helper()
	v.must(v.db.QueryRowContext(v.t.Context(), `SELECT COUNT(*) FROM access WHERE family = $1 AND audience = 'family'`, string(family)).Scan(&n))
	return n
}
