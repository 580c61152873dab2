package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/energy"
)

// Strays returns the meters that showed something and are neither a family's nor an
// outdoor sensor of a pilot.
func (d *DB) Strays(ctx context.Context) ([]energy.MeterID, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT DISTINCT l.meter FROM latest l WHERE l.meter NOT IN (SELECT meter FROM attachment)
		AND l.meter NOT IN (SELECT id FROM meter WHERE role = 'outdoor') ORDER BY l.meter`)
	if err != nil {
		return nil, fmt.Errorf("read meters of nobody: %w", err)
	}
	defer rows.Close()
	var list []energy.MeterID
	for rows.Next() {
		var m energy.MeterID
		if err := rows.Scan(&m); err != nil {
			return nil, fmt.Errorf("read meters of nobody: %w", err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read meters of nobody: %w", err)
	}
	return list, nil
}

// oldOdds are what no figure is computed from: second values of meters, rises that were
// doubted, and who opened the figures of many families; $1 is the first instant that is
// kept.
var oldOdds = []string{`conflict WHERE at < $1`, `doubt WHERE at < $1`, `browsing WHERE last_at < $1`}

// DecayOdds removes what meters contradicted themselves in, and who opened much, before an
// instant. It returns how many rows went.
func (d *DB) DecayOdds(ctx context.Context, before time.Time) (int64, error) {
	var e eraser
	err := d.tx(ctx, func(tx *sql.Tx) error {
		e = eraser{tx: tx}
		for _, rows := range oldOdds {
			if err := e.delete(ctx, rows, millis(before)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remove what is too old: %w", err)
	}
	return e.rows, nil
}

// ExpiredOdds counts what [DB.DecayOdds] would remove.
func (d *DB) ExpiredOdds(ctx context.Context, before time.Time) (rows int64, err error) {
	for _, of := range oldOdds {
		var n int64
		if err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+of, millis(before)).Scan(&n); err != nil {
			return 0, fmt.Errorf("count what is too old: %w", err)
		}
		rows += n
	}
	return rows, nil
}
