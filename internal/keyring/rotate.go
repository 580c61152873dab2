package keyring

import (
	"context"
	"database/sql"
	"fmt"
)

// next is what a new master key is called beside the old one until it is in force.
const next = ".next"

// Rotate puts a new master key in force and wraps every key under it. Nothing that is
// sealed changes, so that it takes a moment whatever there is, and running processes
// go on. Killed between any two of its steps it leaves a ring that opens, and of two at
// once each puts a key of its own in force, one after the other.
func (r *Ring) Rotate(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, step := range r.rotation() {
		if err := step(ctx); err != nil {
			return fmt.Errorf("rotate the master key: %w", err)
		}
	}
	return nil
}

// rotation returns the steps of a rotation. The new key is on the disk before any key
// is wrapped under it, all keys are wrapped under it at once, and only then does it
// replace the old one: until it does, it is found beside that. Nobody else may write
// there meanwhile, so that the new key is made inside the transaction that wraps.
func (r *Ring) rotation() []func(context.Context) error {
	settle := func(ctx context.Context) error {
		return r.tx(ctx, func(tx *sql.Tx) error {
			if err := r.unlock(ctx, tx); err != nil {
				return err
			}
			return r.finish()
		})
	}
	return []func(context.Context) error{
		settle,
		func(ctx context.Context) error {
			return r.tx(ctx, func(tx *sql.Tx) error { return r.renew(ctx, tx) })
		},
		settle,
	}
}

// finish puts the file of the master key in force where it belongs. It is called
// inside a transaction, and so by one process at a time.
func (r *Ring) finish() error {
	m, err := readMaster(r.path)
	if err == nil && m.id == r.master.id {
		return nil
	}
	return moveFile(r.path+next, r.path)
}

// renew makes a master key and wraps every key under it. What another rotation has left
// beside the file of the key in force is put there first: the new one would replace it.
func (r *Ring) renew(ctx context.Context, tx *sql.Tx) error {
	if err := r.unlock(ctx, tx); err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	m, err := makeMaster(r.path + next)
	if err != nil {
		return err
	}
	return r.rewrap(ctx, tx, m)
}

// rewrap wraps every key under another master key.
func (r *Ring) rewrap(ctx context.Context, tx *sql.Tx, m *master) error {
	keys, err := wrappedKeys(ctx, tx)
	if err != nil {
		return err
	}
	for owner, wrapped := range keys {
		key, err := r.unwrapped(owner, wrapped)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE key SET wrapped = $1 WHERE owner = $2`, r.wrapped(m, owner, key), owner); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE ring SET master = $1, revision = revision + 1`, m.id)
	return err
}

// wrappedKeys returns every key that was not destroyed.
func wrappedKeys(ctx context.Context, tx *sql.Tx) (map[string][]byte, error) {
	rows, err := tx.QueryContext(ctx, `SELECT owner, wrapped FROM key WHERE destroyed_at = 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]byte{}
	for rows.Next() {
		var owner string
		var wrapped []byte
		if err := rows.Scan(&owner, &wrapped); err != nil {
			return nil, err
		}
		all[owner] = wrapped
	}
	return all, rows.Err()
}
