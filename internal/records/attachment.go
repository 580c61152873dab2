package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// AttachMeter makes a meter's readings from an instant on those of m.Family, or
// for an outdoor meter of nobody, and marks what is already kept to be counted
// again. The family that has it already may date it further back and correct its
// power. It returns false without a change when the meter is unknown, belongs to
// somebody else, or did after that instant.
func (d *DB) AttachMeter(ctx context.Context, m household.Meter, now time.Time) (attached bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		attached, err = d.attach(ctx, tx, m, now, "", "")
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim meter: %w", err)
	}
	return attached, nil
}

func (d *DB) attach(ctx context.Context, tx *sql.Tx, m household.Meter, now time.Time, by, why string) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE meter SET state = 'claimed', role = $1, max_power = $2
		WHERE id = $3 AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.meter = meter.id AND a.to_at > $4)
			AND (state <> 'claimed' OR role = 'outdoor')`,
		m.Role, m.MaxPower, m.ID, millis(m.From))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, err
	}
	if n == 0 {
		if ok, err := correctAttachment(ctx, tx, m, now); err != nil || !ok {
			return false, err
		}
	} else {
		if m.Family != "" {
			if _, err := tx.ExecContext(ctx, `INSERT INTO attachment (meter, family, from_at, role, max_power) VALUES ($1, $2, $3, $4, $5)`,
				m.ID, m.Family, millis(m.From), m.Role, m.MaxPower); err != nil {
				return false, err
			}
		}
		if err := markStale(ctx, tx, m.ID, m.From, now); err != nil {
			return false, err
		}
	}
	if err := d.sealDevices(ctx, tx, m.ID, m.Family); err != nil {
		return false, err
	}
	return true, d.addChange(ctx, tx, household.Change{
		Meter: m.ID, Kind: household.Taken, At: m.From, Family: m.Family, By: by, Why: why, Said: now,
	})
}

// correctAttachment dates the attachment of m.Family's own meter back to m.From,
// when that is earlier and the meter was nobody else's since, and sets its power.
func correctAttachment(ctx context.Context, tx *sql.Tx, m household.Meter, now time.Time) (bool, error) {
	var from int64
	err := tx.QueryRowContext(ctx, `SELECT a.from_at FROM attachment a JOIN meter m ON m.id = a.meter
		WHERE a.meter = $1 AND a.family = $2 AND a.to_at = $3 AND m.role = $4 AND NOT EXISTS
			(SELECT 1 FROM attachment b WHERE b.meter = a.meter AND b.from_at < a.from_at AND b.to_at > $5)`,
		m.ID, m.Family, int64(always), m.Role, millis(m.From)).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	begin := min(from, millis(m.From))
	if _, err := tx.ExecContext(ctx, `UPDATE attachment SET from_at = $1 WHERE meter = $2 AND from_at = $3`, begin, m.ID, from); err != nil {
		return false, err
	}
	if m.MaxPower > 0 {
		if _, err := tx.ExecContext(ctx, `UPDATE meter SET max_power = $1 WHERE id = $2`, m.MaxPower, m.ID); err != nil {
			return false, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE attachment SET max_power = $1 WHERE meter = $2 AND from_at = $3`, m.MaxPower, m.ID, begin); err != nil {
			return false, err
		}
	}
	return true, markStale(ctx, tx, m.ID, instant(begin), now)
}

// DetachMeter ends at an instant that a meter's readings are its family's. The
// meter is nobody's from then on. It returns false when it was nobody's before,
// or became its family's only later.
func (d *DB) DetachMeter(ctx context.Context, id energy.MeterID, at, now time.Time) (detached bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		detached, err = d.detach(ctx, tx, id, at, now, "", "")
		return err
	})
	if err != nil {
		return false, fmt.Errorf("release meter: %w", err)
	}
	return detached, nil
}

func (d *DB) detach(ctx context.Context, tx *sql.Tx, id energy.MeterID, at, now time.Time, by, why string) (bool, error) {
	var family household.FamilyID
	err := tx.QueryRowContext(ctx, `UPDATE attachment SET to_at = $1 WHERE meter = $2 AND to_at = $3 AND from_at < $1 RETURNING family`,
		millis(at), id, int64(always)).Scan(&family)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE meter SET state = 'unclaimed', role = '', max_power = 0 WHERE id = $1`, id); err != nil {
		return false, err
	}
	if err := markStale(ctx, tx, id, at, now); err != nil {
		return false, err
	}
	if err := d.sealDevices(ctx, tx, id, ""); err != nil {
		return false, err
	}
	return true, d.addChange(ctx, tx, household.Change{Meter: id, Kind: household.Left, At: at, Family: family, By: by, Why: why, Said: now})
}

// IgnoreMeter makes readings of a meter that is nobody's be dropped. It returns
// false when there is no such meter.
func (d *DB) IgnoreMeter(ctx context.Context, id energy.MeterID) (bool, error) {
	res, err := d.write.ExecContext(ctx, `UPDATE meter SET state = 'ignored' WHERE id = $1 AND state <> 'claimed'`, id)
	if err != nil {
		return false, fmt.Errorf("ignore meter: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, errors.Join(err)
}

// markStale has the span of a meter counted again by the next roll-up.
func markStale(ctx context.Context, tx *sql.Tx, id energy.MeterID, from, to time.Time) error {
	if !from.Before(to) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO stale (meter, from_at, to_at) VALUES ($1, $2, $3)`, id, millis(from), millis(to))
	return err
}
