package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"foyer/internal/household"
)

// SetupLifetime is how long a person has to choose a password with the link they were
// given, by the clock of the database.
const SetupLifetime = 30 * time.Minute

// ErrSetup refuses a token of a setup that was used, is too old, or never was.
var ErrSetup = errors.New("the link has been used, is too old, or is not whole")

// A Setups store keeps who may choose a password, by the hash of a token.
type Setups interface {
	// AddSetup ends the person's setups before; false when there is nobody of that
	// address.
	AddSetup(ctx context.Context, email, token string, lifetime time.Duration) (bool, error)
	// Setup changes nothing; false when a token stands for nobody.
	Setup(ctx context.Context, token string) (s household.Staff, known bool, err error)
	// UseSetup uses a token up, replaces the person's password and ends their sessions;
	// false, without a change, when it stands for nobody.
	UseSetup(ctx context.Context, token, password string) (s household.Staff, known bool, err error)
}

// Welcome adds a person as [Accounts.AddStaff] does, who chooses the password: the token
// is that of [Accounts.OfferSetup] for them. Until then no password lets them in.
func (a *Accounts) Welcome(ctx context.Context, s household.Staff) (token string, err error) {
	nobodys, err := a.hash.create(ctx, newToken())
	if err != nil {
		return "", fmt.Errorf("add staff: %w", err)
	}
	if _, err := a.addStaff(ctx, s, func(string) (string, error) { return nobodys, nil }); err != nil {
		return "", err
	}
	return a.OfferSetup(ctx, s.Email)
}

// OfferSetup returns a token with which a person chooses a password, once, within
// [SetupLifetime]; tokens before it end. What they have holds until then: the password,
// sessions, the second factor, which holds on. [ErrUnknown] when there is nobody of that
// address.
func (a *Accounts) OfferSetup(ctx context.Context, email string) (token string, err error) {
	token = newToken()
	if err := known(a.store.AddSetup(ctx, address(email), token, SetupLifetime)); err != nil {
		return "", err
	}
	return token, nil
}

// Setup says who chooses a password with a token. It changes nothing, so that a page may
// be fetched by a scanner or a preview. [ErrSetup] when the token stands for nobody.
func (a *Accounts) Setup(ctx context.Context, token string) (household.Staff, error) {
	s, known, err := a.store.Setup(ctx, token)
	if err == nil && !known {
		err = ErrSetup
	}
	return s, err
}

// ChoosePassword uses a token up and ends the person's sessions. What it returns lets
// nobody in: it is to answer a [Challenge], as after [Accounts.SignIn]. Errors are
// [ErrSetup] and [ErrWeak], which leaves the token as it was.
func (a *Accounts) ChoosePassword(ctx context.Context, token, password string) (held string, err error) {
	s, err := a.Setup(ctx, token)
	if err != nil {
		return "", err
	}
	kept, err := a.keep(ctx, s.Email, password)
	if err != nil {
		return "", fmt.Errorf("choose password: %w", err)
	}
	s, known, err := a.store.UseSetup(ctx, token, kept)
	if err == nil && !known {
		err = ErrSetup
	}
	if err != nil {
		return "", err
	}
	held = newToken()
	return held, a.store.HoldStaff(ctx, held, s.ID, HeldLifetime)
}
