package api

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// together counts last year of twelve homes, some of which there are, and returns it and
// who they are.
func (v *town) together(ids ...household.FamilyID) (int, []household.FamilyID) {
	v.t.Helper()
	year := household.YearOf("ville", v.now.Year()-1, v.zone)
	a := household.Aggregate{AggregateYear: year, At: v.now}
	for n := len(ids); n < 12; n++ {
		id, err := v.registry.AddFamily(v.t.Context(), household.File{
			Family: household.Family{Pilot: "ville", Label: fmt.Sprintf("Foyer compté %02d", n), Language: "fr", Since: v.now.AddDate(-2, 0, 0)},
		})
		v.must(err)
		ids = append(ids, id)
	}
	for _, id := range ids {
		v.must(v.registry.Give(v.t.Context(), id, consent.Offer(consent.OpenStatistics), registry.Form{Notice: "test"}))
		a.Homes = append(a.Homes, household.CountedYear{Family: id, Covers: []string{"consumption", "cost"}})
	}
	a.Figures = []household.AggregateFigure{
		{Figure: "use", Part: "total", Unit: "kWh", Known: 12, Value: "35600", Most: 12, Seen: 98, Estimated: true},
		{Figure: "cost", Part: "total", Unit: "EUR", Known: 11, Value: "9100", Most: 86, Seen: 98},
		{Figure: "eu_2m", Part: "homes", Known: 12, Flagged: new(3), Seen: 98},
		{Figure: "energy_poverty_gap", Part: "homes", Known: 12, Flagged: new(12), Seen: 98},
		{Figure: "energy_poverty_gap", Part: "mean_gap", Unit: "EUR a month", Known: 12, Flagged: new(12), Value: "26", Most: 20, Seen: 98},
	}
	v.must(v.records.SaveAggregate(v.t.Context(), a))
	return year.Year, ids
}

// office returns a browser on which somebody of a role and a pilot is signed in.
func (v *town) office(role, pilot string) browser {
	v.t.Helper()
	id := "s" + role + pilot
	v.person(household.Staff{ID: id, Pilot: pilot, Email: id + "@example.org", Name: "Alix", Role: role})
	session, err := v.accounts.OpenStaff(v.t.Context(), id)
	v.must(err)
	return v.browser().as("foyer-c", session)
}

func TestAggregatesAreForWhoPaysChecksAndRuns(t *testing.T) {
	v := newTown(t)
	v.must(v.registry.AddPilot(t.Context(), household.Pilot{ID: "autre", Name: "Autre", Zone: "Europe/Paris"}))
	year, ids := v.together()
	const path = "/api/v1/aggregates"
	for _, role := range []string{"auditor", "funder", "lead"} {
		b := v.office(role, "ville")
		got := decode[Aggregates](t, b.get(path))
		if got.Withheld || got.Year != year || *got.Homes != 10 || !got.CountedAt.Equal(v.now) || len(got.Figures) != 5 {
			t.Fatalf("a %s: %+v", role, got)
		}
		use, gap := got.Figures[0], got.Figures[4]
		if use.Withheld || *use.Homes != 10 || *use.Value != "35600" || *use.Unit != "kWh" || *use.SeenPercent != 98 || !*use.Estimated || use.Flagged != nil || use.FlaggedPercent != nil {
			t.Errorf("%+v", use)
		}
		if gap.Withheld || *gap.Flagged != 10 || *gap.FlaggedPercent != 100 || *gap.Value != "26" || *gap.Estimated {
			t.Errorf("%+v", gap)
		}
		text := b.get(path).Text
		for _, want := range []string{`{"figure":"cost","part":"total","withheld":true}`, `{"figure":"eu_2m","part":"homes","withheld":true}`} {
			if !strings.Contains(text, want) {
				t.Errorf("want %s in %s", want, text)
			}
		}
		if elsewhere := decode[Aggregates](t, v.office(role, "autre").get(path)); !elsewhere.Withheld || len(elsewhere.Figures) > 0 || elsewhere.Homes != nil {
			t.Errorf("a %s of another pilot: %+v", role, elsewhere)
		}
	}
	for who, got := range map[string]reply{
		"a machine": v.api("GET", path, ""), "a caseworker": v.caseworker().get(path), "an operator": v.machinist().get(path),
	} {
		if got.StatusCode != http.StatusForbidden || strings.Contains(got.Text, "35600") {
			t.Errorf("%s is answered %s", who, got.Text)
		}
	}
	// A home that is counted sees who read, and of which year.
	reads := decode[AccessList](t, v.phone(ids[0]).get("/api/v1/me/access"))
	view := fmt.Sprint("aggregates_", year)
	if page := v.phone(ids[1]).get("/m/access").Text; !strings.Contains(page, fmt.Sprintf("les chiffres de la ville en %d, où vous comptez", year)) && !strings.Contains(page, fmt.Sprintf("Les chiffres de la ville en %d, où vous comptez", year)) {
		t.Errorf("the page does not say what was read: %s", page)
	}
	if len(reads.Items) != 6 || reads.Items[0].View != view || *reads.Items[0].Purpose != "open_statistics" {
		t.Errorf("%+v", reads.Items)
	}
}

func TestTheConsoleShowsAYearOfAllHomes(t *testing.T) {
	v := newTown(t)
	year, ids := v.together()
	b := v.office("funder", "ville")
	first := b.get("/console")
	for _, want := range []string{
		`href="/console/aggregates" aria-current="page"`, fmt.Sprintf("%d : environ 10 foyers", year), "35 600 kWh", "98 % de l’année a été vue, en partie estimée",
		"environ 10 (100 %)", "26 € par mois", "non affiché", "Affichés : 3 chiffres sur 5.", fmt.Sprintf(`href="/console/aggregates?year=%d"`, year-1),
	} {
		if page := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(first.Text); first.StatusCode != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%s, want %s in %s", first.Status, want, page)
		}
	}
	if strings.Contains(first.Text, fmt.Sprint("?year=", year+1)) {
		t.Error("a year that is not over is offered")
	}
	for _, odd := range []string{strconv.Itoa(year + 1), "0", "10000", "last"} {
		if got := b.get("/console/aggregates?year=" + odd); got.StatusCode != http.StatusOK || got.Request.URL.RawQuery != "" {
			t.Errorf("the year %s leads to %s: %s", odd, got.Request.URL, got.Status)
		}
	}
	if got := b.get(fmt.Sprint("/console/aggregates?year=", year-1)); got.StatusCode != http.StatusOK || strings.Count(got.Text, "<h2") != 0 || !strings.Contains(got.Text, "rien n’est affiché") {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	v.must(v.registry.WithdrawAll(t.Context(), ids[7], registry.Form{Notice: "test"}))
	if got := b.get("/console/aggregates"); strings.Count(got.Text, "<h2") != 0 || !strings.Contains(got.Text, "rien n’est affiché") {
		t.Errorf("one left: %s", got.Text)
	}
	if got := v.caseworker().get("/console/aggregates"); got.StatusCode != http.StatusNotFound || strings.Contains(v.caseworker().get("/console").Text, "/console/aggregates") {
		t.Errorf("a caseworker is answered %s", got.Status)
	}
}

func TestAYearThatIsNotOverIsRefused(t *testing.T) {
	v := newTown(t)
	b := v.office("funder", "ville")
	for query, pointer := range map[string]string{
		fmt.Sprint("?year=", v.now.Year()): "/query/year", fmt.Sprint("?year=", v.now.Year()+1): "/query/year", "?year=0": "/query/year", "?year=10000": "/query/year", "?year=last": "/query/year",
	} {
		got := b.get("/api/v1/aggregates" + query)
		if p := decode[Problem](t, got); got.StatusCode != http.StatusBadRequest || p.Errors == nil || (*p.Errors)[0].Pointer != pointer {
			t.Errorf("%s: %d %s", query, got.StatusCode, got.Text)
		}
	}
}

// TestAWithdrawalAndAYearNobodyCountedAreOneAnswer reads a year on both sides of one
// family's withdrawal on its own phone, in both stores.
func TestAWithdrawalAndAYearNobodyCountedAreOneAnswer(t *testing.T) {
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "records.db") },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) { oneLeaves(t, newTownAt(t, address())) })
	}
}

func oneLeaves(t *testing.T, v *town) {
	t.Helper()
	year, ids := v.together()
	b := v.office("auditor", "ville")
	never := b.get(fmt.Sprint("/api/v1/aggregates?year=", year-1)).Text
	before := b.get("/api/v1/aggregates")
	if got := decode[Aggregates](t, before); got.Withheld || len(got.Figures) != 5 {
		t.Fatalf("%+v", got)
	}
	tag := before.Header.Get("ETag")
	if same := b.get("/api/v1/aggregates", "If-None-Match", tag); same.StatusCode != http.StatusNotModified || same.Header.Get("ETag") != tag || same.Text != "" {
		t.Errorf("%d %q", same.StatusCode, same.Text)
	}
	if got := v.phone(ids[3]).say("/api/v1/me/consents", `{"action":"withdraw","about":"open_statistics"}`); got.StatusCode != http.StatusOK {
		t.Fatal(got.Status, got.Text)
	}
	after := b.get("/api/v1/aggregates", "If-None-Match", tag).Text // what is known of before is no answer
	if want := strings.Replace(never, strconv.Itoa(year-1), strconv.Itoa(year), 1); after != want || !strings.Contains(after, `"figures":[]`) {
		t.Errorf("%s, want %s", after, want)
	}
	// Of whom nothing was seen nothing is written down.
	if reads := decode[AccessList](t, v.phone(ids[0]).get("/api/v1/me/access")); len(reads.Items) != 2 {
		t.Errorf("%+v", reads.Items)
	}
}

func TestTheExamplesOfAggregatesHold(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	m := spec.Paths.Value("/api/v1/aggregates").Get.Responses.Value("200").Value.Content.Get("application/json")
	for name, e := range m.Examples {
		if err := m.Schema.Value.VisitJSON(e.Value.Value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(m.Examples) != 2 {
		t.Errorf("%d examples", len(m.Examples))
	}
}
