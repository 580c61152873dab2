package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"foyer/internal/household"
)

// A Gateways store keeps gateways and the hashes of their secrets.
type Gateways interface {
	// AddPublisher replaces the secret of a gateway of the same pilot; it reports
	// false when the gateway is another pilot's.
	AddPublisher(ctx context.Context, g household.Publisher, secret string) (bool, error)
	RemovePublisher(ctx context.Context, id string) (bool, error)
	Publishers(ctx context.Context) ([]household.Publisher, error)
	// PublisherDigest returns the SHA-256 of a secret in hexadecimal, "" for an unknown gateway.
	PublisherDigest(ctx context.Context, id string) (string, error)
}

// AddGateway lets a gateway publish and returns its secret, which is shown once.
// The id is 1 to 64 characters of [a-z0-9-]. An existing gateway gets a new
// secret; [ErrTaken] when it is another pilot's.
func (r *Registry) AddGateway(ctx context.Context, pilot, id string) (secret string, err error) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, r.SetGateway(ctx, pilot, id, secret)
}

// SetGateway is [Registry.AddGateway] with a secret made elsewhere, of at least
// 32 characters.
func (r *Registry) SetGateway(ctx context.Context, pilot, id, secret string) error {
	if !gatewayID.MatchString(id) {
		return fmt.Errorf("gateway %q: want 1 to 64 characters of a-z, 0-9 and -", id)
	}
	if len(secret) < 32 {
		return fmt.Errorf("secret of gateway %q is shorter than 32 characters", id)
	}
	pilots, err := r.store.Pilots(ctx)
	if err != nil {
		return err
	}
	p, err := pilotOf(pilot, pilots)
	if err != nil {
		return err
	}
	ok, err := r.store.AddPublisher(ctx, household.Publisher{ID: id, Pilot: p.ID}, secret)
	if err == nil && !ok {
		err = fmt.Errorf("add gateway %q: %w", id, ErrTaken)
	}
	r.known.forget()
	return err
}

// RemoveGateway stops a gateway from publishing. Its meters stay who they are.
// [ErrUnknown] when there is none.
func (r *Registry) RemoveGateway(ctx context.Context, id string) error {
	ok, err := r.store.RemovePublisher(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("remove gateway %q: %w", id, ErrUnknown)
	}
	r.known.forget()
	return err
}

// Gateways lists the gateways by id.
func (r *Registry) Gateways(ctx context.Context) ([]household.Publisher, error) {
	return r.store.Publishers(ctx)
}

// Verify reports whether a gateway shows its own secret. An unknown gateway takes
// the same steps as a wrong secret.
func (r *Registry) Verify(ctx context.Context, gateway, secret string) (bool, error) {
	want, err := r.store.PublisherDigest(ctx, gateway)
	if err != nil {
		return false, err
	}
	known := want != ""
	if !known {
		want = hex.EncodeToString(make([]byte, sha256.Size))
	}
	sum := sha256.Sum256([]byte(secret))
	equal := subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(want)) == 1
	return equal && known, nil
}
