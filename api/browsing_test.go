package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// browse has the caseworker open the money of so many more families in the console, and
// has it looked who did.
func (v *town) browse(families int) {
	v.t.Helper()
	b := v.caseworker()
	for n := range families {
		id, err := v.registry.AddFamily(v.t.Context(), household.File{
			Family: household.Family{Pilot: "ville", Label: fmt.Sprintf("Foyer ouvert %d/%d", n, families), Language: "fr", Since: v.now.AddDate(-1, 0, 0)},
		})
		v.must(err)
		v.must(v.registry.Bundle(v.t.Context(), id, registry.Form{Notice: "test"}, false, consent.CooperativeSummary))
		if got := b.get("/console/families/" + string(id) + "/money"); got.StatusCode != http.StatusOK {
			v.t.Fatal(got.Status)
		}
	}
	_, err := v.records.WatchBrowsing(v.t.Context(), 3*time.Hour)
	v.must(err)
}

func TestTheLeadSeesInTheConsoleWhoOpenedManyFamilies(t *testing.T) {
	v := newTown(t)
	lead, caseworker := v.office("lead", "ville"), v.caseworker()
	const warning = "Beaucoup de foyers ouverts"
	v.browse(20)
	if got := lead.get("/console/households"); got.StatusCode != http.StatusOK || strings.Contains(got.Text, warning) {
		t.Errorf("after 20: %s\n%s", got.Status, got.Text)
	}
	v.browse(1)
	got := lead.get("/console/households")
	before, said, _ := strings.Cut(got.Text, warning)
	said, _, _ = strings.Cut(said, "</section>")
	for _, want := range []string{"Nadia a ouvert les chiffres de 21 foyers en moins d", "Au-delà de 20 foyers par heure"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s lacks %q\n%s", got.Status, want, got.Text)
		}
	}
	if strings.Contains(said, "Foyer ouvert") || strings.Contains(before, "Foyer ouvert") {
		t.Error("the warning names families, or stands below them")
	}
	if page := caseworker.get("/console/households"); page.StatusCode < 400 || strings.Contains(page.Text, warning) {
		t.Errorf("who opened them is answered %s\n%s", page.Status, page.Text)
	}
	for _, path := range []string{"/console", "/console/families"} {
		if page := caseworker.get(path); page.StatusCode != http.StatusOK || strings.Contains(page.Text, warning) {
			t.Errorf("who opened them reads at %s: %s\n%s", path, page.Status, page.Text)
		}
	}
}
