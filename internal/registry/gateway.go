package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Gateways store keeps gateways and the hashes of their secrets.
type Gateways interface {
	// AddPublisher replaces the secret of a gateway of the same pilot; it reports
	// false when the gateway is another pilot's. mosquitto is the secret's hash for
	// that broker.
	AddPublisher(ctx context.Context, g household.Publisher, secret, mosquitto string) (bool, error)
	RemovePublisher(ctx context.Context, id string) (bool, error)
	Publishers(ctx context.Context) ([]household.Publisher, error)
	// PublisherRevision rises with each gateway added, changed or removed.
	PublisherRevision(ctx context.Context) (int64, error)
	// PublisherDigests returns the SHA-256 of each secret in hexadecimal.
	PublisherDigests(ctx context.Context) (map[string]string, error)
	// MosquittoHashes returns what AddPublisher was given, "" for a gateway added before it was.
	MosquittoHashes(ctx context.Context) (map[string]string, error)
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
	if !energy.ValidID(id, 64) {
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
	hash, err := MosquittoHash(secret)
	if err != nil {
		return err
	}
	ok, err := r.store.AddPublisher(ctx, household.Publisher{ID: id, Pilot: p.ID}, secret, hash)
	if err == nil && !ok {
		err = fmt.Errorf("add gateway %q: %w", id, ErrTaken)
	}
	r.forget()
	return err
}

// RemoveGateway stops a gateway from publishing. Its meters stay who they are.
// [ErrUnknown] when there is none.
func (r *Registry) RemoveGateway(ctx context.Context, id string) error {
	ok, err := r.store.RemovePublisher(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("remove gateway %q: %w", id, ErrUnknown)
	}
	r.forget()
	return err
}

// Gateways lists the gateways by id.
func (r *Registry) Gateways(ctx context.Context) ([]household.Publisher, error) {
	return r.store.Publishers(ctx)
}

// forget drops what is remembered, after a change of gateways.
func (r *Registry) forget() {
	r.known.forget()
	r.keys.forget()
}

// Verify reports whether a gateway shows its own secret. An unknown gateway takes
// the same steps as a wrong secret. A secret that another process changed or
// removed holds for half a second more.
func (r *Registry) Verify(ctx context.Context, gateway, secret string) (bool, error) {
	digests, err := r.keys.current(ctx, r.store, r.wall())
	if err != nil {
		return false, err
	}
	want, known := digests[gateway]
	if !known {
		want = hex.EncodeToString(make([]byte, sha256.Size))
	}
	sum := sha256.Sum256([]byte(secret))
	equal := subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(want)) == 1
	return equal && known, nil
}

// keysFresh is how long the digests of secrets are not asked for again.
const keysFresh = 500 * time.Millisecond

// keys holds the digests of all gateways' secrets, so that a thousand connections
// can be looked at twice a second with one short query. Its zero value holds none.
type keys struct {
	mu       sync.Mutex
	asked    time.Time // wall clock; zero for never
	revision int64
	digests  map[string]string // never changed, only replaced; nil before it was read
	err      error             // of the last question
}

func (k *keys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = time.Time{}
}

// current returns the digests by gateway. An error too is answered from memory for
// a while: a store in trouble is not asked by every connection.
func (k *keys) current(ctx context.Context, store Gateways, now time.Time) (map[string]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.asked); k.asked.IsZero() || age < 0 || age >= keysFresh {
		k.asked, k.err = now, k.read(ctx, store)
		if ctx.Err() != nil {
			k.asked = time.Time{} // the caller went away, the store may be well
		}
	}
	return k.digests, k.err
}

func (k *keys) read(ctx context.Context, store Gateways) error {
	revision, err := store.PublisherRevision(ctx)
	if err != nil || k.digests != nil && revision == k.revision {
		return err
	}
	digests, err := store.PublisherDigests(ctx)
	if err != nil {
		return err
	}
	k.revision, k.digests = revision, digests
	return nil
}
