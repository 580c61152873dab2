package keyring

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	_ "modernc.org/sqlite" // driver "sqlite"
)

// Add makes a key for each owner that has none.
func (r *Ring) Add(ctx context.Context, owners ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.tx(ctx, func(tx *sql.Tx) error {
		if err := r.unlock(ctx, tx); err != nil {
			return err
		}
		return r.add(ctx, tx, owners)
	})
	if err != nil {
		return fmt.Errorf("make %d keys: %w", len(owners), err)
	}
	return nil
}

func (r *Ring) add(ctx context.Context, tx *sql.Tx, owners []string) error {
	for _, owner := range owners {
		_, err := tx.ExecContext(ctx, `INSERT INTO key (owner, wrapped, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			owner, r.wrapped(r.master, owner, randomKey()), r.now().UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// wrapped returns a key as the store keeps it.
func (r *Ring) wrapped(m *master, owner string, key []byte) []byte {
	return m.wrap.Seal(nil, nil, key, bound(r.id, owner)) //nolint:gosec // G407: the AEAD draws a nonce itself
}

// unwrapped returns a key from what the store keeps.
func (r *Ring) unwrapped(owner string, wrapped []byte) ([]byte, error) {
	key, err := r.master.wrap.Open(nil, nil, wrapped, bound(r.id, owner))
	if err != nil {
		return nil, fmt.Errorf("a key of the key store does not open: %w", err)
	}
	return key, nil
}

// errNone says that an owner has no key yet.
var errNone = errors.New("there is no key of this owner in the key store")

// keyOf returns an owner's key, from memory while that is fresh.
func (r *Ring) keyOf(ctx context.Context, owner string) ([]byte, error) {
	if age := r.now().Sub(r.read); age < 0 || age >= fresh {
		if err := r.unlock(ctx, r.db); err != nil {
			return nil, err
		}
	}
	if key := r.keys[owner]; key != nil {
		return key, nil
	}
	var locked string
	var wrapped []byte
	var destroyed int64
	// One statement: a rotation is seen whole or not at all.
	err := r.db.QueryRowContext(ctx, `SELECT wrapped, destroyed_at, (SELECT master FROM ring) FROM key WHERE owner = $1`, owner).
		Scan(&wrapped, &destroyed, &locked)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, errNone
	case err != nil:
		return nil, err
	case destroyed != 0:
		return nil, ErrDestroyed
	case locked != r.master.id:
		if r.master, err = r.find(locked); err != nil {
			return nil, err
		}
	}
	key, err := r.unwrapped(owner, wrapped)
	if err == nil {
		r.keys[owner] = key
	}
	return key, err
}

// key returns an owner's key, and makes it where there is none.
func (r *Ring) key(ctx context.Context, owner string, makes bool) ([]byte, error) {
	r.mu.Lock()
	key, err := r.keyOf(ctx, owner)
	r.mu.Unlock()
	if !makes || !errors.Is(err, errNone) {
		return key, err
	}
	if err := r.Add(ctx, owner); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keyOf(ctx, owner)
}

// derive returns the key of an index.
func (r *Ring) derive(name string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := r.indexes[name]
	if key != nil {
		return key, nil
	}
	key, err := hkdf.Key(sha256.New, r.root, nil, "foyer index "+name, keyBytes)
	if err == nil {
		r.indexes[name] = key
	}
	return key, err
}
