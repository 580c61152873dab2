package api

import (
	"encoding/json"
	"strings"
	"testing"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Everybody reads on the charter, and a family on its own pages and figures, from when on
// things are kept; before anything was removed nobody says so.
func TestWhatIsKeptNoLongerIsSaid(t *testing.T) {
	v := newTown(t)
	ctx := t.Context()
	b := v.phone(v.cold)
	today := energy.DayOf(v.now, v.zone)
	var charter struct {
		Parameters []struct {
			Name      string `json:"name"`
			KeptFrom  string `json:"kept_from"`
			RemovedAt string `json:"removed_at"`
		} `json:"parameters"`
	}
	var usage struct {
		KeptFrom string `json:"kept_from"`
	}
	read := func(into any, path string) {
		t.Helper()
		v.must(json.Unmarshal([]byte(b.get(path).Text), into))
	}
	kept := household.Promise{HalfHourDays: 90, MonthYears: 3, AlertYears: 3, ProofYears: 5}.Borders("ville", today)
	kept.Done = today
	v.must(v.records.MoveBorders(ctx, kept)) // and the run has not ended yet
	read(&charter, "/api/v1/charter")
	read(&usage, "/api/v1/me/usage?by=slot&from=2026-01-01&to=2026-01-02")
	for _, p := range charter.Parameters {
		if p.KeptFrom != "" || p.RemovedAt != "" || usage.KeptFrom != "" {
			t.Errorf("%+v, %+v before anything was removed", p, usage)
		}
	}
	if page := b.get("/charter").Text; strings.Count(page, "Il ne l’a pas encore fait") != 4 {
		t.Error("the charter does not say that nothing was removed yet")
	}

	kept.At = v.now
	v.must(v.records.EndRetention(ctx, kept, household.Promise{}, false, 0))
	read(&charter, "/api/v1/charter")
	want := map[string]energy.Day{"half_hour_days": kept.HalfHours, "month_years": kept.Days, "alert_years": kept.Alerts, "proof_years": kept.Proofs}
	for _, p := range charter.Parameters {
		day, removed := want[p.Name]
		if removed != (p.KeptFrom != "") || removed && p.KeptFrom != day.String() || removed != (p.RemovedAt != "") {
			t.Errorf("%+v, want %s", p, day)
		}
	}
	before, since := kept.HalfHours.Add(-1).String(), kept.HalfHours.String()
	for _, c := range []struct{ ask, want string }{
		{"by=slot&from=" + before + "&to=" + since, since},
		{"by=slot&from=" + since + "&to=" + kept.HalfHours.Add(1).String(), ""},
		{"by=day&from=" + before + "&to=" + since, ""},
		{"by=day&from=" + kept.Days.Add(-1).String() + "&to=" + kept.Days.Add(1).String(), kept.Days.String()},
	} {
		usage.KeptFrom = ""
		if read(&usage, "/api/v1/me/usage?"+c.ask); usage.KeptFrom != c.want {
			t.Errorf("%s: kept from %q, want %q", c.ask, usage.KeptFrom, c.want)
		}
	}
	if page := b.get("/charter").Text; strings.Count(page, "est effacé. Dernier passage") != 4 {
		t.Error("the charter does not say what was removed")
	}
	if page := b.get("/m/export").Text; !strings.Contains(page, "Ce qui est plus vieux est effacé.") {
		t.Error("the page of the export does not say from when on things are kept")
	}
}
