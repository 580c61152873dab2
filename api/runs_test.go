package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// runs notes passes: one that ended well, one with failures, one that was killed, and
// one that runs.
func (v *town) runs() {
	v.t.Helper()
	at := v.now.UnixMilli()
	v.exec(`INSERT INTO run (job, started_at, finished_at, done, failed, fault) VALUES
		('rollup', ?, ?, 500, 0, ''), ('results', ?, ?, 499, 1, 'timeout'), ('alerts', ?, 0, 0, 0, ''), ('rollup', ?, 0, 0, 0, '')`,
		at-4000, at-3000, at-3000, at-2000, at-2000, at-1000)
}

// machinist returns a browser Olga, an operator, is signed in on.
func (v *town) machinist() browser {
	v.t.Helper()
	session, err := v.accounts.OpenStaff(v.t.Context(), v.operator)
	v.must(err)
	return v.browser().as("foyer-c", session)
}

func TestRunsAreForOperators(t *testing.T) {
	v := newTown(t)
	v.runs()
	b := v.machinist()
	list := decode[RunList](t, b.get("/api/v1/runs"))
	if len(list.Items) != 4 || !list.NextCursor.IsNull() {
		t.Fatalf("runs are %+v", list)
	}
	if r := list.Items[0]; r.EndedAt != nil || r.Error != nil {
		t.Errorf("one that runs is %+v", r)
	}
	if r := list.Items[1]; r.EndedAt != nil || r.Error == nil || *r.Error != "unended" {
		t.Errorf("one that was killed is %+v", r)
	}
	if r := list.Items[2]; r.Job != "results" || r.Done != 499 || r.Failed != 1 || *r.Error != "timeout" || !r.EndedAt.Equal(v.now.Add(-2*time.Second)) {
		t.Errorf("one with a failure is %+v", r)
	}
	for who, got := range map[string]reply{"a machine": v.api("GET", "/api/v1/runs", ""), "a caseworker": v.caseworker().get("/api/v1/runs")} {
		if got.StatusCode != http.StatusForbidden || strings.Contains(got.Text, "rollup") {
			t.Errorf("%s is answered %s", who, got.Text)
		}
	}
	for path, pointer := range map[string]string{
		"?job=washing":              "/query/job",
		"?limit=0":                  "/query/limit",
		"?cursor=made-up":           "/query/cursor",
		"?cursor=YWxlcnRzADEAMgBh":  "/query/cursor", // of alerts
		"?cursor=cnVucwAw&limit=10": "/query/cursor",
	} {
		got := b.get("/api/v1/runs" + path)
		if p := decode[Problem](t, got); got.StatusCode != http.StatusBadRequest || p.Errors == nil || (*p.Errors)[0].Pointer != pointer {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Text)
		}
	}
}

func TestTheConsoleShowsRunsToOperators(t *testing.T) {
	v := newTown(t)
	v.runs()
	for n := range 60 {
		v.exec(`INSERT INTO run (job, started_at, finished_at) VALUES ('alerts', ?, ?)`, v.now.UnixMilli()+int64(n), v.now.UnixMilli()+int64(n))
	}
	b := v.machinist()
	first := b.get("/console/runs")
	if first.StatusCode != http.StatusOK || strings.Count(first.Text, "<h2") != 50 || strings.Contains(first.Text, "/console/families") || !strings.Contains(first.Text, `href="/console/runs" aria-current="page"`) {
		t.Errorf("%s %s", first.Status, first.Text)
	}
	_, link, _ := strings.Cut(first.Text, `href="/console/runs?after=`)
	cursor, _, _ := strings.Cut(link, `"`)
	second := b.get("/console/runs?after=" + cursor)
	if strings.Count(second.Text, "<h2") != 14 || !strings.Contains(second.Text, "trop long à répondre") || strings.Contains(second.Text, `href="/console/runs?after=`) {
		t.Errorf("%s %s", second.Status, second.Text)
	}
	if got := b.get("/console/runs?after=made-up"); got.Request.URL.RawQuery != "" || got.StatusCode != http.StatusOK {
		t.Errorf("a cursor nobody gave out leads to %s: %s", got.Request.URL, got.Status)
	}
	c := v.caseworker()
	if got := c.get("/console/runs"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a caseworker is answered %s", got.Status)
	}
	if strings.Contains(c.get("/console").Text, "/console/runs") {
		t.Error("a caseworker is led to the runs")
	}
}

func TestPagesOfRunsFollowEachOther(t *testing.T) {
	v := newTown(t)
	v.runs()
	b := v.machinist()
	for query, want := range map[string]string{"?limit=1": "rollup alerts results rollup", "?job=rollup&limit=1": "rollup rollup", "?limit=2": "rollup alerts results rollup"} {
		var jobs []string
		path := "/api/v1/runs" + query
		for pages := 0; path != "" && pages < 9; pages++ {
			got := b.get(path)
			list := decode[RunList](t, got)
			for _, r := range list.Items {
				jobs = append(jobs, string(r.Job))
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
			if (path == "") != list.NextCursor.IsNull() {
				t.Errorf("%s: the link and the cursor disagree", query)
			}
			if pages == 0 { // what began meanwhile moves nothing
				v.exec(`INSERT INTO run (job, started_at) VALUES ('alerts', 0)`)
			}
		}
		if got := strings.Join(jobs, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		v.exec(`DELETE FROM run WHERE started_at = 0`)
	}
}
