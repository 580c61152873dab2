// Package registry says who has which meter, contract and consent, and since when.
//
// Its commands are the only ones that change it. Changes are dated: what was true
// before stays. It knows names of families and no figure of theirs; whoever shows
// a family to somebody asks the Gate instead.
package registry

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Errors of the commands. They are for operators and say nothing of figures.
var (
	ErrUnknown = errors.New("there is none of that name")
	ErrTaken   = errors.New("the name is taken")
	ErrClaimed = errors.New("the meter is somebody's at that instant")
)

// A Store keeps the registry.
type Store interface {
	People
	Gateways
	Devices
	Consents
	Changes
	Monies
	Answers
	CaseLoads
	Works
	Charters
	Erasures
}

// A Registry runs the commands and answers for meters from memory.
type Registry struct {
	store Store
	wall  func() time.Time // for the age of what is remembered
	world func() time.Time // for first sight of a meter and the default of dates
	log   *slog.Logger

	known memory
	turns turns
	keys  keys
	told  told // alias conflicts already logged
}

// New returns a registry over a store. The world clock dates first sights; the
// wall clock ages what is remembered of meters.
func New(store Store, world, wall func() time.Time, logger *slog.Logger) *Registry {
	return &Registry{store: store, world: world, wall: wall, log: logger.With("component", "registry"), turns: newTurns()}
}

// randomID returns a letter and 16 random characters of [a-z2-7].
func randomID(letter string) string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return letter + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// A People store keeps pilots and families.
type People interface {
	// AddPilot reports false when the id is taken.
	AddPilot(ctx context.Context, p household.Pilot) (bool, error)
	ShareCaseLoads(ctx context.Context, pilot string, shared bool) error
	Pilots(ctx context.Context) ([]household.Pilot, error)
	// AddFamilies keeps all or none; it returns the first label that is taken.
	AddFamilies(ctx context.Context, files []household.File) (taken string, err error)
	Families(ctx context.Context, pilot string) ([]household.Family, error)
	File(ctx context.Context, id household.FamilyID) (household.File, bool, error)
	// HasFamily reports whether there is a family, and reads nothing of it.
	HasFamily(ctx context.Context, id household.FamilyID) (bool, error)
	PutDwelling(ctx context.Context, x household.Dwelling) error
	PutContract(ctx context.Context, x household.Contract) error
	PutIncome(ctx context.Context, x household.Income) error
}

// AddPilot begins a pilot. Its id is 1 to 32 characters of [a-z0-9-], its zone an
// IANA name. [ErrTaken] when the id is.
func (r *Registry) AddPilot(ctx context.Context, p household.Pilot) error {
	if !energy.ValidID(p.ID, 32) {
		return fmt.Errorf("pilot id %q: want 1 to 32 characters of a-z, 0-9 and -", p.ID)
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" || p.Zone == "Local" {
		return fmt.Errorf("pilot zone %q: want an IANA name like Europe/Paris", p.Zone)
	}
	ok, err := r.store.AddPilot(ctx, p)
	if err == nil && !ok {
		err = fmt.Errorf("add pilot %q: %w", p.ID, ErrTaken)
	}
	r.known.forget()
	return err
}

// ShareCaseLoads says whether each caseworker of a pilot sees every family that
// agreed, or only those assigned to it. It holds from the next read on.
func (r *Registry) ShareCaseLoads(ctx context.Context, pilot string, shared bool) error {
	return r.store.ShareCaseLoads(ctx, pilot, shared)
}

// Pilots lists the pilots by id.
func (r *Registry) Pilots(ctx context.Context) ([]household.Pilot, error) { return r.store.Pilots(ctx) }
