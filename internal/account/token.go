package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/household"
	"foyer/internal/permission"
)

// A Tokens store keeps bearer tokens by their hashes.
type Tokens interface {
	// AddToken reports false for an unknown pilot.
	AddToken(ctx context.Context, t household.Token, bearer string, lifetime time.Duration) (bool, error)
	Tokens(ctx context.Context) ([]household.Token, error)
	RemoveToken(ctx context.Context, id string) (bool, error)
}

// AddToken lets a machine act for the cooperative of a pilot within scopes, at
// least one, for a lifetime of at most five years; 0 is [TokenLifetime]. It returns
// the token's id and the bearer token, "foyer_…", which is shown once. Errors are
// [ErrScope] and, for an unknown pilot, [ErrUnknown].
func (a *Accounts) AddToken(ctx context.Context, pilot, name string, lifetime time.Duration, scopes ...permission.Scope) (id, bearer string, err error) {
	held := make([]string, len(scopes))
	for i, s := range scopes {
		if !slices.Contains(permission.Scopes, s) {
			return "", "", fmt.Errorf("add token: %q: %w", s, ErrScope)
		}
		held[i] = string(s)
	}
	if slices.Sort(held); len(held) == 0 {
		return "", "", fmt.Errorf("add token: none: %w", ErrScope)
	}
	if lifetime == 0 {
		lifetime = TokenLifetime
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 || lifetime < time.Minute || lifetime > 5*TokenLifetime {
		return "", "", errors.New("add token: want a name of at most 80 characters and a lifetime of a minute to five years")
	}
	id, bearer = randomID("t"), "foyer_"+newToken()
	if err := known(a.store.AddToken(ctx, household.Token{
		ID: id, Pilot: pilot, Name: name, Scopes: strings.Join(slices.Compact(held), " "),
	}, bearer, lifetime)); err != nil {
		return "", "", fmt.Errorf("add token: %w", err)
	}
	return id, bearer, nil
}

// Tokens lists the tokens by name, ended ones too.
func (a *Accounts) Tokens(ctx context.Context) ([]household.Token, error) { return a.store.Tokens(ctx) }

// RemoveToken ends a token at once. [ErrUnknown] when there is none that holds.
func (a *Accounts) RemoveToken(ctx context.Context, id string) error {
	return known(a.store.RemoveToken(ctx, id))
}
