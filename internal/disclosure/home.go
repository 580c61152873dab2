package disclosure

import (
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// A State is the sentence a family's page begins with.
type State string

// The states of a family's page; of those that hold, the first of this list.
const (
	Stopped   State = "stopped"   // the family did not agree, or stopped
	Cold      State = "cold"      // the home is cold
	NoData    State = "nodata"    // nothing was received yet
	Uncounted State = "uncounted" // readings come, and nothing of them is known in euros
	Silent    State = "silent"    // the meter does not answer
	Budget    State = "budget"    // the month is above the instalment
	Drift     State = "drift"     // more than usual for days
	Normal    State = "normal"
)

// A Home is the page of a family about itself.
//
// When State is Stopped nothing else is set but At, Language and Zone. When
// Silent is true there is no Today, and every figure holds until LastData.
type Home struct {
	State    State
	Reason   *Reason // of the alert behind State; nil when a figure says it
	Silent   bool    // the meter does not answer, whatever State says
	Unpriced bool    // the contract has no known price: why the state is Uncounted
	At       time.Time
	Zone     *time.Location
	Language string
	LastData time.Time // last reading of electricity; zero when there is none

	Today     *TodayFigure
	Yesterday *DayFigure
	Month     *MonthFigure
	Week      []DayFigure // the seven days before today, oldest first; nil without any figure
	Usual     *Cents      // a usual day
	Indoor    *Indoor
	Savings   *SavingsFigure // of the last works; nil without any
	Tariff    *Tariff
	Spends    bool // cost by month was agreed to: see [Gate.Money]

	Agreed []consent.Grant // what the family agreed to, every purpose
	Hourly bool            // half-hours too
	Reads  []Read
	Phones int // connected phones, this one included
}

// A Tariff is what a family pays electricity by.
type Tariff struct {
	ID         string // "fr-bleu-base"
	PowerKVA   int
	OffPeak    string
	Instalment *Cents // nil when each bill is paid
}

// A Read says that somebody read the family's data: who, when and why. Reads of
// one local day by one kind of reader for one reason are one Read.
type Read struct {
	At      time.Time    // the last of them
	Kind    consent.Kind // staff, token, channel
	Purpose consent.Purpose
	View    string // "summary", "usage_day", "alerts", …
	Times   int
}

// Agreements is what the consent screen shows: what can be agreed to, what is,
// and who read what. A family always sees its own, agreed or not.
type Agreements struct {
	Family    household.FamilyID
	Language  string
	Zone      *time.Location
	At        time.Time // by the clock of consent
	Offers    []Offer
	Held      []consent.Grant
	Reminders []consent.Reminder
	Acts      [][]consent.Event // what the family said at once, the newest first
	Reads     []Read
	Phones    int
}

// Last returns the id of the last act, [consent.Nothing] for none.
func (a Agreements) Last() string {
	if len(a.Acts) == 0 {
		return consent.Nothing
	}
	return a.Acts[0][0].Act
}

// Act returns one act by its id, nil for one that is not the family's.
func (a Agreements) Act(id string) []consent.Event {
	for _, act := range a.Acts {
		if act[0].Act == id {
			return act
		}
	}
	return nil
}

// An Offer is one box on the consent screen.
type Offer struct {
	Purpose consent.Purpose
	Name    string // of the box: the purpose, or consent.HourlyName or consent.SurveyName
	Scopes  []consent.Scope
	Agreed  bool          // every scope is
	Partly  bool          // some are
	Since   time.Time     // of the oldest scope agreed to
	Expires time.Time     // of the first scope that ends
	Ended   time.Time     // when it ended by itself, not long ago; zero: it did not
	Soon    bool          // Expires is near
	Said    consent.State // what was said last of its scopes; "" for nothing
}
