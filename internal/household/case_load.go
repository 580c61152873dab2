package household

import "time"

// An Assignment says that a caseworker helps a family from one instant to another,
// by the clock of the database.
type Assignment struct {
	ID        string
	Family    FamilyID
	Label     string // of the family
	Staff     string // id of the caseworker
	StaffName string
	From      time.Time
	To        time.Time // zero while it goes on
	By        string    // name of who made it, "" for the command line
	EndedBy   string    // name of who ended it
}

// A Household is a family by its name, with who helps it. There is no figure in it.
type Household struct {
	Family   Family
	Phones   int          // connected ones
	CaseLoad []Assignment // those that go on, oldest first
}

// A Referral asks for an [Assignment].
type Referral struct {
	ID     string
	Family FamilyID
	Staff  string // id of who is to help the family
}

// A ReferralState says what became of a [Referral].
type ReferralState string

// What becomes of a referral.
const (
	HandedOver ReferralState = "handed_over"
	HadAlready ReferralState = "had_already" // the caseworker helps the family already
	NoFamily   ReferralState = "no_family"   // there is none, or none for who asks
	NoHelper   ReferralState = "no_helper"   // no caseworker of the pilot has that id
)
