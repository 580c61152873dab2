package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/internal/household"
)

// A Tokens store keeps bearer tokens by their hashes.
type Tokens interface {
	// AddToken reports false for an unknown pilot.
	AddToken(ctx context.Context, t household.Token, bearer string, lifetime time.Duration) (bool, error)
	Tokens(ctx context.Context) ([]household.Token, error)
	RemoveToken(ctx context.Context, id string) (bool, error)
}

// AddToken lets a machine read as the cooperative of a pilot, for a lifetime of at
// most five years; 0 is [TokenLifetime]. It returns the token's id and the bearer
// token, "foyer_…", which is shown once.
func (a *Accounts) AddToken(ctx context.Context, pilot, name string, lifetime time.Duration) (id, bearer string, err error) {
	if lifetime == 0 {
		lifetime = TokenLifetime
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 || lifetime < time.Minute || lifetime > 5*TokenLifetime {
		return "", "", errors.New("add token: want a name of at most 80 characters and a lifetime of a minute to five years")
	}
	id, bearer = randomID("t"), "foyer_"+newToken()
	if err := known(a.store.AddToken(ctx, household.Token{ID: id, Pilot: pilot, Name: name}, bearer, lifetime)); err != nil {
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
