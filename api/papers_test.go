package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"foyer/internal/household"
	"foyer/internal/text"
)

// footOf returns the hashes at the foot of the sheets of a page.
func footOf(page string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`<code translate="no">([0-9a-f]{64})</code>`).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestAPaperIsPrintedSignedAndWrittenDown(t *testing.T) {
	v := newTown(t)
	v.person(household.Staff{ID: "slead", Pilot: "ville", Email: "lead@ville", Name: "Line", Role: "lead"})
	session, err := v.accounts.OpenStaff(t.Context(), "slead")
	v.must(err)
	lead := v.browser().as("foyer-c", session)
	at := "/console/households/" + string(v.mute) + "/papers"
	if got := lead.get("/console/households"); !strings.Contains(got.Text, at) || !strings.Contains(got.Text, `"/console/papers"`) {
		t.Error("nothing leads there")
	}
	got := lead.get(at + "?about=alert&language=en")
	said := plainText(got.Text)
	for _, want := range []string{canary, "Be called when your home is cold?", "La Ville, 12 rue du Port", "question alert", "Name of the witness"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %s", want, said)
		}
	}
	foot := footOf(got.Text)
	if got.StatusCode != http.StatusOK || len(foot) != 1 {
		t.Fatalf("%s %v", got.Status, foot)
	}
	// What is written down of the paper is the text that was signed.
	noted := lead.say("/api/v1/households/"+string(v.mute)+"/consents",
		`{"action":"give","about":"alert","language":"en","notice":"`+text.NoticeVersion+`","paper":"classeur 3"}`)
	if noted.StatusCode != http.StatusCreated || !strings.Contains(noted.Text, foot[0]) {
		t.Errorf("%s: no %s in %s", noted.Status, foot[0], noted.Text)
	}
	if got := lead.get(at + "?about=narrow"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a sheet that there is not: %s", got.Status)
	}
}

func TestACaseworkerPrintsForItsFamiliesAndForNewOnes(t *testing.T) {
	v := newTown(t)
	b := v.caseworker()
	got := b.get("/console/papers")
	if len(footOf(got.Text)) != 9 || strings.Contains(got.Text, "Foyer 0") {
		t.Errorf("%s %v", got.Status, footOf(got.Text))
	}
	if got := b.get("/console/families"); !strings.Contains(got.Text, "/console/households/"+string(v.calm)+"/papers") {
		t.Error("nothing leads there")
	}
	if got := b.get("/console/households/" + string(v.calm) + "/papers"); !strings.Contains(got.Text, "Foyer 01") {
		t.Errorf("%s %s", got.Status, plainText(got.Text))
	}
	// Whose name it may not see it does not learn here.
	if got := b.get("/console/households/" + string(v.mute) + "/papers"); got.StatusCode != http.StatusNotFound || strings.Contains(got.Text, canary) {
		t.Errorf("%s %s", got.Status, plainText(got.Text))
	}
	if got := b.post("/console/households/"+string(v.calm)+"/letter", nil); got.StatusCode != http.StatusNotFound {
		t.Errorf("a caseworker writes letters: %s", got.Status)
	}
}
