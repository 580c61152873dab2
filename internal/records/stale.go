package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/household"
)

// StaleSpans returns the marks of what has to be computed again, oldest first.
func (d *DB) StaleSpans(ctx context.Context) ([]household.Stale, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, meter, from_at, to_at FROM stale ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read stale spans: %w", err)
	}
	defer rows.Close()
	var all []household.Stale
	for rows.Next() {
		var s household.Stale
		var from, to int64
		if err := rows.Scan(&s.ID, &s.Meter, &from, &to); err != nil {
			return nil, fmt.Errorf("read stale spans: %w", err)
		}
		s.From, s.To = instant(from), instant(to)
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read stale spans: %w", err)
	}
	return all, nil
}

// DropStale ends marks that nothing depends on: of meters that are nobody's.
func (d *DB) DropStale(ctx context.Context, ids []int64) error {
	if err := d.tx(ctx, func(tx *sql.Tx) error { return dropStale(ctx, tx, ids) }); err != nil {
		return fmt.Errorf("drop stale spans: %w", err)
	}
	return nil
}

// dropStale removes marks by id: one that was added since for the same time stays.
func dropStale(ctx context.Context, tx *sql.Tx, ids []int64) error {
	for _, part := range powers(ids, rowsAtOnce) {
		args := make([]any, 0, len(part))
		for _, id := range part {
			args = append(args, id)
		}
		//nolint:gosec // placeholders are all that is joined
		_, err := tx.ExecContext(ctx, `DELETE FROM stale WHERE id IN (`+placeholders(1, len(part))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}
