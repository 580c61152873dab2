package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"foyer/internal/energy"
	"foyer/internal/registry"
)

func TestTheSpecificationHolds(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			done := 0
			for status, answer := range o.Responses.Map() {
				if !strings.HasPrefix(status, "2") {
					continue
				}
				done++
				for kind, media := range answer.Value.Content {
					if media.Example == nil && len(media.Examples) == 0 {
						t.Errorf("%s %s has no example of its %s", method, path, kind)
					}
				}
			}
			if done == 0 {
				t.Errorf("%s %s never succeeds", method, path)
			}
		}
	}
}

func TestTheCooperativeReadsWhatWasAgreedTo(t *testing.T) {
	v := newTown(t)
	list := decode[FamilyList](t, v.api("GET", "/api/v1/families", ""))
	if len(list.Items) != 2 || list.Items[0].Label != "Foyer 01" || list.Items[1].Label != "Foyer 07" {
		t.Fatalf("families are %+v", list.Items)
	}
	one := decode[Family](t, v.api("GET", "/api/v1/families/"+string(v.cold), ""))
	if one.EffortRate == nil || *one.EffortRate.Value != "0.104" || one.ColdDay == nil || *one.ColdDay.Hours != "9.500" || *one.LastMonth.CostEur != "52.40" {
		t.Errorf("summary is %+v", one)
	}
	u := decode[Usage](t, v.api("GET", "/api/v1/families/"+string(v.cold)+"/usage?by=month", ""))
	if len(u.Items) == 0 || u.Items[0].EnergyKwh != "231.400000" {
		t.Errorf("usage is %+v", u)
	}
	// Days were agreed to for the family itself, not for the cooperative.
	if got := v.api("GET", "/api/v1/families/"+string(v.cold)+"/usage?by=day", ""); got.StatusCode == http.StatusOK && len(decode[Usage](t, got).Items) > 0 {
		t.Errorf("days leave: %s", got.Text)
	}
	alerts := decode[AlertList](t, v.api("GET", "/api/v1/alerts", ""))
	if len(alerts.Items) != 2 || alerts.Items[0].Id != v.coldID || alerts.Items[1].Id != v.spendID {
		t.Fatalf("alerts are %+v", alerts.Items)
	}
	if got := alerts.Items[0].Reason.Text; got != "14,8\u00a0°C en moyenne par jour, 2 jours de suite. C’est moins de 16\u00a0°C." {
		t.Errorf("reason is %q", got)
	}
	english := decode[Alert](t, v.api("GET", "/api/v1/alerts/"+v.coldID, "", "Accept-Language", "en"))
	if !strings.HasPrefix(english.Reason.Text, "A daily mean of 14,8") || english.History == nil || len(*english.History) != 1 {
		t.Errorf("alert is %+v", english)
	}
}

func TestUnknownAndWithheldAreOneAnswer(t *testing.T) {
	v := newTown(t)
	fingerprint := func(got reply) string {
		got.Header.Del("Date")
		var b strings.Builder
		b.WriteString(got.Status + "\n")
		_ = got.Header.Write(&b)
		return b.String() + got.Text
	}
	unknown := "faaaaaaaaaaaaaaaa"
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/v1/families/%", ""},
		{"GET", "/api/v1/families/%/usage", ""},
		{"GET", "/api/v1/alerts/%", ""},
		{"POST", "/api/v1/alerts/%/acknowledge", ""},
		{"POST", "/api/v1/alerts/%/resolve", `{"outcome":"visit"}`},
	} {
		withheld := string(v.mute)
		none := unknown
		if strings.Contains(c.path, "alerts") {
			withheld, none = v.muteID, "a9999999999999999"
		}
		a := v.api(c.method, strings.Replace(c.path, "%", withheld, 1), c.body, "If-Match", `"1"`)
		b := v.api(c.method, strings.Replace(c.path, "%", none, 1), c.body, "If-Match", `"1"`)
		odd := v.api(c.method, strings.Replace(c.path, "%", "%27%20OR%201", 1), c.body, "If-Match", `"1"`)
		if a.StatusCode != http.StatusNotFound || fingerprint(a) != fingerprint(b) || fingerprint(a) != fingerprint(odd) {
			t.Errorf("%s %s:\n%s\n%s\n%s", c.method, c.path, fingerprint(a), fingerprint(b), fingerprint(odd))
		}
	}
	c := v.caseworker()
	if a, b := c.get("/console/alerts/"+v.muteID), c.get("/console/alerts/a9999999999999999"); a.StatusCode != http.StatusNotFound || fingerprint(a) != fingerprint(b) {
		t.Error("the console tells a withheld alert from an unknown one")
	}
}

func TestNobodySeesAFamilyThatDidNotAgree(t *testing.T) {
	v := newTown(t)
	c, p := v.caseworker(), v.phone(v.calm)
	var all strings.Builder
	for _, path := range []string{"/console", "/console?state=resolved", "/console/families", "/console/alerts/" + v.coldID} {
		got := c.get(path)
		all.WriteString(got.Text)
		if got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	for _, path := range []string{"/m/", "/m/consent", "/m/access"} {
		all.WriteString(p.get(path).Text)
	}
	for _, path := range []string{"/api/v1/families", "/api/v1/alerts", "/api/v1/alerts?state=open,resolved", "/metrics", "/readyz"} {
		all.WriteString(v.api("GET", path, "").Text)
	}
	all.WriteString(v.log.String())
	for _, secret := range []string{canary, string(v.mute), v.muteID, "9.99", "9,99"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q got out", secret)
		}
	}
	if log := v.log.String(); strings.Contains(log, string(v.cold)) || strings.Contains(log, v.coldID) || strings.Contains(log, v.token) {
		t.Error("the log names somebody")
	}
}

func TestWithdrawalHoldsAtTheNextRequest(t *testing.T) {
	v := newTown(t)
	if got := v.api("GET", "/api/v1/families/"+string(v.cold), ""); got.StatusCode != http.StatusOK {
		t.Fatal(got.Status)
	}
	v.must(v.registry.WithdrawAll(t.Context(), v.cold, registry.Form{Notice: "test"}))
	for _, path := range []string{"/api/v1/families/" + string(v.cold), "/api/v1/alerts/" + v.coldID} {
		if got := v.api("GET", path, ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s after withdrawal", path, got.Status)
		}
	}
	for _, path := range []string{"/api/v1/families", "/api/v1/alerts"} {
		if got := v.api("GET", path, ""); strings.Contains(got.Text, string(v.cold)) {
			t.Errorf("%s still names the family", path)
		}
	}
	if got := v.caseworker().get("/console"); strings.Contains(got.Text, "Foyer 07") {
		t.Error("the console still names the family")
	}
}

func TestARequestMustRead(t *testing.T) {
	v := newTown(t)
	resolve := "/api/v1/alerts/" + v.coldID + "/resolve"
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		code, pointer      string
	}{
		{"GET", "/api/v1/alerts?limit=1000", "", nil, 400, "invalid-request", "/query/limit"},
		{"GET", "/api/v1/alerts?limit=x", "", nil, 400, "invalid-request", "/query/limit"},
		{"GET", "/api/v1/alerts?state=pending", "", nil, 400, "invalid-request", "/query/state/0"},
		{"GET", "/api/v1/alerts?cursor=made-up", "", nil, 400, "invalid-request", "/query/cursor"},
		{"GET", "/api/v1/families/" + string(v.cold) + "/usage?by=slot", "", nil, 400, "invalid-request", "/query/by"},
		{"GET", "/api/v1/families/" + string(v.cold) + "/usage?from=2026-13-01", "", nil, 400, "invalid-request", "/query/from"},
		{"GET", "/api/v1/families/" + string(v.cold) + "/usage?from=2026-01-02&to=2026-01-02", "", nil, 400, "invalid-request", "/query/from"},
		{"POST", resolve, `{"outcome":"sold"}`, []string{"If-Match", `"1"`}, 400, "invalid-request", "/body/outcome"},
		{"POST", resolve, `{"outcome":"visit","by":"me"}`, []string{"If-Match", `"1"`}, 400, "invalid-request", "/body"},
		{"POST", resolve, `{`, []string{"If-Match", `"1"`}, 400, "invalid-request", "/body"},
		{"POST", resolve, `{"outcome":"visit"}`, []string{"If-Match", `3`}, 400, "invalid-request", "/header/if-match"},
		{"POST", resolve, `{"outcome":"visit"}`, []string{"If-Match", `*`}, 400, "invalid-request", "/header/if-match"},
		{"POST", resolve, `{"outcome":"visit"}`, nil, 428, "if-match-missing", ""},
		{"POST", resolve, `outcome=visit`, []string{"If-Match", `"1"`, "Content-Type", "text/plain"}, 415, "unsupported-media-type", ""},
		{"POST", resolve, `{"outcome":"visit","note":"` + strings.Repeat("x", 70<<10) + `"}`, []string{"If-Match", `"1"`}, 413, "too-large", ""},
		{"GET", "/api/v1/families/" + string(v.cold) + "/usage?from=2026-02-30", "", nil, 400, "invalid-request", "/query/from"},
		{"DELETE", "/api/v1/alerts", "", nil, 405, "method-not-allowed", ""},
		{"GET", "/api/v1/nothing", "", nil, 404, "not-found", ""},
	} {
		got := v.api(c.method, c.path, c.body, c.headers...)
		p := decode[Problem](t, got)
		if got.StatusCode != c.status || p.Type != "/api/docs#"+c.code || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.StatusCode, got.Text)
		}
		if c.pointer != "" && (p.Errors == nil || !strings.HasPrefix((*p.Errors)[0].Pointer, c.pointer)) {
			t.Errorf("%s %s: want a fault at %s: %s", c.method, c.path, c.pointer, got.Text)
		}
		if strings.Contains(got.Text, "#/components") || strings.Contains(got.Text, "sql") {
			t.Errorf("%s %s shows its insides: %s", c.method, c.path, got.Text)
		}
	}
}

func TestNobodyIsLetInWithoutACredential(t *testing.T) {
	v := newTown(t)
	for _, header := range []string{"", "Bearer", "Bearer foyer_made-up", "Basic Zm95ZXI6Zm95ZXI=", "Bearer " + v.token + "x"} {
		for _, path := range []string{"/api/v1/families", "/api/v1/alerts?limit=1000", "/api/v1/events", "/api/v1/me/usage"} {
			got := v.api("GET", path, "", "Authorization", header)
			if got.StatusCode != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%q %s: %d %s", header, path, got.StatusCode, got.Text)
			}
		}
	}
	// A phone's cookie is no caseworker's, and the other way round.
	if got := v.phone(v.calm).get("/api/v1/families"); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a phone reads families: %s", got.Status)
	}
	if got := v.caseworker().get("/api/v1/me/usage"); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a caseworker reads as a family: %s", got.Status)
	}
	if got := v.api("GET", "/api/v1/me/usage", ""); got.StatusCode != http.StatusForbidden {
		t.Errorf("a machine reads as a family: %s", got.Status)
	}
	// A phone's session in the wrong cookie names a family: it sees no list.
	session, err := v.accounts.ConnectPhone(t.Context(), v.calm)
	v.must(err)
	if got := v.browser().as("foyer-c", session).get("/api/v1/families"); got.StatusCode == http.StatusOK {
		t.Errorf("a phone reads families through the other cookie: %s", got.Text)
	}
	if got := v.browser().as("foyer-c", session).get("/console"); got.StatusCode == http.StatusOK && strings.Contains(got.Text, "Foyer 07") {
		t.Error("a phone opens the console")
	}
}

func TestAFamilyReadsItsOwn(t *testing.T) {
	v := newTown(t)
	today := energy.DayOf(v.now, v.zone)
	days := decode[Usage](t, v.phone(v.cold).get("/api/v1/me/usage"))
	if len(days.Items) != 30 || days.Items[29].Name != today.String() || days.Items[0].CostEur == nil {
		t.Errorf("%d days: %+v", len(days.Items), days.Items)
	}
	slots := decode[Usage](t, v.phone(v.cold).get("/api/v1/me/usage?by=slot&from="+today.String()+"&to="+today.Add(1).String()))
	if len(slots.Items) != 1 {
		t.Errorf("%d half-hours, want 1", len(slots.Items))
	}
	if got := v.phone(v.calm).get("/api/v1/me/usage?by=slot"); got.StatusCode == http.StatusOK && len(decode[Usage](t, got).Items) > 0 {
		t.Errorf("half-hours that were not agreed to: %s", got.Text)
	}
	if got := v.phone(v.mute).get("/api/v1/me/usage"); got.StatusCode == http.StatusOK && len(decode[Usage](t, got).Items) > 0 {
		t.Errorf("a family that agreed to nothing reads: %s", got.Text)
	}
}

func TestTwoPeopleTakeAnAlertAndOneWins(t *testing.T) {
	v := newTown(t)
	take := "/api/v1/alerts/" + v.coldID + "/acknowledge"
	tag := v.api("GET", "/api/v1/alerts/"+v.coldID, "").Header.Get("ETag")
	if tag != `"1"` {
		t.Fatalf("ETag is %q", tag)
	}
	first := v.caseworker()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.url+take, nil)
	v.must(err)
	r.Header.Set("If-Match", tag)
	won := first.send(r)
	if a := decode[Alert](t, won); won.StatusCode != http.StatusOK || a.State != "acknowledged" || a.By == nil || *a.By != "Nadia" || won.Header.Get("ETag") != `"2"` {
		t.Fatalf("%d %s", won.StatusCode, won.Text)
	}
	lost := v.api("POST", take, "", "If-Match", tag)
	p := decode[StaleProblem](t, lost)
	if lost.StatusCode != http.StatusPreconditionFailed || p.Current.By == nil || *p.Current.By != "Nadia" || p.Current.Version != 2 {
		t.Errorf("%d %s", lost.StatusCode, lost.Text)
	}
	done := v.api("POST", "/api/v1/alerts/"+v.coldID+"/resolve", `{"outcome":"visit","note":"Mardi."}`, "If-Match", `"2"`)
	a := decode[Alert](t, done)
	if done.StatusCode != http.StatusOK || a.State != "resolved" || len(*a.History) != 3 || *(*a.History)[2].Outcome != "visit" {
		t.Errorf("%d %s", done.StatusCode, done.Text)
	}
}

func TestPagesOfAlertsFollowEachOther(t *testing.T) {
	v := newTown(t)
	seen := map[string]bool{}
	path := "/api/v1/alerts?limit=1&state=open"
	for range 5 {
		got := v.api("GET", path, "")
		list := decode[AlertList](t, got)
		for _, a := range list.Items {
			seen[a.Id] = true
		}
		cursor, err := list.NextCursor.Get()
		if err != nil {
			break
		}
		target, rest, ok := strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
		if !ok || rest != `; rel="next"` || !strings.Contains(target, url.QueryEscape(cursor)) {
			t.Fatalf("Link is %q", got.Header.Get("Link"))
		}
		path = target
	}
	if len(seen) != 2 {
		t.Errorf("saw %d alerts, want 2", len(seen))
	}
}

func TestAnOperatorSeesNoFamily(t *testing.T) {
	v := newTown(t)
	session, err := v.accounts.OpenStaff(t.Context(), v.operator)
	v.must(err)
	b := v.browser().as("foyer-c", session)
	for _, path := range []string{"/api/v1/families", "/api/v1/alerts", "/console", "/console/families"} {
		if got := b.get(path); strings.Contains(got.Text, "Foyer 0") {
			t.Errorf("%s shows a family to an operator", path)
		}
	}
	if got := b.get("/api/v1/families/" + string(v.cold)); got.StatusCode != http.StatusNotFound {
		t.Errorf("an operator reads a family: %s", got.Status)
	}
}

func TestConflictsAreForOperators(t *testing.T) {
	v := newTown(t)
	_, err := v.db.ExecContext(t.Context(), `INSERT INTO conflict (meter, register, at, first, second, seen_at)
		SELECT m.id, 'energy_import', 1764072000000, 424242, 434343, 1764072001000 FROM meter m
			JOIN attachment a ON a.meter = m.id WHERE a.family = $1 LIMIT 1`, string(v.mute))
	v.must(err)
	session, err := v.accounts.OpenStaff(t.Context(), v.operator)
	v.must(err)
	got := v.browser().as("foyer-c", session).get("/api/v1/conflicts")
	list := decode[ConflictList](t, got)
	if len(list.Items) != 1 || list.Items[0].Register != "energy_import" || strings.Contains(got.Text, "424242") || strings.Contains(got.Text, "434343") {
		t.Errorf("an operator sees %s", got.Text)
	}
	for who, got := range map[string]reply{"a machine": v.api("GET", "/api/v1/conflicts", ""), "a caseworker": v.caseworker().get("/api/v1/conflicts")} {
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s is answered %s", who, got.Status)
		}
	}
}

func TestReadinessNamesWhatFails(t *testing.T) {
	v := newTown(t)
	if got := v.api("GET", "/readyz", ""); got.StatusCode != http.StatusOK || !strings.Contains(got.Text, `"records":"ok"`) {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	v.options.Checks["series"] = func(context.Context) error { return errors.New("connection refused by 10.0.0.7") }
	v.start()
	got := v.api("GET", "/readyz", "")
	if r := decode[Readiness](t, got); got.StatusCode != http.StatusServiceUnavailable || r.Checks["series"] != "failed" || r.Checks["records"] != "ok" || strings.Contains(got.Text, "10.0.0.7") {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	if got := v.api("GET", "/healthz", ""); got.StatusCode != http.StatusOK {
		t.Errorf("/healthz: %s", got.Status)
	}
}

func TestMetricsAreForTheOperator(t *testing.T) {
	v := newTown(t)
	v.options.MetricsToken = "operator-secret"
	v.start()
	ask := func(headers ...string) int { return v.api("GET", "/metrics", "", headers...).StatusCode }
	if got := ask(); got != http.StatusOK { // the test is on this machine
		t.Errorf("from this machine: %d", got)
	}
	if got := ask("X-Forwarded-For", "203.0.113.9"); got != http.StatusNotFound {
		t.Errorf("through a proxy: %d", got)
	}
	if got := ask("X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer operator-secret"); got != http.StatusOK {
		t.Errorf("with the token: %d", got)
	}
}
