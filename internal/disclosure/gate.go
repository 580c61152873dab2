package disclosure

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
)

// ErrWithheld is the answer for a family that is unknown and for one that did
// not agree; nobody can tell which.
var ErrWithheld = errors.New("withheld")

// ErrAsOf refuses to say what was current at an instant that has not been.
var ErrAsOf = errors.New("instant has not been")

// ErrUnauthenticated means that nobody stands behind a credential.
var ErrUnauthenticated = errors.New("not signed in")

// What an access says was read.
const (
	viewSummaries  = "summaries"
	viewSummary    = "summary"
	viewPasts      = "summaries_past"
	viewPast       = "summary_past"
	viewUsageYear  = "usage_year"
	viewUsageMonth = "usage_month"
	viewUsageDay   = "usage_day"
	viewUsageSlot  = "usage_slot"
	viewMoney      = "money"
	viewMoneyPast  = "money_past"
	viewWhatIf     = "what_if"
	viewWhatIfPast = "what_if_past"
	viewAlerts     = "alerts"
	viewAlert      = "alert"
	viewAct        = "alert_change"
	viewChanges    = "alert_changes"
	viewSend       = "alert_message"
	viewHome       = "home"
	viewAgreements = "agreements"
	viewReceipt    = "receipt"
	viewConflicts  = "conflicts"
	viewLedger     = "ledger"
	viewGaps       = "gaps"
	viewRuns       = "runs"
	viewHouseholds = "households"
	viewCaseLoad   = "case_load"
	viewJournal    = "journal"
	viewAccess     = "access"
	viewProof      = "access_proof"
	viewExport     = "export"
	viewAnswers    = "answers"
	viewAnswer     = "answer_change"
	viewFindings   = "findings"
	viewBrowses    = "browsing"
	viewAggregates = "aggregates" // with the year: "aggregates_2025"
)

// A Readers store says who shows a credential; a zero Reader for nobody.
type Readers interface {
	SessionReader(ctx context.Context, token string) (consent.Reader, error)
	BearerReader(ctx context.Context, token string) (consent.Reader, error)
}

// A Sheets store reads what may be seen of families. Each call is one transaction
// that writes the access down, reads, and commits before it returns.
type Sheets interface {
	// Sheets reads one family, or with "" all of the reader's pilot; none when
	// nothing may be seen.
	Sheets(ctx context.Context, a consent.Access, family household.FamilyID, ask household.Ask) ([]household.Sheet, error)
	// Own reads a family's own sheet, nil when it did not agree, and what it may always see.
	Own(ctx context.Context, a consent.Access, family household.FamilyID, ask household.Ask) (*household.Sheet, consent.Own, error)
	Usage(ctx context.Context, a consent.Access, family household.FamilyID, ask household.UsageAsk) (household.UsageSheet, error)
	Money(ctx context.Context, a consent.Access, family household.FamilyID, ask household.MoneyAsk) (household.MoneySheet, error)
	// Act reads one act that the reader wrote down, nothing for any other.
	Act(ctx context.Context, a consent.Access, id string) (household.FamilyID, []consent.Event, error)
}

// A Cases store reads and moves alerts, each call in one transaction as in [Sheets].
type Cases interface {
	Cases(ctx context.Context, a consent.Access, q household.CaseQuery) ([]household.Case, error)
	// Case returns nil for an alert that may not be seen.
	Case(ctx context.Context, a consent.Access, id string) (*household.Case, error)
	// CaseFor is Case for a recipient, whatever pilot the alert is of.
	CaseFor(ctx context.Context, to consent.Recipient, view, id string) (*household.Case, error)
	CaseSteps(ctx context.Context, a consent.Access, after int64, limit int) ([]household.CaseStep, []household.Case, error)
	// LastStep returns the last step of any alert, and how often something ended that
	// the reader could see.
	LastStep(ctx context.Context, a consent.Access) (step, ended int64, err error)
	// MoveCase moves an alert that may be seen and is at the version and in one of
	// the states given; it returns the alert as it then stands, and whether it moved.
	MoveCase(ctx context.Context, a consent.Access, m household.Move, from []household.AlertState) (*household.Case, bool, error)
}

// A Store is everything the Gate reads.
type Store interface {
	Readers
	Sheets
	Cases
	Conflicts
	Ledgers
	Aggregates
	Runs
	Browses
	CaseLoads
	Journal
	Audit
	Charters
	Exports
	Answers
}

// A Gate answers questions about families, each in one transaction that also
// writes down who asked.
type Gate struct {
	store   Store
	now     func() time.Time // world clock
	metrics metrics
	zones   sync.Map // of pilots, by name: *time.Location
}

// New returns a Gate over a store. The world clock says which day it is; consent
// and sessions go by the store's own clock.
func New(store Store, now func() time.Time, reg prometheus.Registerer) *Gate {
	return &Gate{store: store, now: now, metrics: newMetrics(reg)}
}

// Authenticate says who shows a credential. It returns [ErrUnauthenticated] for
// an unknown, ended or expired one.
func (g *Gate) Authenticate(ctx context.Context, c Credential) (Audience, error) {
	var r consent.Reader
	var err error
	switch {
	case c.Session != "" && c.Bearer == "":
		r, err = g.store.SessionReader(ctx, c.Session)
	case c.Bearer != "" && c.Session == "":
		r, err = g.store.BearerReader(ctx, c.Bearer)
	}
	if err != nil {
		return Audience{}, fmt.Errorf("authenticate: %w", err)
	}
	switch (Audience{r}).Role() {
	case permission.Caseworker, permission.Machine:
		r.Recipient = consent.ToCooperative
	case permission.Operator:
		r.Recipient = consent.ToOperator
	case permission.Family:
		r.Recipient = consent.ToFamily
	case permission.Lead, permission.Auditor, permission.Funder:
		r.Recipient = "" // nobody can agree to show them a family
	case permission.Nobody:
		return Audience{}, ErrUnauthenticated
	}
	return Audience{r}, nil
}

// today returns the day it is where the reader's pilot is.
func (g *Gate) today(aud Audience) (energy.Day, *time.Location, error) {
	zone, err := g.zone(aud.reader.Zone)
	if err != nil {
		return energy.Day{}, nil, fmt.Errorf("zone of the pilot: %w", err)
	}
	return energy.DayOf(g.now(), zone), zone, nil
}

// zone reads a zone once: time.LoadLocation reads and parses its file each time.
func (g *Gate) zone(name string) (*time.Location, error) {
	if known, ok := g.zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		g.zones.Store(name, zone)
	}
	return zone, err
}

// monthStart returns the first day of the month n months after that of d.
func monthStart(d energy.Day, n int) energy.Day {
	return energy.DayOf(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC), time.UTC)
}

// monthOf returns "2026-11" for a day of November 2026.
func monthOf(d energy.Day) string { return d.String()[:len("2006-01")] }
