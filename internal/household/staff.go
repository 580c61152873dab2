package household

import "time"

// A Staff is a person of the cooperative or of the town who may sign in.
type Staff struct {
	ID    string
	Pilot string
	Email string // lower case
	Name  string // as colleagues and the history of alerts show it
	Role  string // "caseworker", "lead", "auditor", "funder" or "operator"

	SecondFactor bool // has shown that it has one
}

// A Token lets a machine read as the cooperative.
type Token struct {
	ID       string
	Pilot    string
	Name     string
	Scopes   string // "families:read alerts:read", with spaces between
	Expires  time.Time
	LastUsed time.Time // zero: never
}

// A Phone is one access of a family to its pages. It names nobody.
type Phone struct {
	ID        string
	Connected time.Time // the beginning of that day, UTC
	Used      time.Time // of the last day it was used on; zero when that is not known
	This      bool      // who asks asks on it
}

// An InvitationState says what a code is good for.
type InvitationState string

// The states of an invitation.
const (
	InvitationOpen    InvitationState = "open"
	InvitationUsed    InvitationState = "used"
	InvitationExpired InvitationState = "expired"
	InvitationUnknown InvitationState = "unknown"
	InvitationFull    InvitationState = "full" // as many phones as there may be
)
