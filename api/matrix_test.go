package api

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// A target is a family that somebody may ask for, or its alert, or its entry of
// the case-loads.
type target struct {
	name   string
	pilot  string // "" for one there is not
	agreed bool   // to show the cooperative something, now
	mine   bool   // assigned to the caseworker of its pilot who asks
	id     household.FamilyID
	label  string
	alert  string
	helper string // id of who helps it
	entry  string // of the case-loads, of now
	kept   []trace
}

// marks are what an answer that knows of whom it is would have in it.
func (x target) marks() []trace {
	return []trace{{"id", string(x.id)}, {"label", x.label}, {"alert", x.alert}}
}

// A suitor is somebody of a role and a pilot.
type suitor struct {
	name   string
	role   permission.Role
	scopes []permission.Scope
	pilot  string
	id     string // of a member of staff
	bearer string
	family household.FamilyID
}

// A matrix is a town and its neighbour, with everybody who may ask for anything.
type matrix struct {
	*town
	targets []target
	suitors []suitor
	told    map[string]bool   // what is kept and somebody was told who may know it
	cursors map[string]string // where the pages of a list go on, by route
}

func newMatrix(t *testing.T, address string) *matrix {
	t.Helper()
	m := &matrix{town: newTownAt(t, address), told: map[string]bool{}, cursors: map[string]string{}}
	ctx := t.Context()
	m.must(m.registry.ShareCaseLoads(ctx, "ville", false))
	m.must(m.registry.AddPilot(ctx, household.Pilot{ID: "autre", Name: "Autre", Zone: "Europe/Paris"}))
	m.suitors = append(m.suitors,
		suitor{name: "nobody", role: permission.Nobody}, suitor{name: "family", role: permission.Family, pilot: "ville", family: m.calm},
		suitor{name: "family with half-hours", role: permission.Family, pilot: "ville", family: m.cold},
		suitor{name: "caseworker", role: permission.Caseworker, pilot: "ville", id: m.staff}, suitor{name: "operator", role: permission.Operator, pilot: "ville", id: m.operator})
	person := func(name, pilot string, role permission.Role) string {
		t.Helper()
		id := "s" + name
		m.person(household.Staff{ID: id, Pilot: pilot, Email: name + "@" + pilot, Name: name, Role: string(role)})
		m.suitors = append(m.suitors, suitor{name: name, role: role, pilot: pilot, id: id})
		return id
	}
	karim := person("colleague", "ville", permission.Caseworker)
	for _, role := range []permission.Role{permission.Lead, permission.Auditor, permission.Funder} {
		person(string(role), "ville", role)
	}
	afar := person("caseworker afar", "autre", permission.Caseworker)
	person("lead afar", "autre", permission.Lead)
	person("operator afar", "autre", permission.Operator)
	token := func(name, pilot string, scopes ...permission.Scope) {
		t.Helper()
		_, bearer, err := m.accounts.AddToken(ctx, pilot, name, 0, scopes...)
		m.must(err)
		m.suitors = append(m.suitors, suitor{name: name, role: permission.Machine, scopes: scopes, pilot: pilot, bearer: bearer})
	}
	token("machine", "ville", permission.Scopes...)
	token("machine of alerts", "ville", permission.ReadAlerts)
	token("machine afar", "autre", permission.Scopes...)

	m.targets = []target{
		{name: "assigned", pilot: "ville", agreed: true, mine: true, id: m.cold, label: "Foyer 07", alert: m.coldID, helper: m.staff},
		{name: "a colleague's", pilot: "ville", agreed: true, id: m.calm, label: "Foyer 01", alert: m.spendID, helper: karim},
		{name: "never agreed", pilot: "ville", mine: true, id: m.mute, label: canary, alert: m.muteID, helper: m.staff},
		{name: "withdrawn", pilot: "ville", mine: true, label: "Foyer RETIRÉ", helper: m.staff},
		{name: "of the neighbour", pilot: "autre", agreed: true, mine: true, label: "Foyer VOISIN", helper: afar},
		{name: "unknown", id: "faaaaaaaaaaaaaaaa", label: "\x00", alert: "a9999999999999999", entry: "laaaaaaaaaaaaaaaa"},
		{name: "no id at all", id: "' OR 1=1 --", label: "\x00", alert: "' OR 1=1 --", entry: "' OR 1=1 --"},
	}
	day := energy.DayOf(m.now, m.zone)
	for i := range m.targets {
		x := &m.targets[i]
		if x.id != "" {
			continue
		}
		var err error
		x.id, err = m.registry.AddFamily(ctx, household.File{
			Family:    household.Family{Pilot: x.pilot, Label: x.label, Language: "fr", Since: m.now.AddDate(-2, 0, 0)},
			Contracts: []household.Contract{{From: day.Add(-400), Tariff: "fr-bleu-base", PowerKVA: 6}},
		})
		m.must(err)
		form := registry.Form{Notice: "test", DataFrom: m.now.AddDate(-2, 0, 0)}
		m.must(m.registry.Bundle(ctx, x.id, form, true, consent.FamilyView, consent.Alert, consent.CooperativeSummary))
		m.figuresOf(10+i, x.id)
		x.alert = m.alert(x.id, "cold_home", "indoor_climate", "urgent", `{"key":"alert.cold_home.mean","args":{"mean_c":"8.88","days":"2","limit_c":"16"}}`)
		m.exec(`UPDATE alert SET pilot = ? WHERE id = ?`, x.pilot, x.alert)
	}
	for i, x := range m.targets[:5] {
		m.plant(i)
		if !x.agreed {
			m.must(m.registry.WithdrawAll(ctx, x.id, registry.Form{Notice: "test"}))
		}
	}
	m.together(m.cold, m.calm) // they are counted, and that is all an answer about the pilot says of them
	m.assign()
	return m
}

// assign has every family helped by who helps it, whatever a request ended.
func (m *matrix) assign() {
	m.t.Helper()
	for i, x := range m.targets {
		if x.helper == "" {
			continue
		}
		entry, err := m.registry.Assign(m.t.Context(), x.pilot, x.id, x.helper)
		m.must(err)
		m.targets[i].entry = entry.ID
	}
}

// sees says what the promises are: whether somebody who may use a route sees a
// family there.
func (s suitor) sees(route string, x target) bool {
	if x.pilot == "" || x.pilot != s.pilot || strings.Contains(route, "/receipts/{id}") || strings.Contains(route, "/access/{id}") { // nobody wrote anything down, and a family is no read
		return false
	}
	names := strings.Contains(route, "/case-load") || strings.Contains(route, "/households")
	switch s.role {
	case permission.Caseworker:
		mine := x.mine == (s.name != "colleague") // the colleague helps the others
		return x.agreed && mine
	case permission.Machine:
		return x.agreed
	case permission.Lead:
		return names
	case permission.Family:
		return x.id == s.family
	case permission.Nobody, permission.Auditor, permission.Funder, permission.Operator:
	}
	return false
}

// shows reports whether what somebody has is a credential at an address at all.
func (s suitor) shows(rule permission.Rule, page bool) bool {
	switch {
	case s.role == permission.Machine:
		return !page
	case s.role == permission.Family:
		return rule.May[permission.Family] != permission.Denied
	case s.id != "":
		return rule.OfStaff() || rule.May[permission.Family] == permission.Denied
	}
	return false
}

// ask sends a request about a target. A route may end in a query: "GET /console?state=resolved".
func (m *matrix) ask(s suitor, route string, x target) reply {
	m.t.Helper()
	return m.prepare(s, route, x)()
}

// prepare signs somebody in and returns what sends their request about a target.
func (m *matrix) prepare(s suitor, route string, x target) func() reply {
	m.t.Helper()
	route, query, _ := strings.Cut(route, "?")
	method, path, _ := strings.Cut(route, " ")
	id := map[bool]string{true: x.entry, false: string(x.id)}[strings.Contains(path, "/case-load")]
	if strings.Contains(path, "/alerts") {
		id = x.alert
	}
	path = strings.ReplaceAll(path, "{id}", strings.NewReplacer(" ", "%20", "'", "%27").Replace(id))
	body := map[string]string{
		"POST /api/v1/alerts/{id}/resolve": `{"outcome":"visit"}`,
		// It leaves what is agreed to as it is.
		"POST /api/v1/households/{id}/consents": `{"action":"refuse","about":"research","language":"fr","paper":"classeur 3"}`,
		// Nobody was given it.
		"POST /api/v1/households/{id}/erasure/confirm": `{"code":"` + strings.Repeat("A", 26) + `"}`,
		"POST /api/v1/case-load":                       `{"family":"` + string(x.id) + `","staff":"` + x.helper + `"}`,
	}[route]
	if x.helper == "" {
		body = strings.Replace(body, `"staff":""`, `"staff":"`+m.staff+`"`, 1)
	}
	kind := "application/json"
	if !strings.HasPrefix(path, "/api/") && method == http.MethodPost {
		helper := x.helper
		if helper == "" {
			helper = m.staff
		}
		body, kind = "version=1&outcome=visit&staff="+helper+"&question=works&answer=done&day=2026-01-15", "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.url+openPlaces.Replace(path)+"?"+query, strings.NewReader(body))
	m.must(err)
	if body != "" {
		r.Header.Set("Content-Type", kind)
	} else {
		r.Body, r.ContentLength = nil, 0
	}
	r.Header.Set("If-Match", `"1"`)
	b := m.browser()
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	switch {
	case s.bearer != "":
		r.Header.Set("Authorization", "Bearer "+s.bearer)
	case s.id != "":
		session, err := m.accounts.OpenStaff(m.t.Context(), s.id)
		m.must(err)
		b = b.as("foyer-c", session)
	case s.family != "":
		m.must(m.accounts.DisconnectAll(m.t.Context(), s.family))
		session, err := m.accounts.ConnectPhone(m.t.Context(), s.family)
		m.must(err)
		b = b.as("foyer-m", session)
	}
	return func() reply {
		m.t.Helper()
		if route == "GET /api/v1/events" { // it has no end
			res, err := b.Do(r)
			m.must(err)
			m.must(res.Body.Close())
			return reply{res, ""}
		}
		return b.send(r)
	}
}

// whole is everything of an answer but its date.
func whole(got reply) string {
	got.Header.Del("Date")
	var b strings.Builder
	b.WriteString(got.Status + "\n")
	_ = got.Header.Write(&b)
	return b.String() + got.Text
}

// named are the routes without a place for an id whose request names a family.
var named = []string{"POST /api/v1/case-load"}

// printed are the addresses of openapi.yaml itself, whose examples are made up.
var printed = []string{"GET /api/openapi.json", "GET /api/openapi.yaml", "GET /api/docs"}

// Every role asks at every address for every family. What it may not see is not
// there: one and the same answer, whichever family it is, and none of its marks.
func TestNobodyReachesWhatTheTableDoesNotGive(t *testing.T) {
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "records.db") },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMatrix(t, address())
			asked := 0
			for _, rule := range permission.Table {
				for _, s := range m.suitors {
					asked += m.try(s, rule)
				}
			}
			if asked < 4000 {
				t.Errorf("%d requests are no matrix", asked)
			}
			t.Logf("%d requests", asked)
			if got := decode[Aggregates](t, m.office("funder", "ville").get("/api/v1/aggregates")); got.Withheld {
				t.Error("no year of the pilot was shown to anybody who may see it")
			}
			m.hushed()
			nobody := func(target) bool { return false }
			m.listen("the log", m.log.String(), nobody, nobody)
		})
	}
}

// try has somebody ask at one address for everything, in every way that openapi.yaml
// tells of, and returns how often.
func (m *matrix) try(s suitor, rule permission.Rule) (asked int) {
	m.t.Helper()
	_, path, _ := strings.Cut(rule.Route, " ")
	page := !strings.HasPrefix(path, "/api/")
	may := s.shows(rule, page) && rule.For(s.role, s.scopes) != permission.Denied
	aimed := strings.Contains(path, "{id}") || slices.Contains(named, rule.Route)
	if other := regexp.MustCompile(`\{(\w+)\}`).FindStringSubmatch(openPlaces.Replace(path)); other != nil && other[1] != "id" {
		m.t.Fatalf("%s: say what {%s} stands for", rule.Route, other[1])
	}
	if (may || rule.Open()) && !aimed && strings.HasPrefix(rule.Route, "POST ") || slices.Contains(printed, rule.Route) {
		return 0 // it is about who asks alone, or about nobody
	}
	targets := m.targets
	if !aimed {
		targets = m.targets[:1]
	}
	for _, query := range m.queries(rule.Route) {
		refusal := ""
		for i := range targets {
			x := m.targets[i]
			sees := may && s.sees(rule.Route, x)
			where := rule.Route + "?" + query + ": " + s.name + ", " + x.name
			got, pages := m.pages(s, rule.Route, query, x, where, may)
			asked += pages
			want := m.status(s, rule, page, may, aimed, sees)
			switch {
			case may && strings.HasPrefix(query, "by="): // as fine as agreed to, or not there
				want = append(want, http.StatusNotFound)
			case may && strings.HasPrefix(query, "cursor="): // it may be of somebody else's list
				want = append(want, http.StatusBadRequest)
			}
			if !slices.Contains(want, got.StatusCode) {
				m.t.Errorf("%s: %d, want one of %v: %s", where, got.StatusCode, want, got.Text)
			}
			if !sees && aimed {
				if refusal == "" {
					refusal = whole(got)
				} else if whole(got) != refusal {
					m.t.Errorf("%s: not the answer of the others:\n%s\n%s", where, whole(got), refusal)
				}
			}
			if strings.HasSuffix(path, "/end") {
				m.assign()
			}
		}
	}
	return asked
}

// pages asks for a list to its last page, holds every answer against what is kept, and
// returns the first and how many there were.
func (m *matrix) pages(s suitor, route, query string, x target, where string, may bool) (first reply, n int) {
	m.t.Helper()
	sees := func(x target) bool { return may && s.sees(route, x) }
	shown := func(x target) bool { return sees(x) && s.role != permission.Lead } // who runs a pilot sees names alone
	for more := true; more && n < 50; n++ {
		got := m.ask(s, route+"?"+query, x)
		m.listen(where, whole(got), shown, sees)
		if n == 0 {
			first = got
		}
		query, more = m.leaf(route, got.Text)
	}
	return first, n
}

// status returns the answers that are right.
func (m *matrix) status(s suitor, rule permission.Rule, page, may, aimed, sees bool) []int {
	switch {
	case rule.Open():
		return []int{http.StatusOK, http.StatusSeeOther, http.StatusNotFound, http.StatusTooManyRequests}
	case !s.shows(rule, page) && page:
		return []int{http.StatusSeeOther, http.StatusUnauthorized} // to the door
	case !s.shows(rule, page):
		return []int{http.StatusUnauthorized}
	case !may && rule.Route == "GET /console":
		return []int{http.StatusSeeOther} // to their own desk
	case !may && (page || strings.Contains(rule.Route, "{id}")):
		return []int{http.StatusNotFound}
	case !may:
		return []int{http.StatusForbidden}
	case aimed && !sees, strings.HasSuffix(rule.Route, "/erasure/confirm"): // no code that was given
		return []int{http.StatusNotFound}
	}
	return []int{http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusSeeOther, http.StatusPreconditionFailed}
}

// The credential of one is not that of another.
func TestATokenDoesNoMoreThanItsScopes(t *testing.T) {
	v := newTown(t)
	_, bearer, err := v.accounts.AddToken(t.Context(), "ville", "summaries", 0, permission.ReadFamilies)
	v.must(err)
	as := func(method, path string) int {
		return v.api(method, path, "", "Authorization", "Bearer "+bearer, "If-Match", `"1"`).StatusCode
	}
	for path, want := range map[string]int{
		"GET /api/v1/families": 200, "GET /api/v1/alerts": 403, "GET /api/v1/events": 403,
		"GET /api/v1/alerts/" + v.coldID: 404, "POST /api/v1/alerts/" + v.coldID + "/acknowledge": 404, "GET /api/v1/conflicts": 403,
	} {
		method, at, _ := strings.Cut(path, " ")
		if got := as(method, at); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	me := decode[Me](t, v.api("GET", "/api/v1/me", "", "Authorization", "Bearer "+bearer))
	if me.Role != "machine" || *me.Name != "summaries" || me.Pilot != "ville" || len(me.Scopes) != 1 || len(me.Permissions) != 5 {
		t.Errorf("%+v", me)
	}
}

func TestEverybodyIsToldWhoTheyAre(t *testing.T) {
	v := newTown(t)
	nadia := decode[Me](t, v.caseworker().get("/api/v1/me"))
	if nadia.Role != "caseworker" || nadia.Id != v.staff || *nadia.Name != "Nadia" || !slices.Contains(nadia.Permissions, Permission{"case-load", "GET /api/v1/families"}) {
		t.Errorf("%+v", nadia)
	}
	family := decode[Me](t, v.phone(v.calm).get("/api/v1/me"))
	if family.Role != "family" || family.Id != string(v.calm) || family.Name != nil {
		t.Errorf("%+v", family)
	}
	for _, p := range family.Permissions {
		if p.Reach != "own" {
			t.Errorf("a family may %+v", p)
		}
	}
	if got := v.browser().get("/api/v1/me"); got.StatusCode != http.StatusUnauthorized {
		t.Error(got.Status)
	}
	var nothing disclosure.Audience
	if nothing.Role() != permission.Nobody || nothing.May("GET /api/v1/me") {
		t.Error("nobody may something")
	}
}
