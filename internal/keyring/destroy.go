package keyring

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Destroy destroys an owner's key for good: what was sealed under it can be read by
// nobody, wherever copies of it are. That it was destroyed stays known, and another
// key is never made for the same owner. When it returns, no copy of the wrapped key
// is left in the store. Destroying twice changes nothing; after an error, try again.
//
// The key of the installation is not destroyed.
func (r *Ring) Destroy(ctx context.Context, owner string) error {
	if owner == Installation || owner == lookup {
		return fmt.Errorf("destroy a key: %q is no family's", owner)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO key (owner, wrapped, made_at, destroyed_at) VALUES ($1, x'', $2, $2)
			ON CONFLICT (owner) DO UPDATE SET wrapped = excluded.wrapped, destroyed_at = excluded.destroyed_at WHERE key.destroyed_at = 0`,
			owner, r.now().UnixMilli())
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `DELETE FROM note WHERE owner = $1`, owner); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE ring SET revision = revision + 1`)
		return err
	})
	delete(r.keys, owner)
	if err == nil {
		_, err = r.db.ExecContext(ctx, `VACUUM`) // secure_delete has overwritten the key; this leaves no free page at all
	}
	if err != nil {
		return fmt.Errorf("destroy a key: %w", err)
	}
	return nil
}

// A Status says how a ring stands. It names no owner.
type Status struct {
	ID        string    // of the ring
	Master    string    // id of the master key in force; it gives nothing of the key away
	Families  int       // keys of families
	Destroyed int       // keys that were
	Since     time.Time // when the first key was made
}

// Status opens every key and says how the ring stands.
func (r *Ring) Status(ctx context.Context) (Status, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s Status
	err := r.tx(ctx, func(tx *sql.Tx) error {
		if err := r.unlock(ctx, tx); err != nil {
			return err
		}
		keys, err := wrappedKeys(ctx, tx)
		if err != nil {
			return err
		}
		for owner, wrapped := range keys {
			if _, err := r.unwrapped(owner, wrapped); err != nil {
				return err
			}
		}
		var since int64
		s = Status{ID: r.id, Master: r.master.id, Families: len(keys) - 2} // two are the installation's
		err = tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM key WHERE destroyed_at <> 0), (SELECT MIN(made_at) FROM key)`).
			Scan(&s.Destroyed, &since)
		s.Since = time.UnixMilli(since).UTC()
		return err
	})
	if err != nil {
		return Status{}, fmt.Errorf("look at the key store: %w", err)
	}
	return s, nil
}
