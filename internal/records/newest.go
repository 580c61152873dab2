package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/journal"
)

// NewestEntries returns entries of the journal of a kind, "" for every kind, whose index
// is below one, the newest first; at most limit.
func (d *DB) NewestEntries(ctx context.Context, kind journal.Kind, below int64, limit int) ([]journal.Entry, error) {
	of, args := ``, []any{below, limit}
	if kind != "" {
		of, args = ` AND kind = $3`, append(args, string(kind))
	}
	//nolint:gosec // only constants are joined
	rows, err := d.read.QueryContext(ctx, `SELECT leaf FROM journal WHERE id < $1`+of+` ORDER BY id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	var all []journal.Entry
	for rows.Next() {
		var leaf string
		if err := rows.Scan(&leaf); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		e, err := journal.ParseEntry([]byte(leaf))
		if err != nil {
			return nil, fmt.Errorf("read the journal below entry %d: %w; `foyer audit verify` says more", below, err)
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return all, nil
}

// EntryProof returns an entry of the journal as it is hashed, with the path from it to
// the newest checkpoint once one is signed over it; false when there is no such entry.
func (d *DB) EntryProof(ctx context.Context, index int64) (p journal.Proof, known bool, err error) {
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT leaf FROM journal WHERE id = $1`, index).Scan(&p.Entry)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if known = err == nil; known {
			err = d.proveEntry(ctx, tx, index, &p)
		}
		return err
	})
	if err != nil {
		return journal.Proof{}, false, fmt.Errorf("prove entry %d of the journal: %w", index, err)
	}
	return p, known, nil
}
