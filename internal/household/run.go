package household

import "time"

// A Run is one pass of a job, noted when there was anything to do.
type Run struct {
	ID       int64
	Job      string
	Started  time.Time // world clock
	Finished time.Time // zero while it runs, and where nothing wrote its end
	Done     int       // families, pilots and alerts of gateways dealt with
	Failed   int       // those it could not deal with
	Fault    Fault     // of which class most failures are; "" without any
}

// A Fault is a class of errors of a run. It says nothing of whom they are about.
type Fault string

// The classes of errors of a run.
const (
	FaultPanic       Fault = "panic"       // a mistake in Foyer: the log has the stack
	FaultTimeout     Fault = "timeout"     // something took too long to answer
	FaultUnreachable Fault = "unreachable" // the network did not lead to it
	FaultOther       Fault = "other"       // the log says what
	FaultStopped     Fault = "stopped"     // Foyer was told to stop in the midst
	FaultUnended     Fault = "unended"     // another run began, and nothing wrote the end of this one
)

// Faults are all classes.
var Faults = []Fault{FaultPanic, FaultTimeout, FaultUnreachable, FaultOther, FaultStopped, FaultUnended}

// A RunQuery asks for runs, the one begun last first.
type RunQuery struct {
	Job    string // "" for every job
	Before int64  // runs with a smaller id; 0: from the newest
	Limit  int
}
