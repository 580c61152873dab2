package registry

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// How long a request to erase a family waits to be confirmed, and how long its
// certificate can be read.
const (
	ErasureAsked  = 24 * time.Hour
	ErasureProven = 90 * 24 * time.Hour
)

// An Erasures store keeps requests to erase families by their codes. Whoever holds
// the series and the spools carries them out.
type Erasures interface {
	// AskErasure reports false for a family that the pilot does not have.
	AskErasure(ctx context.Context, family household.FamilyID, pilot, code string, lifetime time.Duration) (until time.Time, known bool, err error)
	// ConfirmErasure ends everything that the family agreed to and every session of it
	// with its request; false when the code is not of a request of that family.
	ConfirmErasure(ctx context.Context, family household.FamilyID, code string, withdrawal consent.Act) (known bool, err error)
	Erasure(ctx context.Context, code string) (r household.ErasureRequest, known bool, err error)
}

// AskErasure makes a request to erase a family of a pilot for good, which does nothing
// before it is confirmed until a time. The code confirms it, and opens its certificate
// afterwards: 26 characters of [A-Z2-7], 130 random bits, in groups of four.
// [ErrUnknown] for a family that the pilot does not have.
func (r *Registry) AskErasure(ctx context.Context, family household.FamilyID, pilot string) (code string, until time.Time, err error) {
	code = rand.Text()
	until, known, err := r.store.AskErasure(ctx, family, pilot, code, ErasureAsked)
	if err == nil && !known {
		err = ErrUnknown
	}
	if err != nil {
		return "", time.Time{}, err
	}
	return inFours(code), until, nil
}

func inFours(code string) string {
	var groups []string
	for g := range slices.Chunk([]byte(code), 4) {
		groups = append(groups, string(g))
	}
	return strings.Join(groups, "-")
}

// plainCode returns a code as it is kept, whatever stands between its characters.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u00a0", "").Replace(code))
}

// ConfirmErasure has a family erased that the code's request is about. At once
// everything is withdrawn that it agreed to, its phones are disconnected, and what
// waited to be told of it is told to nobody. [ErrUnknown] when there is no such request
// of that family, in the pilot of the form's desk.
func (r *Registry) ConfirmErasure(ctx context.Context, family household.FamilyID, code string, f Form) error {
	known, err := r.store.ConfirmErasure(ctx, family, plainCode(code), f.act(consent.Withdraw))
	r.known.forget()
	if err == nil && !known {
		err = ErrUnknown
	}
	return err
}

// Erasure says how far the request of a code is. [ErrUnknown] for a code that nobody
// was given, or whose time is over.
func (r *Registry) Erasure(ctx context.Context, code string) (household.ErasureRequest, error) {
	e, known, err := r.store.Erasure(ctx, plainCode(code))
	if err == nil && !known {
		err = ErrUnknown
	}
	return e, err
}
