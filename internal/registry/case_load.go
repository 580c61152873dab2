package registry

import (
	"context"
	"fmt"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// A CaseLoads store keeps which caseworker helps which family. An access without a
// kind is that of the command line.
type CaseLoads interface {
	Assignments(ctx context.Context, a consent.Access, after string, limit int) ([]household.Assignment, error)
	Assign(ctx context.Context, a consent.Access, h household.Referral) (*household.Assignment, household.ReferralState, error)
	EndAssignment(ctx context.Context, a consent.Access, id string) (*household.Assignment, error)
}

// atOnce is how many assignments are read at a time.
const atOnce = 200

// CaseLoads returns who helps and helped which family of a pilot, by id.
func (r *Registry) CaseLoads(ctx context.Context, pilot string) ([]household.Assignment, error) {
	var all []household.Assignment
	after := ""
	for {
		some, err := r.store.Assignments(ctx, ofPilot(pilot), after, atOnce)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < atOnce {
			return all, nil
		}
		after = some[len(some)-1].ID
	}
}

// Assign has a caseworker of a pilot help a family from now on. [ErrUnknown] when
// there is no such family, or no such caseworker.
func (r *Registry) Assign(ctx context.Context, pilot string, family household.FamilyID, staff string) (household.Assignment, error) {
	x, state, err := r.store.Assign(ctx, ofPilot(pilot), household.Referral{ID: randomID("l"), Family: family, Staff: staff})
	switch {
	case err != nil:
		return household.Assignment{}, err
	case state == household.NoHelper:
		return household.Assignment{}, fmt.Errorf("caseworker %q: %w", staff, ErrUnknown)
	case x == nil:
		return household.Assignment{}, fmt.Errorf("family %q: %w", family, ErrUnknown)
	}
	return *x, nil
}

// EndAssignment has a caseworker no longer help a family, from now on. [ErrUnknown]
// when there is none of that id.
func (r *Registry) EndAssignment(ctx context.Context, pilot, id string) (household.Assignment, error) {
	x, err := r.store.EndAssignment(ctx, ofPilot(pilot), id)
	if err != nil {
		return household.Assignment{}, err
	}
	if x == nil {
		return household.Assignment{}, fmt.Errorf("case-load %q: %w", id, ErrUnknown)
	}
	return *x, nil
}

func ofPilot(pilot string) consent.Access {
	return consent.Access{Reader: consent.Reader{Pilot: pilot}}
}
