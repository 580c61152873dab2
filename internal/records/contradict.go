package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// MeterConflicts returns where meters of a reader's pilot contradicted themselves,
// the newest first, and writes the read down.
func (d *DB) MeterConflicts(ctx context.Context, a consent.Access, limit int) ([]household.MeterConflict, error) {
	var all []household.MeterConflict
	err := d.disclose(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO access (at, audience, subject, family, purpose, view)
			VALUES ((SELECT now FROM wall), $1, $2, '', $3, $4)`, string(a.Reader.Kind), a.Reader.Subject, string(a.Purpose), a.View)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT meter, gateway, register, at, seen_at FROM v_conflict WHERE pilot = $1
			ORDER BY seen_at DESC, meter, register, at LIMIT $2`, a.Reader.Pilot, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c household.MeterConflict
			var at, seen int64
			if err := rows.Scan(&c.Meter, &c.Gateway, &c.Register, &at, &seen); err != nil {
				return err
			}
			c.At, c.Seen = instant(at), instant(seen)
			all = append(all, c)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return all, nil
}
