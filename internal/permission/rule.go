package permission

import (
	"regexp"
	"slices"
)

var byRoute = index()

func index() map[string]Rule {
	all := make(map[string]Rule, len(Table))
	for _, r := range Table {
		if _, twice := all[r.Route]; twice {
			panic("permission: two rules for " + r.Route)
		}
		all[r.Route] = r
	}
	return all
}

// placeholder is a part of a pattern as Echo writes it: ":id".
var placeholder = regexp.MustCompile(`:(\w+)`)

// Route names an address as the table does, from a method and a pattern of Echo's
// or of openapi.yaml: "/families/:id" and "/families/{id}" are one.
func Route(method, pattern string) string {
	return method + " " + placeholder.ReplaceAllString(pattern, "{$1}")
}

// Of returns the rule of a route, false when the table has none. A rule that is
// missing lets nobody in.
func Of(route string) (Rule, bool) {
	r, ok := byRoute[route]
	return r, ok
}

// Open reports whether nobody is asked who they are.
func (r Rule) Open() bool { return r.May[Nobody] != Denied }

// For returns how far a role may go, and with a token the scopes of it.
func (r Rule) For(role Role, scopes []Scope) Reach {
	if role == Machine && r.Scope != "" && !slices.ContainsFunc(scopes, r.Scope.within) {
		return Denied
	}
	return r.May[role]
}

// within reports whether who holds another scope may do what s is for.
func (s Scope) within(held Scope) bool {
	return held == s || s == ReadAlerts && held == WriteAlerts
}

// OfStaff reports whether a person who signs in may use the route.
func (r Rule) OfStaff() bool {
	return slices.ContainsFunc(Staff, func(one Role) bool { return r.May[one] != Denied })
}
