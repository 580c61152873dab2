package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/energy"
)

// SaveHealth keeps what is known of devices, instead of what was.
func (d *DB) SaveHealth(ctx context.Context, all []energy.Health) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, part := range powers(all, marksAtOnce) {
			args := make([]any, 0, 6*len(part))
			for _, h := range part {
				args = append(args, string(h.Meter), h.Dialect, string(h.Clock), h.Offset.Milliseconds(), millis(h.Since), millis(h.Seen))
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `INSERT INTO meter_health (meter, dialect, clock, offset_ms, since_at, seen_at)
				VALUES `+d.values(len(part), 6)+` ON CONFLICT (meter) DO UPDATE SET dialect = excluded.dialect, seen_at = excluded.seen_at,
					clock = CASE WHEN excluded.clock = '' THEN meter_health.clock ELSE excluded.clock END,
					offset_ms = CASE WHEN excluded.clock = '' THEN meter_health.offset_ms ELSE excluded.offset_ms END,
					since_at = CASE WHEN excluded.clock IN ('', meter_health.clock) THEN meter_health.since_at ELSE excluded.since_at END`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the health of %d devices: %w", len(all), err)
	}
	return nil
}

// Health returns what is known of devices, by meter.
func (d *DB) Health(ctx context.Context) (map[energy.MeterID]energy.Health, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT meter, dialect, clock, offset_ms, since_at, seen_at FROM meter_health`)
	if err != nil {
		return nil, fmt.Errorf("read the health of devices: %w", err)
	}
	defer rows.Close()
	all := map[energy.MeterID]energy.Health{}
	for rows.Next() {
		var h energy.Health
		var offset, since, seen int64
		if err := rows.Scan(&h.Meter, &h.Dialect, &h.Clock, &offset, &since, &seen); err != nil {
			return nil, fmt.Errorf("read the health of devices: %w", err)
		}
		h.Offset, h.Since, h.Seen = time.Duration(offset)*time.Millisecond, instant(since), instant(seen)
		all[h.Meter] = h
	}
	return all, rows.Err()
}
