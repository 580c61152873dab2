package disclosure

import (
	"context"
	"errors"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// ErrWithheld is the answer for a family that is unknown and for one that did
// not agree; nobody can tell which.
var ErrWithheld = errors.New("withheld")

// ErrUnauthenticated means that nobody stands behind a credential.
var ErrUnauthenticated = errors.New("not signed in")

// A Gate answers questions about families, each in one transaction that also
// writes down who asked.
type Gate struct {
	now func() time.Time
}

// Authenticate says who shows a credential. It returns [ErrUnauthenticated] for
// an unknown, ended or expired one.
func (g *Gate) Authenticate(ctx context.Context, c Credential) (Audience, error) {
	return Audience{}, ErrUnauthenticated
}

// Families lists the families of the audience's pilot that agreed to a summary
// for the cooperative, by label.
func (g *Gate) Families(ctx context.Context, aud Audience) ([]Summary, error) {
	return nil, ErrWithheld
}

// Family returns one summary, or [ErrWithheld].
func (g *Gate) Family(ctx context.Context, aud Audience, id household.FamilyID) (Summary, error) {
	return Summary{}, ErrWithheld
}

// Usage returns what a family used, at most as fine as it agreed to. A family
// asks for its own; staff and machines read for [consent.CooperativeSummary].
func (g *Gate) Usage(ctx context.Context, aud Audience, id household.FamilyID, q UsageQuery) (Usage, error) {
	return Usage{}, ErrWithheld
}

// Alerts lists alerts of families that agreed to them, and incidents of gateways.
func (g *Gate) Alerts(ctx context.Context, aud Audience, q AlertQuery) (AlertPage, error) {
	return AlertPage{}, ErrWithheld
}

// Alert returns one alert with its history, or [ErrWithheld].
func (g *Gate) Alert(ctx context.Context, aud Audience, id string) (Alert, error) {
	return Alert{}, ErrWithheld
}

// Acknowledge takes an alert: the caller has seen it at version and deals with
// it. It returns [ErrStale] when the alert moved on since, [ErrWithheld] when it
// cannot be seen.
func (g *Gate) Acknowledge(ctx context.Context, aud Audience, id string, version int64) (Alert, error) {
	return Alert{}, ErrWithheld
}

// Resolve closes an open or acknowledged alert with one of [Outcomes] and a
// note. Errors are those of [Gate.Acknowledge], [ErrOutcome] and [ErrNote].
func (g *Gate) Resolve(ctx context.Context, aud Audience, id string, version int64, outcome, note string) (Alert, error) {
	return Alert{}, ErrWithheld
}

// Changes returns at most 100 steps of alerts after a sequence number, oldest
// first, each as it may be seen now. Steps of alerts that may not be seen any
// more are left out.
func (g *Gate) Changes(ctx context.Context, aud Audience, after int64) ([]Change, error) {
	return nil, ErrWithheld
}

// Position returns the sequence number of the last step there is, to follow
// [Gate.Changes] from now on.
func (g *Gate) Position(ctx context.Context, aud Audience) (int64, error) {
	return 0, ErrWithheld
}

// Send returns an alert as a channel may tell it to a recipient at this moment,
// or [ErrWithheld] when the family's consent is gone.
func (g *Gate) Send(ctx context.Context, alertID string, to consent.Recipient) (Alert, error) {
	return Alert{}, ErrWithheld
}

// Home returns a family's own page. The audience is a family's phone; others get
// [ErrWithheld].
func (g *Gate) Home(ctx context.Context, aud Audience) (Home, error) {
	return Home{}, ErrWithheld
}

// Agreements returns what a family can agree to and did, and who read its data.
func (g *Gate) Agreements(ctx context.Context, aud Audience) (Agreements, error) {
	return Agreements{}, ErrWithheld
}
