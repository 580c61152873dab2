package records

import (
	"context"
	"database/sql"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// MeterConflicts returns where meters of a reader's pilot contradicted themselves,
// the newest first, and writes the read down.
func (d *DB) MeterConflicts(ctx context.Context, a consent.Access, limit int) ([]household.MeterConflict, error) {
	var all []household.MeterConflict
	err := d.discloseRows(ctx, a, `SELECT meter, gateway, register, at, seen_at FROM v_conflict WHERE pilot = $1
		ORDER BY seen_at DESC, meter, register, at LIMIT $2`, func(rows *sql.Rows) error {
		var c household.MeterConflict
		var at, seen int64
		err := rows.Scan(&c.Meter, &c.Gateway, &c.Register, &at, &seen)
		c.At, c.Seen = instant(at), instant(seen)
		all = append(all, c)
		return err
	}, limit)
	return all, err
}
