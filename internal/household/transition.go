package household

import (
	"errors"
	"time"
)

// A Step is what happened to an alert.
type Step string

// The steps of an alert. Nobody is told of the first two.
const (
	StepPending      Step = "pending"      // first evidence, not yet old enough
	StepDropped      Step = "dropped"      // the evidence of a pending alert went away
	StepOpened       Step = "opened"       // shown from now on
	StepEscalated    Step = "escalated"    // the severity rose
	StepAcknowledged Step = "acknowledged" // somebody deals with it
	StepResolved     Step = "resolved"     // by a person, or by itself
)

// A Transition is one step of an alert, decided but not yet written.
type Transition struct {
	Alert   Alert     // as it stands after the step, except Version: the one it had before, 0 for a new alert
	Step    Step      // what happened
	At      time.Time // world clock
	Outcome string    // code of what came of it, when a person closes it
	Note    string
}

// ErrAlertMoved says that an alert is no longer at the version a [Transition]
// starts from, or that another one runs already for its cause.
var ErrAlertMoved = errors.New("alert moved meanwhile")

// A Route sends the steps of alerts to a recipient over a channel.
type Route struct {
	Channel   string // "webhook:coop", "log"
	Recipient string // who is told, as consent names it: "cooperative"
	Steps     []Step // what is told
}

// A Delivery is one step of one alert on its way to one recipient. It names no
// figure: what the recipient may see is asked when it is sent.
type Delivery struct {
	ID        string // random, the same at each attempt
	Alert     string
	Step      Step
	At        time.Time // world clock of the step
	Queued    time.Time // wall clock: since when it is to be sent
	Channel   string
	Recipient string
	Attempt   int // 1 for the first
}
