package permission

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the reference page")

func TestTheReferencePageIsThatOfTheTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "permissions.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the table (%v): run go generate ./internal/permission", path, err)
	}
}

// What each role is for, whatever rows are added.
func TestWhatARoleIsForHoldsInEveryRow(t *testing.T) {
	for _, r := range Table {
		method, path, ok := strings.Cut(r.Route, " ")
		if !ok || method != "GET" && method != "POST" && method != "PUT" && method != "PATCH" && method != "DELETE" || !strings.HasPrefix(path, "/") || strings.Contains(path, ":") {
			t.Errorf("%q does not read", r.Route)
		}
		if r.Open() {
			if len(r.May) != len(Roles) || r.Scope != "" {
				t.Errorf("%s: what nobody is asked for is everybody's", r.Route)
			}
			continue
		}
		for role, reach := range r.May {
			if about[role] == "" || reach != Own && reach != CaseLoad && reach != Allowed {
				t.Errorf("%s: %s %q is no permission", r.Route, role, reach)
			}
			if role == Family && reach != Own {
				t.Errorf("%s: a family reaches more than its own", r.Route)
			}
			if role == Caseworker && reach == Allowed && path != "/api/v1/staff" {
				t.Errorf("%s: a caseworker reaches more than its case-load", r.Route)
			}
		}
		for _, role := range []Role{Lead, Auditor, Funder, Operator} {
			if strings.Contains(path, "/families") && r.May[role] != Denied {
				t.Errorf("%s: a %s reaches figures of families", r.Route, role)
			}
		}
		if strings.HasPrefix(path, "/api/v1/") && !strings.HasPrefix(path, "/api/v1/me") && r.May[Machine] != Denied && r.Scope == "" {
			t.Errorf("%s: any token will do", r.Route)
		}
	}
}

func TestWhatIsNotInTheTableIsDenied(t *testing.T) {
	for _, role := range Roles {
		for _, route := range []string{"GET /api/v1/secrets", ""} {
			if rule, ok := Of(route); ok || rule.For(role, Scopes) != Denied {
				t.Errorf("a %s may use %q, which nobody wrote down", role, route)
			}
		}
	}
	if _, ok := Of("DELETE /api/v1/families"); ok {
		t.Error("a method that is missing has a rule")
	}
	rule, _ := Of(Route("GET", "/api/v1/families/:id"))
	for name, c := range map[string]struct {
		role   Role
		scopes []Scope
		want   Reach
	}{
		"a role nobody knows":      {"boss", nil, Denied},
		"no role":                  {"", Scopes, Denied},
		"a token without a scope":  {Machine, nil, Denied},
		"a token of another scope": {Machine, []Scope{ReadAlerts}, Denied},
		"a token of the scope":     {Machine, []Scope{ReadAlerts, ReadFamilies}, Allowed},
		"a token of less":          {Machine, []Scope{WriteAlerts}, Denied},
		"scopes make no role":      {Funder, Scopes, Denied},
		"a caseworker":             {Caseworker, nil, CaseLoad},
	} {
		if got := rule.For(c.role, c.scopes); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
