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

const selectChanges = `SELECT c.meter, c.kind, c.at, c.register, c.last_value, c.first_value, c.family, c.said_by, c.why, c.said_at, c.id, c.owner FROM meter_change c`

func (d *DB) scanChange(ctx context.Context, row rowScanner, more ...any) (household.Change, error) {
	var c household.Change
	var at, said, id int64
	var last, first sql.NullInt64
	var owner household.FamilyID
	err := row.Scan(append(more, &c.Meter, &c.Kind, &at, &c.Register, &last, &first, &c.Family, &c.By, &c.Why, &said, &id, &owner)...)
	if err == nil {
		err = d.unseal(ctx, owner, changeOf(id, "said_by"), &c.By)
	}
	if err == nil {
		err = d.unseal(ctx, owner, changeOf(id, "why"), &c.Why)
	}
	c.At, c.Said = instant(at), instant(said)
	c.Last, c.First = household.Index{Value: last.Int64, Known: last.Valid}, household.Index{Value: first.Int64, Known: first.Valid}
	return c, err
}

// Changes returns what was said of a meter, in the order it was said.
func (d *DB) Changes(ctx context.Context, meter energy.MeterID) ([]household.Change, error) {
	rows, err := d.read.QueryContext(ctx, selectChanges+` WHERE c.meter = $1 ORDER BY c.id`, meter)
	if err != nil {
		return nil, fmt.Errorf("read changes of a meter: %w", err)
	}
	defer rows.Close()
	var all []household.Change
	for rows.Next() {
		c, err := d.scanChange(ctx, rows)
		if err != nil {
			return nil, fmt.Errorf("read changes of a meter: %w", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read changes of a meter: %w", err)
	}
	return all, nil
}

// Change writes down what somebody said of meters and has what it touches counted
// again, all or nothing.
func (d *DB) Change(ctx context.Context, changes []household.Change) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, c := range changes {
			if err := d.addChange(ctx, tx, c); err != nil {
				return err
			}
			if err := markStale(ctx, tx, c.Meter, c.At, c.At.Add(time.Millisecond)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down a change: %w", err)
	}
	return nil
}

func (d *DB) addChange(ctx context.Context, tx *sql.Tx, c household.Change) error {
	index := func(i household.Index) sql.NullInt64 { return sql.NullInt64{Int64: i.Value, Valid: i.Known} }
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO meter_change (meter, kind, at, register, last_value, first_value, family, said_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		c.Meter, string(c.Kind), millis(c.At), string(c.Register), index(c.Last), index(c.First), c.Family, millis(c.Said)).Scan(&id)
	if err != nil {
		return err
	}
	return d.sealChange(ctx, tx, id, c)
}

// sealChange writes who said a change and why, which may name the family concerned,
// under that family's key.
func (d *DB) sealChange(ctx context.Context, tx *sql.Tx, id int64, c household.Change) error {
	owner := c.Family
	if owner == "" {
		err := tx.QueryRowContext(ctx, `SELECT family FROM attachment WHERE meter = $1 AND from_at <= $2 AND to_at >= $2 ORDER BY from_at DESC LIMIT 1`,
			c.Meter, millis(c.At)).Scan(&owner)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	by, err := d.seal(ctx, owner, changeOf(id, "said_by"), c.By)
	if err != nil {
		return err
	}
	why, err := d.seal(ctx, owner, changeOf(id, "why"), c.Why)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE meter_change SET said_by = $1, why = $2, owner = $3 WHERE id = $4`, by, why, owner, id)
	return err
}

// Doubts returns the rises of counters that are not counted and that nobody has
// judged yet, of meters that are somebody's at that time, oldest first.
func (d *DB) Doubts(ctx context.Context) ([]energy.Doubt, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT d.meter, d.register, d.at, d.value, d.before_at, d.before_value, d.told FROM doubt d
		WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.meter = d.meter AND a.from_at <= d.at AND a.to_at > d.at)
		ORDER BY d.at, d.meter, d.register`)
	if err != nil {
		return nil, fmt.Errorf("read doubts: %w", err)
	}
	defer rows.Close()
	var all []energy.Doubt
	for rows.Next() {
		var x energy.Doubt
		var at, before int64
		if err := rows.Scan(&x.After.Meter, &x.After.Register, &at, &x.After.Value, &before, &x.Before.Value, &x.Told); err != nil {
			return nil, fmt.Errorf("read doubts: %w", err)
		}
		x.Before.Meter, x.Before.Register = x.After.Meter, x.After.Register
		x.After.At, x.Before.At = instant(at), instant(before)
		all = append(all, x)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read doubts: %w", err)
	}
	return all, nil
}

// saveDoubts makes the doubts kept of the time that was judged those found in it.
func saveDoubts(ctx context.Context, tx *sql.Tx, judged []energy.Span, doubts []energy.Doubt) error {
	for _, s := range judged {
		if _, err := tx.ExecContext(ctx, `DELETE FROM doubt WHERE meter = $1 AND at >= $2 AND at < $3`, s.Meter, millis(s.From), millis(s.To)); err != nil {
			return err
		}
	}
	for _, x := range doubts {
		_, err := tx.ExecContext(ctx, `INSERT INTO doubt (meter, register, at, value, before_at, before_value, told)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (meter, register, at) DO UPDATE SET value = excluded.value,
				before_at = excluded.before_at, before_value = excluded.before_value, told = excluded.told`,
			x.After.Meter, string(x.After.Register), millis(x.After.At), x.After.Value, millis(x.Before.At), x.Before.Value, flag(x.Told))
		if err != nil {
			return err
		}
	}
	return nil
}

// MoveMeters moves meters from one family to another with the roles they had, all or
// none. It returns the first meter that cannot be moved, because it is not the
// family's then, or was somebody's after.
func (d *DB) MoveMeters(ctx context.Context, moves []household.Handover, now time.Time) (refused energy.MeterID, err error) {
	errRefused := errors.New("refused")
	err = d.tx(ctx, func(tx *sql.Tx) error {
		for _, m := range moves {
			ok, err := d.moveMeter(ctx, tx, m, now)
			if err == nil && !ok {
				refused, err = m.Meter, errRefused
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return refused, nil
	}
	if err != nil {
		return "", fmt.Errorf("move %d meters: %w", len(moves), err)
	}
	return "", nil
}

func (d *DB) moveMeter(ctx context.Context, tx *sql.Tx, m household.Handover, now time.Time) (bool, error) {
	of := household.Meter{ID: m.Meter, Family: m.To, From: m.At}
	err := tx.QueryRowContext(ctx, `SELECT role, max_power FROM attachment WHERE meter = $1 AND family = $2 AND to_at = $3 AND from_at < $4`,
		m.Meter, m.From, int64(always), millis(m.At)).Scan(&of.Role, &of.MaxPower)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if of.Role == "" { // claimed before roles were kept with the time
		if err := tx.QueryRowContext(ctx, `SELECT role FROM meter WHERE id = $1`, m.Meter).Scan(&of.Role); err != nil {
			return false, err
		}
	}
	if ok, err := d.detach(ctx, tx, m.Meter, m.At, now, m.By, m.Why); err != nil || !ok || m.To == "" {
		return ok, err
	}
	return d.attach(ctx, tx, of, now, m.By, m.Why)
}
