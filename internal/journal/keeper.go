package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	keepEvery = time.Minute // between two looks at what was read
	signEvery = time.Hour   // between two checkpoints, when there are entries
)

// A Store keeps the entries, the hashes of the tree, and checkpoints.
type Store interface {
	// CoverAccess writes the entry of one minute that is over and whose reads no
	// entry covers yet, the earliest first; false without one.
	CoverAccess(ctx context.Context) (bool, error)
	// Append adds an entry and returns its index.
	Append(ctx context.Context, kind Kind, body any) (int64, error)
	// Last returns the last entry of a kind; false without one.
	Last(ctx context.Context, kind Kind) (Entry, bool, error)
	// Size returns how many entries there are.
	Size(ctx context.Context) (int64, error)
	// Root returns the root of the first entries, at most as many as there are.
	Root(ctx context.Context, size int64) (tlog.Hash, error)
	// KeepCheckpoint keeps a signed checkpoint of a size; the first one stands.
	KeepCheckpoint(ctx context.Context, size int64, signed string) error
	// Checkpoint returns the newest one that is kept; "" without one.
	Checkpoint(ctx context.Context) (string, error)
}

// A Keeper has the journal tell what was read, and signs checkpoints.
type Keeper struct {
	store   Store
	key     Key
	path    string // of the newest checkpoint's file
	now     func() time.Time
	log     *slog.Logger
	metrics metrics
	signed  time.Time // when it last did
}

// NewKeeper returns a keeper. Path is the file of the newest checkpoint; now is the
// wall clock; reg may be nil.
func NewKeeper(store Store, key Key, path string, now func() time.Time, logger *slog.Logger, reg prometheus.Registerer) *Keeper {
	return &Keeper{store: store, key: key, path: path, now: now, log: logger.With("component", "journal"), metrics: newMetrics(reg)}
}

// Run keeps the journal until ctx ends, and returns nil then. What fails is tried
// again a minute later.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		if err := k.Keep(ctx); err != nil && ctx.Err() == nil {
			k.metrics.failures.Inc()
			k.log.Error("journal not kept", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Keep covers every minute that is over, and signs a checkpoint when the last one is
// an hour old.
func (k *Keeper) Keep(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = k.store.CoverAccess(ctx); err != nil {
			return err
		}
	}
	now := k.now()
	if !k.signed.IsZero() && now.Sub(k.signed) < signEvery && !now.Before(k.signed) {
		return nil
	}
	if _, err := k.Sign(ctx); err != nil {
		return err
	}
	k.signed = now
	return nil
}

// ErrRewritten says that the records do not hold what was signed: they were changed,
// or are an older copy. No checkpoint is signed then.
var ErrRewritten = errors.New("the journal is not a continuation of its last checkpoint; `foyer audit verify` says more")

// Sign returns a checkpoint of all entries, new if there are more than the newest one
// knows, once the journal proved to be a continuation of that one. It is kept in the
// store and in the file.
func (k *Keeper) Sign(ctx context.Context) (string, error) {
	newest, err := k.newest(ctx) // before the size: another process may write and sign meanwhile
	if err != nil {
		return "", err
	}
	size, err := k.store.Size(ctx)
	if err != nil {
		return "", err
	}
	for _, signed := range newest {
		c, err := ParseCheckpoint(signed)
		if err != nil {
			return "", fmt.Errorf("sign a checkpoint: the last one: %w", err)
		}
		if c.Size > size {
			return "", fmt.Errorf("sign a checkpoint of %d entries after one of %d: %w", size, c.Size, ErrRewritten)
		}
		root, err := k.store.Root(ctx, c.Size)
		if err != nil {
			return "", err
		}
		if root != c.Root {
			return "", fmt.Errorf("sign a checkpoint after the one of %d entries: %w", c.Size, ErrRewritten)
		}
	}
	root, err := k.store.Root(ctx, size)
	if err != nil {
		return "", err
	}
	signed, err := k.key.Sign(size, root)
	if err != nil {
		return "", err
	}
	if err := k.store.KeepCheckpoint(ctx, size, signed); err != nil {
		return "", err
	}
	if err := writeFile(k.path, signed, os.Rename); err != nil {
		return "", fmt.Errorf("keep a checkpoint: %w", err)
	}
	k.metrics.signed.Set(float64(k.now().Unix()))
	return signed, nil
}

// newest returns the newest checkpoints of the file and of the store, where there are.
func (k *Keeper) newest(ctx context.Context) ([]string, error) {
	stored, err := k.store.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	filed, err := ReadCheckpoint(k.path)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, signed := range []string{stored, filed} {
		if signed != "" {
			all = append(all, signed)
		}
	}
	return all, nil
}

// ReadCheckpoint returns the text of a checkpoint's file; "" without one.
func ReadCheckpoint(path string) (string, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read a checkpoint: %w", err)
	}
	return string(b), nil
}
