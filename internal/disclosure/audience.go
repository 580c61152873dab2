package disclosure

import (
	"strings"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/permission"
)

// An Audience is who asks. Only [Gate.Authenticate] makes one; its zero value
// sees nothing.
type Audience struct{ reader consent.Reader }

// Kind returns consent.Staff, consent.Token or consent.Family; "" for nobody.
func (a Audience) Kind() consent.Kind { return a.reader.Kind }

// Subject returns the opaque id of who asks. It is not for logs.
func (a Audience) Subject() string { return a.reader.Subject }

// Name returns the name of a staff member or of a token, "" for a family.
func (a Audience) Name() string { return a.reader.Name }

// Role returns what a is to Foyer; [permission.Nobody] for the zero Audience.
func (a Audience) Role() permission.Role {
	switch a.reader.Kind {
	case consent.Staff:
		if role := permission.Role(a.reader.Role); role.IsStaff() {
			return role
		}
	case consent.Token:
		return permission.Machine
	case consent.Family:
		return permission.Family
	case consent.Channel:
	}
	return permission.Nobody
}

// Scopes returns what a token is for; nil for others.
func (a Audience) Scopes() []permission.Scope {
	var all []permission.Scope
	for _, s := range strings.Fields(a.reader.Scopes) {
		all = append(all, permission.Scope(s))
	}
	return all
}

// May reports whether the table of permissions lets a use a route.
func (a Audience) May(route string) bool {
	rule, known := permission.Of(route)
	return known && rule.For(a.Role(), a.Scopes()) != permission.Denied
}

// Operator reports whether a is a staff member who runs the pilot's machines.
func (a Audience) Operator() bool { return a.Role() == permission.Operator }

// CaseLoad returns whose case-load binds a: of a caseworker itself, "" for who is
// not bound to one.
func (a Audience) CaseLoad() string {
	if a.Role() == permission.Caseworker {
		return a.reader.Subject
	}
	return ""
}

// Pilot returns the id of the pilot a belongs to.
func (a Audience) Pilot() string { return a.reader.Pilot }

// Language returns the language of a family, "" for others.
func (a Audience) Language() string { return a.reader.Language }

// Family returns the family on whose phone a is, "" for others.
func (a Audience) Family() household.FamilyID {
	if a.reader.Kind != consent.Family {
		return ""
	}
	return household.FamilyID(a.reader.Subject)
}

// cooperative reports whether a reads for the cooperative.
func (a Audience) cooperative() bool { return a.reader.Recipient == consent.ToCooperative }

// A Credential is what somebody shows. One of its fields is set.
type Credential struct {
	Session string // the cookie of a signed-in person or of a family's phone
	Bearer  string // "foyer_…", of a machine
}
