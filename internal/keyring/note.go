package keyring

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A Note is something that was said of an owner and that copies of the data from
// before do not know: what it agrees to no longer. It must survive when such a copy is
// put back.
type Note struct {
	ID    int64 // rises; never used twice
	Owner string
	What  string // a word of the caller's
	At    time.Time
}

// Note keeps notes of an owner and returns the number of the last, 0 for none. What is
// noted again of an owner gets another number and time.
func (r *Ring) Note(ctx context.Context, owner string, at time.Time, what ...string) (last int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	err = r.tx(ctx, func(tx *sql.Tx) error {
		for _, w := range what {
			if _, err := tx.ExecContext(ctx, `DELETE FROM note WHERE owner = $1 AND what = $2`, owner, w); err != nil {
				return err
			}
			err := tx.QueryRowContext(ctx, `INSERT INTO note (owner, what, at) VALUES ($1, $2, $3) RETURNING id`, owner, w, at.UnixMilli()).Scan(&last)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("note beside the keys: %w", err)
	}
	return last, nil
}

// Notes returns the notes after a number, in their order.
func (r *Ring) Notes(ctx context.Context, after int64) ([]Note, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rows, err := r.db.QueryContext(ctx, `SELECT id, owner, what, at FROM note WHERE id > $1 ORDER BY id`, after)
	if err != nil {
		return nil, fmt.Errorf("read notes beside the keys: %w", err)
	}
	defer rows.Close()
	var all []Note
	for rows.Next() {
		var n Note
		var at int64
		if err := rows.Scan(&n.ID, &n.Owner, &n.What, &at); err != nil {
			return nil, fmt.Errorf("read notes beside the keys: %w", err)
		}
		n.At = time.UnixMilli(at).UTC()
		all = append(all, n)
	}
	return all, rows.Err()
}

// An Erased owner is one whose key was destroyed.
type Erased struct {
	Owner string
	At    time.Time
}

// Erased lists the owners whose keys were destroyed, in order of time. Whatever copy of
// the data is put back, nothing of them may be in it.
func (r *Ring) Erased(ctx context.Context) ([]Erased, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rows, err := r.db.QueryContext(ctx, `SELECT owner, destroyed_at FROM key WHERE destroyed_at <> 0 ORDER BY destroyed_at, owner`)
	if err != nil {
		return nil, fmt.Errorf("read who was erased: %w", err)
	}
	defer rows.Close()
	var all []Erased
	for rows.Next() {
		var e Erased
		var at int64
		if err := rows.Scan(&e.Owner, &at); err != nil {
			return nil, fmt.Errorf("read who was erased: %w", err)
		}
		e.At = time.UnixMilli(at).UTC()
		all = append(all, e)
	}
	return all, rows.Err()
}
