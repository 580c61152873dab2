package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Registers returns the registers a meter has ever shown, in order.
func (d *DB) Registers(ctx context.Context, meter energy.MeterID) ([]energy.Register, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT register FROM latest WHERE meter = $1 ORDER BY register`, meter)
	if err != nil {
		return nil, fmt.Errorf("read registers: %w", err)
	}
	defer rows.Close()
	var all []energy.Register
	for rows.Next() {
		var r energy.Register
		if err := rows.Scan(&r); err != nil {
			return nil, fmt.Errorf("read registers: %w", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read registers: %w", err)
	}
	return all, nil
}

const (
	selectSlots = `SELECT start_at, '', register, energy, seen, length, estimated, provision FROM usage_slot
		WHERE family = $1 AND start_at >= $2 AND start_at < $3 ORDER BY start_at, register`
	selectDays = `SELECT start_at, day, register, energy, seen, length, estimated, provision FROM usage_day
		WHERE family = $1 AND day >= $2 AND day < $3 ORDER BY day, register`
	selectMonths = `SELECT start_at, month, register, energy, seen, length, estimated, provision FROM usage_month
		WHERE family = $1 AND month = $2 AND month = $3 ORDER BY register`
)

// UsageSlots returns the usage of a family by half-hour, from one instant to
// another, for jobs. It is no way out.
func (d *DB) UsageSlots(ctx context.Context, family household.FamilyID, from, to time.Time) ([]household.Usage, error) {
	rows, err := usage(ctx, d.read, selectSlots, family, millis(from), millis(to))
	if err != nil {
		return nil, fmt.Errorf("read half-hours: %w", err)
	}
	return rows, nil
}

// UsageDays returns the usage of a family by day, the last one not included, for
// jobs. It is no way out.
func (d *DB) UsageDays(ctx context.Context, family household.FamilyID, from, to energy.Day) ([]household.Usage, error) {
	rows, err := usage(ctx, d.read, selectDays, family, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	return rows, nil
}

// UsageMonth returns the usage of a family in a month, "2026-11", for jobs. It is no
// way out.
func (d *DB) UsageMonth(ctx context.Context, family household.FamilyID, month string) ([]household.Usage, error) {
	rows, err := usage(ctx, d.read, selectMonths, family, month, month)
	if err != nil {
		return nil, fmt.Errorf("read a month: %w", err)
	}
	return rows, nil
}

func usage(ctx context.Context, q querier, query string, family household.FamilyID, from, to any) ([]household.Usage, error) {
	rows, err := q.QueryContext(ctx, query, family, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Usage
	for rows.Next() {
		u := household.Usage{Family: family}
		var start, seen, of int64
		if err := rows.Scan(&start, &u.Period, &u.Register, &u.Energy, &seen, &of, &u.Coverage.Estimated, &u.Coverage.Provision); err != nil {
			return nil, err
		}
		u.Start = instant(start)
		u.Coverage.Seen, u.Coverage.Of = time.Duration(seen)*time.Millisecond, time.Duration(of)*time.Millisecond
		all = append(all, u)
	}
	return all, rows.Err()
}

// FirstUsage returns the first day of which a family's use of electricity, gas or heat is known;
// false when none is.
func (d *DB) FirstUsage(ctx context.Context, family household.FamilyID) (energy.Day, bool, error) {
	var first sql.NullString
	if err := d.read.QueryRowContext(ctx, `SELECT MIN(day) FROM usage_day
		WHERE family = $1 AND (register IN ('energy_import', 'gas_energy', 'gas_volume', 'heat_energy')
			OR register LIKE 'energy_import/%' OR register LIKE 'gas_energy/%' OR register LIKE 'gas_volume/%' OR register LIKE 'heat_energy/%')`, family).Scan(&first); err != nil {
		return energy.Day{}, false, fmt.Errorf("read first day: %w", err)
	}
	if !first.Valid {
		return energy.Day{}, false, nil
	}
	day, err := energy.ParseDay(first.String)
	return day, err == nil, err
}

// replace makes the rows of a family between from and to those of t and returns
// the starts of those that were not so before.
func (d *DB) replace(ctx context.Context, tx *sql.Tx, t table, family household.FamilyID) ([]time.Time, error) {
	old, err := usage(ctx, tx, t.query, family, t.from, t.to)
	if err != nil {
		return nil, err
	}
	have := make(map[usageKey]household.Usage, len(old))
	for _, u := range old {
		have[usageKey{millis(u.Start), u.Register}] = u
	}
	var touched []time.Time
	var put []household.Usage
	for _, u := range t.rows {
		k := usageKey{millis(u.Start), u.Register}
		if h, ok := have[k]; !ok || h.Energy != u.Energy || h.Coverage != u.Coverage {
			put, touched = append(put, u), append(touched, u.Start)
		}
		delete(have, k)
	}
	for _, u := range old {
		if _, gone := have[usageKey{millis(u.Start), u.Register}]; !gone {
			continue
		}
		touched = append(touched, u.Start)
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.name+` WHERE family = $1 AND `+t.key+` = $2 AND register = $3`, family, t.keyOf(u), u.Register); err != nil { //nolint:gosec // both names are constants
			return nil, err
		}
	}
	return touched, d.put(ctx, tx, t, family, put)
}
