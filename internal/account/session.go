package account

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/household"
)

// A Sessions store keeps who is signed in, by the hash of a token.
type Sessions interface {
	OpenStaff(ctx context.Context, token, staff string, lifetime time.Duration) error
	// ConnectPhone reports false for an unknown family and when it has as many
	// phones as it may.
	ConnectPhone(ctx context.Context, family household.FamilyID, token string, lifetime time.Duration, phones int) (bool, error)
	EndSession(ctx context.Context, token string) (bool, error)
	EndPhones(ctx context.Context, family household.FamilyID) error
	// Phones lists those connected; the one that shows token is marked.
	Phones(ctx context.Context, family household.FamilyID, token string) ([]household.Phone, error)
	// EndPhone reports false when the family has no such phone.
	EndPhone(ctx context.Context, family household.FamilyID, id string) (bool, error)
}

// SignIn checks a password. The token it returns lets nobody in: it is to answer a
// [Challenge]. from says where the attempt comes from, in words of the transport: a
// network. Errors are [ErrDenied] and [ErrThrottled].
//
// An unknown address takes as long as a wrong password.
func (a *Accounts) SignIn(ctx context.Context, email, password, from string) (held string, err error) {
	email = address(email)
	s, kept, ok, err := a.store.StaffByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	try := a.guesses.try("password", email, from, ok)
	if try.wait > 0 {
		a.metrics.signIns.WithLabelValues("staff", "throttled").Inc()
		return "", ErrThrottled{try.wait}
	}
	if !ok {
		kept = ""
	}
	right, err := a.hash.check(ctx, cut(password), kept)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if !right {
		a.metrics.signIns.WithLabelValues("staff", "denied").Inc()
		return "", ErrDenied
	}
	try.right()
	held = newToken()
	return held, a.store.HoldStaff(ctx, held, s.ID, HeldLifetime)
}

// OpenStaff lets a member of staff in who has shown everything, and in the demo,
// whose address is printed on the screen of who started it, without that.
func (a *Accounts) OpenStaff(ctx context.Context, id string) (token string, err error) {
	token = newToken()
	return token, a.store.OpenStaff(ctx, token, id, StaffSession)
}

// SignOut ends one session, of a person or of a phone. Ending none is no error.
func (a *Accounts) SignOut(ctx context.Context, token string) error {
	_, err := a.store.EndSession(ctx, token)
	return err
}

// ConnectPhone lets a phone of a family in without a code: for the demo. It
// returns [ErrPhones] when there are [MaxPhones], or no such family.
func (a *Accounts) ConnectPhone(ctx context.Context, family household.FamilyID) (token string, err error) {
	token = newToken()
	ok, err := a.store.ConnectPhone(ctx, family, token, FamilySession, MaxPhones)
	if err == nil && !ok {
		err = ErrPhones
	}
	return token, err
}

// DisconnectAll ends the sessions of every phone of a family.
func (a *Accounts) DisconnectAll(ctx context.Context, family household.FamilyID) error {
	return a.store.EndPhones(ctx, family)
}

// Phones lists the phones of a family in the order they were connected; session is
// that of who asks.
func (a *Accounts) Phones(ctx context.Context, family household.FamilyID, session string) ([]household.Phone, error) {
	return a.store.Phones(ctx, family, session)
}

// Disconnect ends the session of one phone of a family. [ErrUnknown] when it has none
// of that id, which is so too once it was ended.
func (a *Accounts) Disconnect(ctx context.Context, family household.FamilyID, phone string) error {
	return known(a.store.EndPhone(ctx, family, phone))
}
