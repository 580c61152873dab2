package disclosure

import (
	"errors"
	"fmt"
	"time"

	"foyer/internal/household"
)

// An Alert is a reason to call a family, as somebody may see it.
type Alert struct {
	ID       string
	Family   household.FamilyID // "" for an incident of a gateway
	Label    string             // "Foyer 07"; "" for an incident
	Language string
	Gateway  string // of an incident, shown to an operator alone
	Rule     string // "cold_home", "spending", "silent_meter", "silent_gateway"
	Severity household.Severity
	State    household.AlertState
	Reason   Reason
	Since    time.Time // world clock: when it began
	OpenedAt time.Time
	Changed  time.Time
	By       string // name of who took or closed it, "" for nobody
	Version  int64  // give it back to [Gate.Acknowledge] and [Gate.Resolve]
	History  []AlertEvent
}

// A Reason is why, in words to be looked up: a key of the catalogues and the
// numbers in it.
type Reason struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args"`
}

// An AlertEvent is one step of an alert. Only [Gate.Alert] and the two commands
// return the history.
type AlertEvent struct {
	Seq     int64
	At      time.Time // world clock
	Step    household.Step
	State   household.AlertState
	By      string
	Outcome string
	Note    string
}

// An AlertQuery asks for alerts, cold homes first, then by severity and age.
type AlertQuery struct {
	States []household.AlertState // nil: open and acknowledged
	Limit  int                    // at most 200; 0: 50
	Cursor string                 // [AlertPage.Next] of the page before
}

// An AlertPage is a part of the list of alerts.
type AlertPage struct {
	Alerts []Alert
	Next   string // cursor of the next page, "" at the end
}

// A Change is a step of an alert, for who follows along.
type Change struct {
	Seq   int64 // rises; the next call asks for what came after it
	Step  household.Step
	State household.AlertState // the one entered
	At    time.Time            // world clock
	Alert Alert                // as it stands now
}

// ErrStale says that somebody else was faster. Test with errors.As.
type ErrStale struct {
	By      string // name of who has it, "" when nobody: it moved by itself
	State   household.AlertState
	Version int64
}

// Error returns a sentence for a log; it names nobody.
func (e ErrStale) Error() string {
	return fmt.Sprintf("alert is %s at version %d", e.State, e.Version)
}

// Errors of questions about alerts and of commands on one.
var (
	ErrOutcome = errors.New("unknown outcome")
	ErrNote    = errors.New("note is too long")
	ErrCursor  = errors.New("unknown cursor")
)

// Outcomes are the ways an alert can end, in the words of SLIME practice; a
// catalogue key each, "outcome.visit".
var Outcomes = []string{
	"contacted",   // spoke with the family
	"visit",       // went there, or will
	"diagnosis",   // the home was looked at
	"kit",         // small equipment handed over
	"referral",    // led on: aid, renovation, social worker
	"repaired",    // a meter or sensor works again
	"unreachable", // tried, nobody answered
	"no_action",   // nothing to do
}

// MaxNote is the longest note, in bytes.
const MaxNote = 2000
