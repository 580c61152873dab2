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
	// Say writes an act at one instant of the store's clock, and ends or begins what
	// follows from it in the same transaction. It returns the act's id, "" when nothing
	// changed, and reports false for an unknown family.
	Say(ctx context.Context, family household.FamilyID, a consent.Act, validity time.Duration) (act string, known bool, err error)
	Said(ctx context.Context, family household.FamilyID) ([]consent.Event, error)
	Grants(ctx context.Context, family household.FamilyID) ([]consent.Grant, error)
}

// A Form is how a family said something: the text it was shown and where.
type Form struct {
	Notice   string    // version of the text shown, "2026-11"
	Hash     string    // SHA-256 of that text, in hex
	Language string    // of that text; "" is French
	Medium   string    // "screen" or "paper"; "" is screen
	By       string    // staff id of who entered it, "" for the family itself
	Witness  string    // staff id of who saw a paper signed
	Paper    string    // where the paper is, at most [MaxPaper]; to give on paper, this or Witness
	DataFrom time.Time // first instant of the data agreed to; zero: all there is
	DataTo   time.Time // first instant no longer agreed to; zero: none
	Expires  time.Time // zero: as long as the charter has it, see [charter.Charter.Validity]

	Pilot string // of the desk where it is written down; "" for none: any family
	Staff string // the caseworker whose case-load binds that desk; "" for none
	Seen  string // the last act that was seen, consent.Nothing for none; "" when it does not matter
}

// MaxPaper is the longest text on where a paper is, in bytes.
const MaxPaper = 400

// act returns what every event of a form has in common, as an act.
func (f Form) act(v consent.Verb) consent.Act {
	e := consent.Event{
		DataFrom: f.DataFrom, DataTo: f.DataTo, Expires: f.Expires, Notice: f.Notice, Hash: f.Hash,
		Language: f.Language, Medium: f.Medium, By: f.By, Witness: f.Witness, Paper: f.Paper,
	}
	if e.Language == "" {
		e.Language = "fr"
	}
	if e.Medium == "" {
		e.Medium = "screen"
	}
	return consent.Act{ID: randomID("c"), Verb: v, Terms: e, Pilot: f.Pilot, Staff: f.Staff, Seen: f.Seen}
}

// Give writes that a family agrees to scopes, from now on. What it agreed to
// before in the same scopes is replaced. [ErrUnknown] for an unknown family.
func (r *Registry) Give(ctx context.Context, family household.FamilyID, scopes []consent.Scope, f Form) error {
	_, err := r.Say(ctx, family, consent.Give, scopes, f)
	return err
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
	_, err := r.Say(ctx, family, consent.Refuse, scopes, f)
	return err
}

// Withdraw ends scopes at once, and whatever is finer in the same purpose,
// recipient and category. With the last of them collection stops: its meters are
// [household.Stopped] from the same transaction on.
func (r *Registry) Withdraw(ctx context.Context, family household.FamilyID, scopes []consent.Scope, f Form) error {
	if len(scopes) == 0 {
		return errors.New("withdraw consent: it is about nothing")
	}
	_, err := r.Say(ctx, family, consent.Withdraw, scopes, f)
	return err
}

// WithdrawAll ends everything a family agreed to, at once.
func (r *Registry) WithdrawAll(ctx context.Context, family household.FamilyID, f Form) error {
	_, err := r.write(ctx, family, f.act(consent.Withdraw))
	return err
}

// Narrow leaves of what a family agrees to exactly what is within limits, at once
// and in one act. It returns the id of the act, "" when nothing was beyond them.
func (r *Registry) Narrow(ctx context.Context, family household.FamilyID, l consent.Limits, f Form) (string, error) {
	if err := errors.Join(l.Validate(), f.check()); err != nil {
		return "", fmt.Errorf("narrow consent: %w", err)
	}
	a := f.act(consent.Narrow)
	a.Limits = l
	return r.write(ctx, family, a)
}

// Say writes that a family gives, refuses or withdraws scopes, or, with none of
// them, withdraws everything. It returns the id of the act, "" when nothing changed.
// Errors are [ErrUnknown], [ErrNotOffered] and [consent.ErrChanged].
func (r *Registry) Say(ctx context.Context, family household.FamilyID, v consent.Verb, scopes []consent.Scope, f Form) (string, error) {
	if err := errors.Join(f.check(), f.proven(v), about(v, scopes)); err != nil {
		return "", fmt.Errorf("%s consent: %w", v, err)
	}
	a := f.act(v)
	a.Scopes = scopes
	return r.write(ctx, family, a)
}

// about reports scopes of unknown words, and an act about nothing.
func about(v consent.Verb, scopes []consent.Scope) error {
	if len(scopes) == 0 && v != consent.Withdraw {
		return errors.New("it is about nothing")
	}
	for _, s := range scopes {
		if err := s.Validate(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) write(ctx context.Context, family household.FamilyID, a consent.Act) (string, error) {
	book, err := r.store.Charter(ctx)
	if err != nil {
		return "", err
	}
	c := book.At(r.wall())
	if a.Verb == consent.Give {
		if err := offered(c, a.Scopes); err != nil {
			return "", fmt.Errorf("%s consent: %w", a.Verb, err)
		}
	}
	act, known, err := r.store.Say(ctx, family, a, c.Validity())
	r.known.forget()
	if err == nil && !known {
		err = fmt.Errorf("write consent: family: %w", ErrUnknown)
	}
	return act, err
}

// check refuses a period that holds nothing and a text that is too long.
func (f Form) check() error {
	if len(f.Paper) > MaxPaper {
		return fmt.Errorf("where the paper is takes %d bytes: at most %d", len(f.Paper), MaxPaper)
	}
	if !f.DataTo.IsZero() && !f.DataFrom.Before(f.DataTo) {
		return errors.New("the data agreed to ends before it begins")
	}
	return nil
}

// proven refuses what is given on a paper that nobody could find and nobody saw signed:
// that a family agreed is to be shown, by its signature or by a witness. What is
// refused or taken back needs no proof.
func (f Form) proven(v consent.Verb) error {
	if v == consent.Give && f.Medium == "paper" && f.Paper == "" && f.Witness == "" {
		return errors.New("on paper, without a proof: say where the signed paper is, or who saw it signed")
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
