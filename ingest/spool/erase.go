package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"foyer/ingest"
	"foyer/internal/energy"
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
		err = s.sweep(ctx)
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

// sweep cuts the write-ahead log: deleted bytes are overwritten, but the log holds old
// pages until it is cut.
func (s *Spool) sweep(ctx context.Context) error {
	for range 3 {
		var busy, pages, moved int
		if err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
	}
	return errors.New("a reader keeps the write-ahead log, erase again")
}
