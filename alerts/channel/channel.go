package channel

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// A Channel tells somebody of a step of an alert. It may be used from several
// goroutines at once.
type Channel interface {
	// Send returns nil once the other side has m. It may be called again with the
	// same m.ID when it is not known whether it has. An error that wraps
	// [ErrRefused] is not worth repeating soon, one that wraps [ErrGone] never.
	Send(ctx context.Context, m Message) error
}

// Errors of channels. Everything else is worth another try at once.
var (
	ErrRefused = errors.New("refused by the receiver")
	ErrGone    = errors.New("the receiver wants no more")
)

// A Message is one step of an alert as its recipient may see it now.
type Message struct {
	ID    string         // the same at each attempt: a receiver that has it already can tell
	Step  household.Step // what happened
	At    time.Time      // world clock of the step
	Alert disclosure.Alert
}

// A Kind is a sort of channel as this package knows it.
type Kind struct {
	Name    string         // of its section of the configuration
	Does    string         // a sentence for docs/reference/channels.md
	Default func() Section // a pointer to a struct
}

// A Section is the part of the configuration that holds the channels of one kind.
type Section interface {
	// Validate reports each setting that makes no sense, with its value and why.
	Validate() error
	// Open returns the channels of this section.
	Open(d Deps) ([]Open, error)
}

// Deps are what channels are made with.
type Deps struct {
	Now    func() time.Time // wall clock
	Log    *slog.Logger
	Texts  *text.Texts
	Zone   *time.Location // of the pilot, for dates in words
	Notify func(line string)
}

// An Open channel is one that can be sent to.
type Open struct {
	Name      string // unique: "webhook:coop", "log"
	Kind      string
	Recipient string // who is told, as consent names it
	Steps     []household.Step
	Channel   Channel
}

// Route returns what is queued for o when an alert moves.
func (o Open) Route() household.Route {
	return household.Route{Channel: o.Name, Recipient: o.Recipient, Steps: o.Steps}
}

// Routes returns what is queued for the channels when an alert moves.
func Routes(channels []Open) []household.Route {
	routes := make([]household.Route, 0, len(channels))
	for _, o := range channels {
		routes = append(routes, o.Route())
	}
	return routes
}

var kinds = map[string]Kind{}

// register adds a kind to the open set. It panics on a name that is taken: a
// mistake found at start.
func register(k Kind) {
	if _, taken := kinds[k.Name]; taken {
		panic("channel: two kinds are named " + k.Name)
	}
	kinds[k.Name] = k
}

// Kinds lists every kind of channel there is, by name.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, kinds[name])
	}
	return all
}

// tellable are the steps that can be told.
var tellable = []household.Step{
	household.StepOpened, household.StepEscalated, household.StepAcknowledged, household.StepResolved,
}

// usual are the steps that are told unless the configuration says otherwise.
func usual() []household.Step {
	return []household.Step{household.StepOpened, household.StepEscalated, household.StepResolved}
}
