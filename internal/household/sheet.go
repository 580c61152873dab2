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

// A Spend is what a month or a day cost.
type Spend struct {
	Period string // "2026-11" or "2026-11-25"
	Amount string // exact decimal, EUR
}

// A Heard says when the meters of one role last spoke.
type Heard struct {
	Role     Role
	At       time.Time
	Interval time.Duration // median gap between two messages; 0 when not known
}

// A Wanted names results: every period of an indicator that ends after a day.
type Wanted struct {
	Indicator string
	After     energy.Day
	Newest    bool // the last such period alone
}

// An Ask says which part of a sheet is read.
type Ask struct {
	Results []Wanted
	Days    energy.Day // daily usage from this day on; zero: none
	Months  string     // monthly usage from this month on; "": none
	Terms   bool       // contracts too
}

// A Sheet is what a reader may see of one family.
type Sheet struct {
	Family    Family
	Finest    map[string]int // category to the finest granularity agreed to, 1 annual … 4 half-hourly
	Results   []Result
	Days      []Usage
	Months    []Usage
	Contracts []Contract
	Heard     []Heard
	Alerts    []Alert // running ones
}

// A Case is an alert as a reader may see it.
type Case struct {
	Alert    Alert
	Label    string // of the family; "" for an incident
	Language string
	ByName   string // who acknowledged or resolved it last
	Steps    []CaseStep
}

// A CaseStep is one entry into a state of an alert.
type CaseStep struct {
	Seq     int64
	Alert   string
	At      time.Time // world clock
	State   AlertState
	ByName  string
	Outcome string
	Note    string
}

// A CaseQuery asks for a page of cases, cold homes first, then by severity and age.
type CaseQuery struct {
	States []AlertState
	Limit  int
	After  *CaseKey // nil: from the start
}

// A CaseKey is the place of a case in the list.
type CaseKey struct {
	Rank   int
	Opened int64 // UTC milliseconds
	ID     string
}

// A Move takes an alert into a state by a person's hand.
type Move struct {
	Alert   string
	Version int64 // the one the person saw
	To      AlertState
	At      time.Time // world clock
	Outcome string
	Note    string
}
