package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// A Consents store keeps what families said and what holds because of it.
type Consents interface {
	// Say writes e for every scope at one instant of the store's clock, and ends or
	// begins what follows from it in the same transaction. Without scopes everything
	// that holds is meant. It reports false for an unknown family.
	Say(ctx context.Context, family household.FamilyID, scopes []consent.Scope, e consent.Event, validity time.Duration) (bool, error)
	Said(ctx context.Context, family household.FamilyID) ([]consent.Event, error)
	Grants(ctx context.Context, family household.FamilyID) ([]consent.Grant, error)
}

// Validity is how long a consent holds that names no end.
const Validity = 365 * 24 * time.Hour

// A Form is how a family said something: the text it was shown and where.
type Form struct {
	Notice   string    // version and hash of the text shown, "2026-11/9f2c"
	Language string    // of that text; "" is French
	Medium   string    // "screen" or "paper"; "" is screen
	By       string    // staff id of who entered it, "" for the family itself
	DataFrom time.Time // first instant of the data agreed to; zero: all there is
	DataTo   time.Time // first instant no longer agreed to; zero: none
	Expires  time.Time // zero: a year from now, see [Validity]
}

// event returns what every scope of a form has in common.
func (f Form) event(s consent.State) consent.Event {
	e := consent.Event{
		State: s, DataFrom: f.DataFrom, DataTo: f.DataTo, Expires: f.Expires,
		Notice: f.Notice, Language: f.Language, Medium: f.Medium, By: f.By,
	}
	if e.Language == "" {
		e.Language = "fr"
	}
	if e.Medium == "" {
		e.Medium = "screen"
	}
	return e
}

// Give writes that a family agrees to scopes, from now on. What it agreed to
// before in the same scopes is replaced. [ErrUnknown] for an unknown family.
func (r *Registry) Give(ctx context.Context, family household.FamilyID, scopes []consent.Scope, f Form) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("give consent: %w", err)
	}
	return r.say(ctx, family, scopes, f.event(consent.Given))
}

// Bundle gives everything that is offered for some purposes; half-hours only
// when hourly.
func (r *Registry) Bundle(ctx context.Context, family household.FamilyID, f Form, hourly bool, purposes ...consent.Purpose) error {
	var scopes []consent.Scope
	for _, p := range purposes {
		scopes = append(scopes, consent.Offer(p)...)
	}
	if hourly {
		scopes = append(scopes, consent.Hourly())
	}
	return r.Give(ctx, family, scopes, f)
}

// Refuse writes that a family was asked for scopes and said no.
func (r *Registry) Refuse(ctx context.Context, family household.FamilyID, scopes []consent.Scope, f Form) error {
	return r.say(ctx, family, scopes, f.event(consent.Refused))
}

// Withdraw ends scopes at once, and whatever is finer in the same purpose,
// recipient and category. With the last of them collection stops: its meters are
// [household.Stopped] from the same transaction on.
func (r *Registry) Withdraw(ctx context.Context, family household.FamilyID, scopes []consent.Scope, f Form) error {
	return r.say(ctx, family, scopes, f.event(consent.Withdrawn))
}

// WithdrawAll ends everything a family agreed to, at once.
func (r *Registry) WithdrawAll(ctx context.Context, family household.FamilyID, f Form) error {
	return r.write(ctx, family, nil, f.event(consent.Withdrawn))
}

func (r *Registry) say(ctx context.Context, family household.FamilyID, scopes []consent.Scope, e consent.Event) error {
	if len(scopes) == 0 {
		return errors.New("write consent: it is about nothing")
	}
	for _, s := range scopes {
		if err := s.Validate(); err != nil {
			return fmt.Errorf("write consent: %w", err)
		}
	}
	return r.write(ctx, family, scopes, e)
}

func (r *Registry) write(ctx context.Context, family household.FamilyID, scopes []consent.Scope, e consent.Event) error {
	known, err := r.store.Say(ctx, family, scopes, e, Validity)
	r.known.forget()
	if err == nil && !known {
		err = fmt.Errorf("write consent: family: %w", ErrUnknown)
	}
	return err
}

// check refuses a period that holds nothing.
func (f Form) check() error {
	if !f.DataTo.IsZero() && !f.DataFrom.Before(f.DataTo) {
		return errors.New("the data agreed to ends before it begins")
	}
	return nil
}

// Said returns everything a family said, oldest first.
func (r *Registry) Said(ctx context.Context, family household.FamilyID) ([]consent.Event, error) {
	return r.store.Said(ctx, family)
}

// Grants returns what a family agrees to now.
func (r *Registry) Grants(ctx context.Context, family household.FamilyID) ([]consent.Grant, error) {
	return r.store.Grants(ctx, family)
}
