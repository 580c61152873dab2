package household

import "time"

// An AlertState is where an alert stands in its workflow.
type AlertState string

// The states of an alert. A pending one is not shown to anybody.
const (
	Pending      AlertState = "pending"
	Open         AlertState = "open"
	Acknowledged AlertState = "acknowledged"
	Resolved     AlertState = "resolved"
)

// A Severity orders alerts on a caseworker's list. Cold always comes first.
type Severity string

// The severities of an alert.
const (
	Urgent Severity = "urgent" // call today
	High   Severity = "high"
	Normal Severity = "normal"
)

// An Alert is a reason to call a family, never a decision about it.
type Alert struct {
	ID       string   // random, stable for the episode
	Pilot    string   // id of the town's pilot
	Family   FamilyID // "" for an incident of a gateway
	Gateway  string   // set only for an incident of a gateway; operator only
	Rule     string   // "cold_home", "spending", "silent_meter", "silent_gateway"
	Category string   // kind of data behind it: who may be told depends on it
	Severity Severity
	State    AlertState
	Reason   []byte    // canonical JSON: catalogue key and the numbers in it
	Since    time.Time // world clock: first pending
	OpenedAt time.Time // world clock: zero while pending
	Changed  time.Time // world clock of the last transition
	By       string    // staff id of who acknowledged or resolved it last
	Version  int64     // rises with each transition; compare before changing
}
