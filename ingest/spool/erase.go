package spool

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/vacuum"
)

// Erase removes what waits of meters, and what was counted of them and the ledger does
// not have yet. Readings on their way to the series store stay: the drain drops those of
// a meter that is not there any more. When it returns, what was deleted, by Erase and
// before, is in no file.
func (s *Spool) Erase(ctx context.Context, meters ...energy.MeterID) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		for _, m := range meters {
			if err := d.remove(ctx, tx, `DELETE FROM held WHERE meter = ? RETURNING readings, length(body)`, &d.held, &d.bytes, string(m)); err != nil {
				return err
			}
		}
		return eraseCounts(ctx, tx, meters)
	})
	if err == nil {
		err = vacuum.File(ctx, s.write)
	}
	if err != nil {
		return fmt.Errorf("erase what waits of %d meters: %w", len(meters), err)
	}
	return nil
}

// eraseCounts takes meters out of what was counted.
func eraseCounts(ctx context.Context, tx *sql.Tx, meters []energy.MeterID) error {
	bodies, err := countBodies(ctx, tx)
	if err != nil {
		return err
	}
	for id, body := range bodies {
		counts, err := decodeCounts(nil, body)
		if err != nil {
			continue // damaged: whoever reads it next counts that
		}
		left := slices.DeleteFunc(slices.Clone(counts), func(c ingest.Count) bool { return slices.Contains(meters, c.Meter) })
		if len(left) == len(counts) {
			continue
		}
		// The row stays, empty or not: the ledger goes by its number.
		if _, err := tx.ExecContext(ctx, `UPDATE tally SET body = ? WHERE id = ?`, encodeCounts(left), id); err != nil {
			return err
		}
	}
	return nil
}

func countBodies(ctx context.Context, tx *sql.Tx) (map[int64][]byte, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, body FROM tally`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	bodies := map[int64][]byte{}
	for rows.Next() {
		var id int64
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		bodies[id] = body
	}
	return bodies, rows.Err()
}
