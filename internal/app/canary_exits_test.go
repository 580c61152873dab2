package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"foyer/internal/household"
	"foyer/internal/permission"
)

// An exit is an address as somebody may ask it, and what it says now.
type exit struct {
	name  string
	names bool // who runs the pilot is told who takes part, whatever was agreed to
	lists bool // who runs the machines is told random ids of meters, and what they do not say
	shows bool // a family that agreed is seen there
	sums  bool // what a family that agreed is counted in is
	says  func() string
}

// A guest is somebody of a role, with what they show.
type guest struct {
	role   permission.Role
	bearer string
	cookie *http.Cookie
}

// guests returns somebody of every role. The family is the one that agreed.
func (v *visitor) guests() (all []guest) {
	v.t.Helper()
	ctx, pilot := v.t.Context(), v.office.Config.Pilot.ID
	session := func(cookie, token string, err error) *http.Cookie {
		v.t.Helper()
		if err != nil {
			v.t.Fatal(err)
		}
		return &http.Cookie{Name: cookie, Value: token}
	}
	for _, role := range permission.Roles {
		g := guest{role: role}
		switch {
		case role == permission.Machine:
			g.bearer = v.bearer
		case role == permission.Family:
			token, err := v.office.Accounts.ConnectPhone(ctx, v.family(witness))
			g.cookie = session("foyer-m", token, err)
		case role.IsStaff():
			id := v.nadia
			if role != permission.Caseworker {
				id = "s-" + string(role)
				s := household.Staff{ID: id, Pilot: pilot, Email: id + "@coop.example", Name: id, Role: string(role)}
				if added, err := v.office.Records.AddStaff(ctx, s, "kept"); !added || err != nil {
					v.t.Fatal(added, err)
				}
			}
			token, err := v.office.Accounts.OpenStaff(ctx, id)
			g.cookie = session("foyer-c", token, err)
		}
		all = append(all, g)
	}
	return all
}

// askAs returns everything that an address answers to a guest, but where it leads to.
func (v *visitor) askAs(g guest, path string) string {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.foyer.URL()+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	if g.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+g.bearer)
	}
	if g.cookie != nil {
		req.AddCookie(g.cookie)
	}
	stay := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	head, body := v.do(stay, req)
	return fmt.Sprint(head) + body
}

const (
	stream = "GET /api/v1/events" // has no end; it is followed apart

	// wrong is a query that no address reads: its errors say nothing of a family either.
	wrong = "?limit=x&cursor=x&by=x&from=x&to=x&as_of=x&state=x&job=x&year=x"
)

// exits returns every address of the table of permissions that is read, as everybody
// may ask it about the family that takes its consent back, and with a query that is none.
func (v *visitor) exits() (all []exit) {
	v.t.Helper()
	guests := v.guests()
	for _, rule := range permission.Table {
		path, read := strings.CutPrefix(rule.Route, "GET ")
		if !read || rule.Route == stream || strings.HasPrefix(path, "/api/openapi") || path == "/api/docs" { // what is written there is made up
			continue
		}
		for _, path := range v.aim(path) {
			for _, g := range guests {
				listed := g.role == permission.Lead && (strings.Contains(path, "/households") || strings.Contains(path, "/case-load"))
				helped := rule.May[g.role] != permission.Denied && (g.role == permission.Caseworker || g.role == permission.Machine)
				all = append(all, exit{
					name: string(g.role) + ": GET " + path, names: listed, lists: g.role == permission.Operator,
					shows: helped && slices.ContainsFunc(aboutFamilies, func(s string) bool { return strings.HasPrefix(path, s) }),
					sums:  rule.May[g.role] != permission.Denied && (path == "/api/v1/aggregates" || path == "/console/aggregates"),
					says:  func() string { return v.askAs(g, path) },
				})
				if strings.HasPrefix(path, "/api/v1/") {
					all = append(all, exit{name: string(g.role) + ": GET " + path + wrong, names: listed, lists: g.role == permission.Operator, says: func() string { return v.askAs(g, path+wrong) }})
				}
			}
		}
	}
	return append(all, exit{name: "the stream from its beginning", shows: true, says: v.replay})
}

// aboutFamilies is where who helps a family reads something of it.
var aboutFamilies = []string{
	"/api/v1/families", "/api/v1/alerts", "/api/v1/case-load", "/console/families", "/console/alerts/",
}

// aim returns the addresses that a pattern of the table stands for. A place that nothing
// is known to stand for ends the test.
func (v *visitor) aim(pattern string) (all []string) {
	v.t.Helper()
	pattern = strings.NewReplacer("{name}", "foyer.css", "{slug}", "demo", "{code}", "AAAAA-AAAAA", "{token}", "AAAAA").Replace(pattern)
	if !strings.Contains(pattern, "{") {
		return []string{pattern}
	}
	id := string(v.family(withdrew))
	for part, ids := range map[string][]string{
		"/families/{id}":   {id},
		"/households/{id}": {id},
		"/alerts/{id}":     v.column(`SELECT id FROM alert WHERE family = $1 AND state <> 'pending'`, id),
		"/case-load/{id}":  v.column(`SELECT id FROM case_load WHERE family = $1`, id),
		"/receipts/{id}":   v.column(`SELECT DISTINCT act FROM consent WHERE family = $1`, id),
		"/access/{id}":     v.column(`SELECT CAST(id AS TEXT) FROM access WHERE family = $1 ORDER BY id LIMIT 1`, id),
	} {
		if strings.Contains(pattern, part) {
			for _, one := range ids {
				all = append(all, strings.Replace(pattern, "{id}", one, 1))
			}
		}
	}
	if len(all) == 0 || strings.Contains(all[0], "{") {
		v.t.Fatalf("say what stands in %s", pattern)
	}
	return all
}

// column returns the texts of one column.
func (v *visitor) column(query string, args ...any) (all []string) {
	v.t.Helper()
	rows, err := v.db.QueryContext(v.t.Context(), query, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			v.t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
	return all
}
