package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/household"
	"foyer/internal/permission"
)

// AddStaff lets a person sign in. s needs a pilot, an address, a name and one of
// [permission.Staff]; its id is made. Errors are [ErrRole], [ErrWeak] and [ErrTaken].
func (a *Accounts) AddStaff(ctx context.Context, s household.Staff, password string) (id string, err error) {
	return a.addStaff(ctx, s, func(email string) (string, error) { return a.keep(ctx, email, password) })
}

// addStaff adds a person with what is kept of a password.
func (a *Accounts) addStaff(ctx context.Context, s household.Staff, keep func(email string) (string, error)) (id string, err error) {
	s.ID, s.Email, s.Name = randomID("s"), address(s.Email), strings.TrimSpace(s.Name)
	if !permission.Role(s.Role).IsStaff() {
		return "", fmt.Errorf("add staff: %q: %w", s.Role, ErrRole)
	}
	if !strings.Contains(s.Email, "@") || s.Name == "" || s.Pilot == "" {
		return "", errors.New("add staff: want a pilot, an address and a name")
	}
	kept, err := keep(s.Email)
	if err != nil {
		return "", fmt.Errorf("add staff: %w", err)
	}
	ok, err := a.store.AddStaff(ctx, s, kept)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fmt.Errorf("add staff: %w", ErrTaken)
	}
	return s.ID, nil
}

// SetPassword replaces a password and ends the person's sessions. Errors are
// [ErrWeak] and [ErrUnknown].
func (a *Accounts) SetPassword(ctx context.Context, email, password string) error {
	kept, err := a.keep(ctx, address(email), password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return known(a.store.SetPassword(ctx, address(email), kept))
}

// ChangePassword replaces the password of who knows it, and ends their sessions,
// the one they ask in too. Errors are [ErrDenied], [ErrThrottled], [ErrWeak] and
// [ErrUnknown].
func (a *Accounts) ChangePassword(ctx context.Context, id, old, password, from string) error {
	s, kept, ok, err := a.store.StaffByID(ctx, id)
	if err != nil || !ok {
		return known(ok, err)
	}
	try := a.guesses.try("password", s.Email, from, true)
	if try.wait > 0 {
		return ErrThrottled{try.wait}
	}
	right, err := a.hash.check(ctx, cut(old), kept)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if !right {
		return ErrDenied
	}
	try.right()
	return a.SetPassword(ctx, s.Email, password)
}

// SetRole gives a person another role and ends their sessions. Errors are [ErrRole]
// and [ErrUnknown].
func (a *Accounts) SetRole(ctx context.Context, email, role string) error {
	if !permission.Role(role).IsStaff() {
		return fmt.Errorf("set role: %q: %w", role, ErrRole)
	}
	return known(a.store.SetRole(ctx, address(email), role))
}

// RemoveStaff ends a person's sessions and that they may sign in. [ErrUnknown]
// when there is nobody of that address.
func (a *Accounts) RemoveStaff(ctx context.Context, email string) error {
	return known(a.store.RemoveStaff(ctx, address(email)))
}

// Staff lists who may sign in, by address.
func (a *Accounts) Staff(ctx context.Context) ([]household.Staff, error) { return a.store.Staff(ctx) }

// Colleagues lists who may sign in of a pilot.
func (a *Accounts) Colleagues(ctx context.Context, pilot string) ([]household.Staff, error) {
	all, err := a.store.Staff(ctx)
	return slices.DeleteFunc(all, func(s household.Staff) bool { return s.Pilot != pilot }), err
}

func (a *Accounts) keep(ctx context.Context, email, password string) (string, error) {
	if err := strong(password, email); err != nil {
		return "", err
	}
	return a.hash.create(ctx, password)
}

// address is how an e-mail address is kept and compared.
func address(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// known turns "there was none" into an error.
func known(ok bool, err error) error {
	if err == nil && !ok {
		err = ErrUnknown
	}
	return err
}
