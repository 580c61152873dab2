package disclosure

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// ErrHelper refuses to assign a family to who is no caseworker of the pilot.
var ErrHelper = errors.New("no caseworker of this pilot")

// A CaseLoads store reads and writes who helps which family. Names are all there is
// to see: a caseworker sees those of its case-load that agree to show the
// cooperative something, others those of their pilot.
type CaseLoads interface {
	Households(ctx context.Context, a consent.Access, after household.FamilyID, limit int) ([]household.Household, error)
	// Household returns nil for one that may not be seen.
	Household(ctx context.Context, a consent.Access, family household.FamilyID) (*household.Household, error)
	Assignments(ctx context.Context, a consent.Access, after string, limit int) ([]household.Assignment, error)
	// Assignment and EndAssignment return nil for one that may not be seen.
	Assignment(ctx context.Context, a consent.Access, id string) (*household.Assignment, error)
	EndAssignment(ctx context.Context, a consent.Access, id string) (*household.Assignment, error)
	Assign(ctx context.Context, a consent.Access, h household.Referral) (*household.Assignment, household.ReferralState, error)
	// Disconnect reports false for a family that may not be seen.
	Disconnect(ctx context.Context, a consent.Access, family household.FamilyID) (bool, error)
}

// A HouseholdPage is a page of families by name.
type HouseholdPage struct {
	Households []household.Household
	Next       string // "" at the end
}

// Households returns the families of the pilot by name, for the town lead: at most
// limit of them, 1 to 200, 50 for 0, after a cursor. It returns [ErrCursor] for a
// cursor nobody gave out.
func (g *Gate) Households(ctx context.Context, aud Audience, limit int, cursor string) (HouseholdPage, error) {
	page, err := g.households(ctx, aud, limit, cursor)
	return page, g.metrics.count(viewHouseholds, err)
}

func (g *Gate) households(ctx context.Context, aud Audience, limit int, cursor string) (HouseholdPage, error) {
	if !aud.May("GET /api/v1/households") {
		return HouseholdPage{}, ErrWithheld
	}
	after, err := idAt("households", cursor)
	if err != nil {
		return HouseholdPage{}, err
	}
	limit = pageOf(limit)
	all, err := g.store.Households(ctx, aud.desk(viewHouseholds), household.FamilyID(after), limit+1)
	if err != nil || len(all) <= limit {
		return HouseholdPage{Households: all}, err
	}
	all = all[:limit]
	return HouseholdPage{all, cursorAt("households", string(all[limit-1].Family.ID))}, nil
}

// Household returns one family by name, or [ErrWithheld]: to a caseworker one of its
// case-load that agrees to show the cooperative something.
func (g *Gate) Household(ctx context.Context, aud Audience, id household.FamilyID) (household.Household, error) {
	if !aud.May("GET /console/households/{id}/papers") {
		return household.Household{}, g.metrics.count(viewHouseholds, ErrWithheld)
	}
	h, err := g.store.Household(ctx, aud.desk(viewHouseholds), named(id))
	if err == nil && h == nil {
		err = ErrWithheld
	}
	if err = g.metrics.count(viewHouseholds, err); err != nil {
		return household.Household{}, err
	}
	return *h, nil
}

// An AssignmentPage is a page of case-loads.
type AssignmentPage struct {
	Assignments []household.Assignment
	Next        string // "" at the end
}

// CaseLoads returns who helps and helped which family, as [Gate.Households] does.
func (g *Gate) CaseLoads(ctx context.Context, aud Audience, limit int, cursor string) (AssignmentPage, error) {
	page, err := g.caseLoads(ctx, aud, limit, cursor)
	return page, g.metrics.count(viewCaseLoad, err)
}

func (g *Gate) caseLoads(ctx context.Context, aud Audience, limit int, cursor string) (AssignmentPage, error) {
	if !aud.May("GET /api/v1/case-load") {
		return AssignmentPage{}, ErrWithheld
	}
	after, err := idAt("case-load", cursor)
	if err != nil {
		return AssignmentPage{}, err
	}
	limit = pageOf(limit)
	all, err := g.store.Assignments(ctx, aud.desk(viewCaseLoad), after, limit+1)
	if err != nil || len(all) <= limit {
		return AssignmentPage{Assignments: all}, err
	}
	all = all[:limit]
	return AssignmentPage{all, cursorAt("case-load", all[limit-1].ID)}, nil
}

// Assignment returns one entry of the case-loads, or [ErrWithheld].
func (g *Gate) Assignment(ctx context.Context, aud Audience, id string) (household.Assignment, error) {
	return g.assignment(ctx, aud, "GET /api/v1/case-load/{id}", id, g.store.Assignment)
}

// EndAssignment has a caseworker no longer help a family, from now on. One that
// ended stays as it was. It returns [ErrWithheld] for one that may not be seen.
func (g *Gate) EndAssignment(ctx context.Context, aud Audience, id string) (household.Assignment, error) {
	return g.assignment(ctx, aud, "POST /api/v1/case-load/{id}/end", id, g.store.EndAssignment)
}

func (g *Gate) assignment(ctx context.Context, aud Audience, route, id string,
	do func(context.Context, consent.Access, string) (*household.Assignment, error),
) (household.Assignment, error) {
	if !aud.May(route) {
		return household.Assignment{}, g.metrics.count(viewCaseLoad, ErrWithheld)
	}
	x, err := do(ctx, aud.desk(viewCaseLoad), id)
	if err == nil && x == nil {
		err = ErrWithheld
	}
	if err = g.metrics.count(viewCaseLoad, err); err != nil {
		return household.Assignment{}, err
	}
	return *x, nil
}

// Assign has a caseworker help a family from now on; fresh is false when it did
// already. The town lead assigns any family, a caseworker those of its own
// case-load. It returns [ErrWithheld] for another family and [ErrHelper].
func (g *Gate) Assign(ctx context.Context, aud Audience, family household.FamilyID, staff string) (x household.Assignment, fresh bool, err error) {
	x, fresh, err = g.assign(ctx, aud, family, staff)
	return x, fresh, g.metrics.count(viewCaseLoad, err)
}

func (g *Gate) assign(ctx context.Context, aud Audience, family household.FamilyID, staff string) (household.Assignment, bool, error) {
	if !aud.May("POST /api/v1/case-load") {
		return household.Assignment{}, false, ErrWithheld
	}
	x, state, err := g.store.Assign(ctx, aud.desk(viewCaseLoad), household.Referral{ID: newID("l"), Family: named(family), Staff: staff})
	switch {
	case err != nil:
		return household.Assignment{}, false, err
	case state == household.NoHelper:
		return household.Assignment{}, false, ErrHelper
	case x == nil:
		return household.Assignment{}, false, ErrWithheld
	}
	return *x, state == household.HandedOver, nil
}

// Disconnect ends the session of every phone of a family, for who lost one. It
// returns [ErrWithheld] for a family whose name may not be seen.
func (g *Gate) Disconnect(ctx context.Context, aud Audience, family household.FamilyID) error {
	if !aud.May("POST /api/v1/households/{id}/disconnect") {
		return g.metrics.count(viewHouseholds, ErrWithheld)
	}
	known, err := g.store.Disconnect(ctx, aud.desk(viewHouseholds), named(family))
	if err == nil && !known {
		err = ErrWithheld
	}
	return g.metrics.count(viewHouseholds, err)
}

// desk is an access to names.
func (a Audience) desk(view string) consent.Access {
	return consent.Access{Reader: a.reader, View: view}
}

// newID returns a letter and 16 random characters of [a-z2-7].
func newID(letter string) string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return letter + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
