// Package permission says who may do what: one table of every address that
// Foyer answers and every role.
//
// It is pure. The server and the pages ask it before anything else of a request
// is looked at, tests read it, and docs/reference/permissions.md is written from
// it. What is not in the table is refused. It knows no person and no family: of
// which families a role sees something is settled where they are read.
package permission

import "slices"

// A Role is what somebody is to Foyer.
type Role string

// The roles there are.
const (
	Nobody     Role = "nobody"     // who shows nothing, or nothing that holds
	Family     Role = "family"     // a family, on one of its phones
	Caseworker Role = "caseworker" // helps families: sees what those of its case-load agreed to
	Lead       Role = "lead"       // runs the pilot: names, meters, tariffs, letters; never a family's figures
	Auditor    Role = "auditor"    // recomputes what is claimed: aggregates, no name, no family's figures
	Funder     Role = "funder"     // pays for results: aggregates alone
	Operator   Role = "operator"   // runs the machines: sees no family
	Machine    Role = "machine"    // shows a token with scopes
)

// Roles lists every role, in the order of the table's columns.
var Roles = []Role{Nobody, Family, Caseworker, Lead, Auditor, Funder, Operator, Machine}

// Staff lists the roles a person of the cooperative or of the town can have.
var Staff = []Role{Caseworker, Lead, Auditor, Funder, Operator}

// IsStaff reports whether a person can have a role.
func (r Role) IsStaff() bool { return slices.Contains(Staff, r) }

// A Scope is what a machine's token is for. It narrows the role [Machine].
type Scope string

// The scopes a token can have.
const (
	ReadFamilies Scope = "families:read" // summaries and usage, as agreed to
	ReadAlerts   Scope = "alerts:read"
	WriteAlerts  Scope = "alerts:write" // take and close them, and so read them
)

// Scopes lists every scope.
var Scopes = []Scope{ReadFamilies, ReadAlerts, WriteAlerts}

// A Reach is how far a permission goes. The zero Reach is [Denied].
type Reach string

// How far a permission goes. Whatever it says, of a family nothing is seen that
// it did not agree to.
const (
	Denied   Reach = ""
	Own      Reach = "own"       // what is about who asks
	CaseLoad Reach = "case-load" // what is about families assigned to who asks
	Allowed  Reach = "allowed"   // everything of the pilot of who asks
)
