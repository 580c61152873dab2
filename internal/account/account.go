// Package account says who may come in: staff by password, families by a code
// from a letter, machines by a token.
//
// It hands out random tokens and keeps their hashes. What somebody may then see
// is no business of this package.
package account

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/household"
)

// How long somebody stays signed in, by the clock of the database.
const (
	StaffSession   = 12 * time.Hour
	FamilySession  = 400 * 24 * time.Hour
	CodeLifetime   = 60 * 24 * time.Hour
	MaxPhones      = 3
	TokenLifetime  = 365 * 24 * time.Hour // when no other is asked for
	shortestSecret = 12                   // characters of a password
)

// Errors for who tries to come in.
var (
	// ErrDenied does not say whether the address or the password is wrong.
	ErrDenied  = errors.New("wrong address or password")
	ErrWeak    = errors.New("want a password of 12 to 1024 characters, 5 of them different, without the name in the address, without the word foyer, and none that many people have")
	ErrTaken   = errors.New("the address is taken")
	ErrUnknown = errors.New("there is none of that name")
	ErrRole    = errors.New("want a role: caseworker, lead, auditor, funder or operator")
	ErrScope   = errors.New("want a scope: families:read, alerts:read or alerts:write")
)

// A Store keeps accounts. It is given tokens and codes in clear and keeps their hashes.
type Store interface {
	People
	Sessions
	Factors
	Setups
	Invitations
	Tokens
}

// Accounts let people and machines in.
type Accounts struct {
	store   Store
	wall    func() time.Time
	hash    hasher
	guesses *throttle
	metrics metrics
}

// New returns the accounts of a store. The wall clock paces guesses and second factors.
func New(store Store, wall func() time.Time, reg prometheus.Registerer) *Accounts {
	return &Accounts{store: store, wall: wall, hash: newHasher(), guesses: newThrottle(wall), metrics: newMetrics(reg)}
}

// A People store keeps who may sign in.
type People interface {
	// AddStaff reports false when the address is taken.
	AddStaff(ctx context.Context, s household.Staff, password string) (bool, error)
	StaffByEmail(ctx context.Context, email string) (s household.Staff, password string, known bool, err error)
	StaffByID(ctx context.Context, id string) (s household.Staff, password string, known bool, err error)
	Staff(ctx context.Context) ([]household.Staff, error)
	// SetPassword, SetRole and RemoveStaff end the sessions of a person; false when
	// there is none. Who ceases to be a caseworker gives its case-load back.
	SetPassword(ctx context.Context, email, password string) (bool, error)
	SetRole(ctx context.Context, email, role string) (bool, error)
	RemoveStaff(ctx context.Context, email string) (bool, error)
}

// newToken returns 256 random bits in 43 characters.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// randomID returns a letter and 16 random characters of [a-z2-7].
func randomID(letter string) string {
	var b [10]byte
	_, _ = rand.Read(b[:])
	return letter + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
