package consent

import "time"

// A Kind is what sort of audience somebody is.
type Kind string

// The kinds of audience. The zero Kind is nobody.
const (
	Staff   Kind = "staff"   // a person of the cooperative, signed in
	Token   Kind = "token"   // a machine with a bearer token
	Family  Kind = "family"  // a family on one of its phones
	Channel Kind = "channel" // the outbox, on its way to a recipient
)

// A Reader is who reads, as the access log writes it down.
type Reader struct {
	Kind      Kind
	Subject   string    // opaque id: of the staff member, the token, the family, or the channel
	Name      string    // how colleagues know it; "" for a family
	Role      string    // of a staff member: "caseworker", "lead", …; else ""
	Scopes    string    // of a token, with spaces between
	Pilot     string    // nothing of another pilot is ever read
	Zone      string    // IANA name of the pilot's zone
	Recipient Recipient // as whom it reads; "" for who reads of no family
	Language  string    // of a family
}

// An Access is one read: who, why, and which page of figures.
type Access struct {
	Reader  Reader
	Purpose Purpose
	View    string // "summary", "usage_day", "home", …; [Withheld] is logged when nothing was given
}

// Withheld is the view of a read that gave nothing.
const Withheld = "withheld"

// A Read is one entry of the access log, as its family sees it.
type Read struct {
	ID      int64
	At      time.Time
	Kind    Kind
	Purpose Purpose
	View    string
	Entry   int64 // of the journal, which tells of it; -1 before there is one
}

// An Own is what a family may always see about itself, whatever it agreed to.
type Own struct {
	At     time.Time // by the clock of the database
	Grants []Grant
	Said   []Event // oldest first
	Reads  []Read  // newest first, its own left out
	Phones int     // connected phones
}
