package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// heard enters days of the ledger and gaps of the mute family's meter, and messages that
// are nobody's, of this pilot and of the other one.
func (v *town) heard() (meter string) {
	v.t.Helper()
	v.must(v.db.QueryRowContext(v.t.Context(), `SELECT meter FROM attachment WHERE family = $1 LIMIT 1`, string(v.mute)).Scan(&meter))
	for _, day := range []string{"2026-11-23", "2026-11-24", "2026-11-25"} {
		v.exec(`INSERT INTO ledger (meter, gateway, day, stored, duplicate, conflict, second, held, expired, rejected, repeated, ageless, stopped, ignored, late, quarantined, uncounted)
			VALUES (?, '', ?, 282, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0), ('', '', ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5)`, meter, day, day)
	}
	v.exec(`INSERT INTO attendance (meter, day, heard, missing, every_ms) VALUES (?, '2026-11-24', 141, 3, 600000), (?, '2026-11-25', 7, 0, 0)`, meter, meter)
	at := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC).UnixMilli()
	v.exec(`INSERT INTO gap (meter, from_at, to_at, missing, every_ms) VALUES (?, ?, ?, 3, 600000), (?, ?, 0, 9, 600000)`, meter, at, at+2_400_000, meter, at+86_400_000)
	return meter
}

func TestTheLedgerIsForOperators(t *testing.T) {
	v := newTown(t)
	meter := v.heard()
	b := v.machinist()
	list := decode[LedgerList](t, b.get("/api/v1/ledger?meter="+meter))
	if len(list.Items) != 3 || !list.NextCursor.IsNull() {
		t.Fatalf("%+v", list)
	}
	irregular, whole, yet := list.Items[0], list.Items[1], list.Items[2]
	if *whole.Expected != 144 || *whole.Heard != 141 || *whole.Missing != 3 || *whole.EveryS != 600 || whole.Received != 284 || whole.Counts.Stored != 282 || whole.Counts.Late != 1 || *whole.Meter != meter {
		t.Errorf("%+v", whole)
	}
	if irregular.Expected != nil || irregular.Missing != nil || *irregular.Heard != 7 || yet.Heard != nil || yet.Expected != nil {
		t.Errorf("%+v %+v", irregular, yet)
	}
	gaps := decode[GapList](t, b.get("/api/v1/gaps?meter="+meter))
	if len(gaps.Items) != 2 || gaps.Items[0].To != nil || gaps.Items[0].Missing != 9 || gaps.Items[1].Missing != 3 || gaps.Items[1].EveryS != 600 || gaps.Items[1].To.Sub(gaps.Items[1].From) != 40*time.Minute {
		t.Errorf("%+v", gaps)
	}
	for _, path := range []string{"/api/v1/ledger", "/api/v1/gaps"} {
		for who, got := range map[string]reply{"a machine": v.api("GET", path, ""), "a caseworker": v.caseworker().get(path)} {
			if got.StatusCode != http.StatusForbidden || strings.Contains(got.Text, meter) {
				t.Errorf("%s: %s is answered %s", path, who, got.Text)
			}
		}
		for query, pointer := range map[string]string{
			"?limit=0": "/query/limit", "?cursor=made-up": "/query/cursor", "?cursor=cnVucwA3": "/query/cursor", "?cursor=bGVkZ2VyAGcAeA": "/query/cursor", "?meter=": "/query/meter",
		} {
			got := b.get(path + query)
			if p := decode[Problem](t, got); got.StatusCode != http.StatusBadRequest || p.Errors == nil || (*p.Errors)[0].Pointer != pointer {
				t.Errorf("%s%s: %d %s", path, query, got.StatusCode, got.Text)
			}
		}
		tag := b.get(path).Header.Get("ETag")
		same, other := b.ask(path, "If-None-Match", tag), b.ask(path, "If-None-Match", `"other"`)
		if same.StatusCode != http.StatusNotModified || same.Text != "" || same.Header.Get("ETag") != tag || other.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %q, %d", path, same.StatusCode, same.Text, other.StatusCode)
		}
	}
	if got := b.get("/api/v1/ledger?day=yesterday"); got.StatusCode != http.StatusBadRequest {
		t.Error(got.Status)
	}
	if list := decode[LedgerList](t, b.get("/api/v1/ledger?day=2026-11-24&meter="+meter)); len(list.Items) != 1 {
		t.Errorf("%+v", list)
	}
	if list := decode[LedgerList](t, b.get("/api/v1/ledger?gateway=nobodys")); len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestPagesOfTheLedgerFollowEachOther(t *testing.T) {
	v := newTown(t)
	meter := v.heard()
	b := v.machinist()
	for path, want := range map[string]int{"/api/v1/ledger?limit=1&meter=" + meter: 3, "/api/v1/ledger?limit=1": len(decode[LedgerList](t, b.get("/api/v1/ledger")).Items)} {
		var days []string
		for pages := 0; path != "" && pages < 50; pages++ {
			got := b.get(path)
			list := decode[LedgerList](t, got)
			for _, l := range list.Items {
				days = append(days, l.Day.String()+" "+given(l.Meter))
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
			if (path == "") != list.NextCursor.IsNull() {
				t.Error("the link and the cursor disagree")
			}
		}
		seen := map[string]bool{}
		for i, d := range days {
			if seen[d] || i > 0 && d[:10] > days[i-1][:10] {
				t.Errorf("pages show %v", days)
			}
			seen[d] = true
		}
		if len(days) != want {
			t.Errorf("%d days, want %d", len(days), want)
		}
	}
	first := b.get("/api/v1/gaps?limit=1")
	link, _, _ := strings.Cut(strings.TrimPrefix(first.Header.Get("Link"), "<"), ">")
	if second := decode[GapList](t, b.get(link)); len(second.Items) != 1 || second.Items[0].Missing != 3 || !second.NextCursor.IsNull() {
		t.Errorf("%s leads to %+v", link, second)
	}
}

func TestTheConsoleShowsTheLedgerToOperators(t *testing.T) {
	v := newTown(t)
	meter := v.heard()
	b := v.machinist()
	days, gaps := b.get("/console/ledger"), b.get("/console/gaps")
	for _, got := range []reply{days, gaps} {
		if got.StatusCode != http.StatusOK || !strings.Contains(got.Text, meter) || !strings.Contains(got.Text, `href="/console/ledger" aria-current="page"`) {
			t.Errorf("%s %s", got.Status, got.Text)
		}
		if strings.Contains(got.Text, "Foyer 0") {
			t.Error("the page names a family")
		}
	}
	if !strings.Contains(days.Text, "<dd>144 </dd>") || !strings.Contains(gaps.Text, "<dd>9 </dd>") {
		t.Errorf("%s\n%s", days.Text, gaps.Text)
	}
	if got := b.get("/console/gaps?after=made-up"); got.Request.URL.RawQuery != "" || got.StatusCode != http.StatusOK {
		t.Errorf("a cursor nobody gave out leads to %s: %s", got.Request.URL, got.Status)
	}
	for _, path := range []string{"/console/ledger", "/console/gaps"} {
		if got := v.caseworker().get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("a caseworker is answered %s", got.Status)
		}
	}
}
