package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// earliest is the year before which no meter was anybody's: a year mistyped would
// have centuries of days computed.
const earliest = 2000

// A Claim says whose a meter is.
type Claim struct {
	Meter    energy.MeterID
	Family   household.FamilyID // "" for an outdoor meter, which is the pilot's
	Role     household.Role
	From     time.Time // since when its readings are Family's; zero: first sight
	MaxPower int64     // thousandths of W; 0 when unknown
}

// Claim makes a meter a family's. What it said since From and is still waiting is
// kept from then on. A family claims its own meter again to date it further back or
// to correct its power. [ErrUnknown] when there is no such meter or family,
// [ErrClaimed] when it is or was somebody else's at From.
func (r *Registry) Claim(ctx context.Context, c Claim) error {
	if !slices.Contains(household.Roles, c.Role) {
		return fmt.Errorf("claim meter: unknown role %q", c.Role)
	}
	if (c.Role == household.Outdoor) != (c.Family == "") {
		return errors.New("claim meter: an outdoor meter is the pilot's, every other one a family's")
	}
	m, ok, err := r.store.Meter(ctx, c.Meter)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("claim meter: %w", ErrUnknown)
	}
	if c.Family != "" {
		if err := r.exists(ctx, c.Family); err != nil {
			return fmt.Errorf("claim meter: %w", err)
		}
	}
	if c.From.IsZero() {
		c.From = m.FirstSeen
	}
	if c.From.Year() < earliest {
		return fmt.Errorf("claim meter: from %s: want a year from %d on", c.From.Format(time.DateOnly), earliest)
	}
	m.Family, m.Role, m.From, m.MaxPower = c.Family, c.Role, energy.Instant(c.From), c.MaxPower
	attached, err := r.store.AttachMeter(ctx, m, r.world())
	r.known.forget()
	if err == nil && !attached {
		err = fmt.Errorf("claim meter: %w", ErrClaimed)
	}
	return err
}

// Release ends at an instant that a meter is its family's: it was replaced, or
// the family moved. [ErrUnknown] when it is nobody's.
func (r *Registry) Release(ctx context.Context, id energy.MeterID, at time.Time) error {
	ok, err := r.store.DetachMeter(ctx, id, energy.Instant(at), r.world())
	r.known.forget()
	if err == nil && !ok {
		err = fmt.Errorf("release meter: %w", ErrUnknown)
	}
	return err
}

// Ignore drops what a meter says that is nobody's. Claiming it later is possible.
func (r *Registry) Ignore(ctx context.Context, id energy.MeterID) error {
	ok, err := r.store.IgnoreMeter(ctx, id)
	r.known.forget()
	if err == nil && !ok {
		err = fmt.Errorf("ignore meter: %w", ErrUnknown)
	}
	return err
}

// Unknown lists the meters that were heard and nobody claimed or ignored, oldest
// first. It is for operators alone.
func (r *Registry) Unknown(ctx context.Context) ([]household.Meter, error) {
	return r.store.Meters(ctx, "", household.Unclaimed)
}

// Meters lists every meter, oldest first. It is for operators alone.
func (r *Registry) Meters(ctx context.Context) ([]household.Meter, error) {
	return r.store.Meters(ctx, "", "")
}
