package disclosure

import (
	"foyer/internal/consent"
	"foyer/internal/household"
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

// Operator reports whether a is a staff member who runs the pilot's machines.
func (a Audience) Operator() bool {
	return a.reader.Kind == consent.Staff && a.reader.Role == "operator"
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
