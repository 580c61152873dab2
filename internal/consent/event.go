package consent

import "time"

// A State is what a family said.
type State string

// What a family can say.
const (
	Given     State = "given"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Always is the end of a period that has none: the first instant of the year 10000.
var Always = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

// An Event is something a family said about one scope at one instant.
//
// Its fields are those of a consent record in ISO/IEC TS 27560:2023 that differ
// from one family to the next.
type Event struct {
	ID       int64
	Act      string    // what is said at once shares it; "" stands alone
	Verb     Verb      // of the act; "" for what was kept before acts were
	At       time.Time // by the clock of the database
	State    State
	Scope    Scope
	DataFrom time.Time // first instant of the data agreed to
	DataTo   time.Time // first instant no longer agreed to
	Expires  time.Time // when a given consent ends by itself; this instant is excluded
	Notice   string    // version of the text shown, "2026-11"
	Hash     string    // SHA-256 of that text in Language, in hex; "" for what was kept before hashes were
	Language string    // of that text
	Medium   string    // "screen" or "paper"
	By       string    // staff id of who entered it, "" for the family itself
	Witness  string    // staff id of who saw a paper signed, "" on screen
	Paper    string    // where the paper is
}

// A Grant is what holds because of a given consent.
type Grant struct {
	Scope    Scope
	DataFrom time.Time
	DataTo   time.Time
	Since    time.Time // when it was given
	Expires  time.Time
}
