package alerts

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Rule is one reason to call, with its parameters.
type Rule interface {
	// Check judges what is known of a family. It is pure: equal facts give equal
	// verdicts.
	Check(f Facts) Verdict
	// Lookback is how many local days before today Check reads.
	Lookback() int
	// Hold is how long a verdict must stay [Firing] before the alert opens; 0
	// opens it at once.
	Hold() time.Duration
	// Validate reports each parameter that makes no sense, with its value and why.
	Validate() error
}

// A GatewayRule is a rule that also judges a gateway as a whole. Its alert is
// about no family, and holds back those of the families behind it.
type GatewayRule interface {
	Rule
	// CheckGateway judges what is known of one gateway.
	CheckGateway(f Facts) Verdict
}

// A Kind is a rule as this package knows it.
type Kind struct {
	Name     string      // of its alerts and of its section of the configuration
	Incident string      // name of its alerts about a gateway, "" when it has none
	Category string      // kind of data behind it, as consent names it
	Reads    []string    // indicators whose results it reads
	Default  func() Rule // the rule with its default parameters; a pointer to a struct
	Fires    string      // when it fires, a sentence for docs/reference/alerts.md
	Clears   string      // when it clears
	Source   string      // where the thresholds come from
	// Texts names the catalogue keys of its reasons and, for each, the numbers in
	// it. The end of a name says what the number is, see text.Language.Reason.
	Texts map[string][]string
}

var kinds = map[string]Kind{}

// register adds a rule to the open set. It panics on a name that is taken: a
// mistake found at start.
func register(k Kind) {
	if _, taken := kinds[k.Name]; taken {
		panic("alerts: two rules are named " + k.Name)
	}
	kinds[k.Name] = k
}

// Kinds lists every rule there is, by name.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, kinds[name])
	}
	return all
}

// A Finding is what a rule makes of the facts.
type Finding int

// What a rule can find.
const (
	Unknown Finding = iota // neither: between the thresholds, or not enough was seen
	Firing
	Clear
)

// String returns "unknown", "firing" or "clear".
func (f Finding) String() string { return [...]string{"unknown", "firing", "clear"}[f] }

// A Verdict is a finding. Severity and Reason are set when it is Firing.
type Verdict struct {
	Finding  Finding
	Severity household.Severity
	Reason   Reason
}

// A Reason says why, as a key of the catalogues and the numbers in it.
type Reason struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args"`
}

// JSON returns the reason as an alert keeps it: the same reason gives the same bytes.
func (r Reason) JSON() ([]byte, error) {
	if r.Args == nil {
		r.Args = map[string]string{}
	}
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write reason %s: %w", r.Key, err)
	}
	return b, nil
}

// Facts is what a rule judges by.
type Facts struct {
	Now   time.Time // world clock
	Zone  *time.Location
	Today energy.Day // local day of Now; it is not over

	Family  household.FamilyID // "" when a gateway is judged
	Results map[string][]household.Result
	Weather map[energy.Day]household.Weather
	Meters  []household.Pulse // of the family and of those behind the same gateways

	// Running says that an alert of this rule is open or acknowledged.
	Running bool
	// Since is when the last alert of this rule was resolved, by itself or by a
	// person. What was known before it has been dealt with. Zero: never.
	Since time.Time
	// ByPerson says that a person resolved it.
	ByPerson bool
	// Incidents says for a gateway whether an incident runs and when the last one ended.
	Incidents map[string]Incident
	// Listening is since when readings are being received. Zero: for ever.
	Listening time.Time
}

// An Incident is what happens, or happened last, to a gateway.
type Incident struct {
	Running bool
	Ended   time.Time // zero: never
}

// Fresh reports whether a local day counts as evidence: most of it comes after
// the last alert of this rule was resolved.
func (f Facts) Fresh(day energy.Day) bool {
	return f.Since.IsZero() || day.Start(f.Zone).Add(12*time.Hour).After(f.Since)
}

// length returns the length of a local day: 23, 24 or 25 hours.
func (f Facts) length(day energy.Day) time.Duration {
	return day.End(f.Zone).Sub(day.Start(f.Zone))
}
