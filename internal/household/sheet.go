package household

import (
	"time"

	"foyer/internal/energy"
)

// The following are what the Gate's queries return: only what a reader may see,
// before it is shaped for a page.

// A Usage is the energy of one register over a month, a day or a half-hour.
type Usage struct {
	Family   FamilyID
	Period   string    // "2026-11", "2026-11-25", "" for a half-hour
	Start    time.Time // UTC
	Register energy.Register
	Energy   int64 // thousandths of the base unit
	Coverage energy.Coverage
}

// A UsageAsk is a question for usage by "year", "month", "day" or "slot".
type UsageAsk struct {
	By       string
	From, To energy.Day // To is not included
	Start    time.Time  // From and To as instants, for slots
	End      time.Time
}

// A UsageSheet is what a reader may see of a family's usage.
type UsageSheet struct {
	Agreed bool             // usage as fine as asked was agreed to
	Finest map[string]int   // as in [Sheet]
	Rows   []Usage          // in order of start and register
	Costs  map[string]int64 // cents by period, where years or months were asked
	Days   []Result         // "cost_day", where days were asked
}

// A Heard says when the meters of one role last spoke.
type Heard struct {
	Role     Role
	At       time.Time
	Interval time.Duration // median gap between two messages; 0 when not known
}

// A Wanted names results: every period of an indicator that begins on a day or later.
type Wanted struct {
	Indicator string
	From      energy.Day
	Newest    bool // of each family the one that begins last, of such the one that ends last
}

// An Ask says which part of a sheet is read.
type Ask struct {
	Results []Wanted
	Days    energy.Day // daily usage from this day on; zero: none
	Months  string     // monthly usage from this month on; "": none
	Terms   bool       // contracts too
	AsOf    time.Time  // results as they stood then, and nothing else but what was agreed to; zero: now
}

// A Sheet is what a reader may see of one family.
type Sheet struct {
	Family    Family
	Finest    map[string]int // category to the finest granularity agreed to, 1 annual … 4 half-hourly
	Ends      time.Time      // of what is agreed to, when the first ends, where that is soon; else zero
	Results   []Result       // by indicator as asked, then in order of their days
	Days      []Usage
	Months    []Usage
	Contracts []Contract
	Heard     []Heard
	Alerting  bool    // alerts were agreed to
	Alerts    []Alert // running ones
}

// A Case is an alert as a reader may see it.
type Case struct {
	Alert    Alert
	Label    string // of the family; "" for an incident
	Language string
	ByName   string // who acknowledged or resolved it last
	Key      CaseKey
	Steps    []CaseStep
}

// A CaseStep is one entry into a state of an alert.
type CaseStep struct {
	Seq     int64
	Alert   string
	At      time.Time // world clock
	Step    Step
	State   AlertState
	ByName  string
	Outcome string
	Note    string
}

// A CaseQuery asks for a page of cases, cold homes first, then by severity and age.
type CaseQuery struct {
	States []AlertState
	Limit  int
	After  CaseKey // zero: from the start
}

// A CaseKey is the place of a case in the list.
type CaseKey struct {
	Rank   int
	Opened int64 // UTC milliseconds
	ID     string
}

// A Move takes an alert one step further by a person's hand.
type Move struct {
	Alert   string
	Version int64 // the one the person saw
	Step    Step
	To      AlertState
	At      time.Time // world clock
	Outcome string
	Note    string
}

// Transition returns the step of alert a that m makes, by the hand of somebody.
func (m Move) Transition(a Alert, by string) Transition {
	a.State, a.By, a.Changed = m.To, by, m.At
	return Transition{Alert: a, Step: m.Step, At: m.At, Outcome: m.Outcome, Note: m.Note}
}
