package records

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Rows written in one statement. A power of two, see powers.
const rowsAtOnce = 32

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

// Bill returns the bill of a month of a family, for jobs. It is no way out.
func (d *DB) Bill(ctx context.Context, family household.FamilyID, month string) (household.Bill, error) {
	lines, err := billLines(ctx, d.read, family, month)
	if err != nil {
		return household.Bill{}, fmt.Errorf("read a bill: %w", err)
	}
	return household.Bill{Month: month, Lines: lines}, nil
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

// SaveRoll replaces the usage of a family over the days of r, in one transaction
// with the marks of what changed by it and the end of the marks it deals with.
// What is equal already is left alone and marks nothing.
func (d *DB) SaveRoll(ctx context.Context, r household.Roll) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		changed := map[energy.Day]bool{}
		for _, day := range r.Changed {
			changed[day] = true
		}
		for _, t := range []table{
			{
				"usage_slot", "start_at", selectSlots, millis(r.Start), millis(r.End), r.Slots,
				func(u household.Usage) any { return millis(u.Start) },
			},
			{
				"usage_day", "day", selectDays, r.From.String(), r.To.String(), r.Days,
				func(u household.Usage) any { return u.Period },
			},
		} {
			touched, err := d.replace(ctx, tx, t, r.Family)
			if err != nil {
				return err
			}
			for _, start := range touched {
				changed[r.DayAt(start)] = true
			}
		}
		for _, month := range r.Touched {
			if err := d.saveMonth(ctx, tx, r.Family, month, r.Months); err != nil {
				return err
			}
		}
		if err := saveDoubts(ctx, tx, r.Judged, r.Doubts); err != nil {
			return err
		}
		if err := savePulses(ctx, tx, r.Pulses); err != nil {
			return err
		}
		if err := d.markDirty(ctx, tx, r.Family, changed); err != nil {
			return err
		}
		return dropStale(ctx, tx, r.Handled)
	})
	if err != nil {
		return fmt.Errorf("save usage: %w", err)
	}
	return nil
}

// A table is one table of usage and what one family's part of it is to be.
type table struct {
	name, key, query string
	from, to         any
	rows             []household.Usage
	keyOf            func(household.Usage) any
}

// An usageKey identifies a row of a family's usage.
type usageKey struct {
	start    int64
	register energy.Register
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

// put writes rows of a family into a table, in place of those of the same keys.
func (d *DB) put(ctx context.Context, tx *sql.Tx, t table, family household.FamilyID, rows []household.Usage) error {
	columns, width := "family, start_at, register, energy, seen, length, estimated, provision", 8
	if t.key != "start_at" {
		columns, width = "family, "+t.key+", register, energy, seen, length, estimated, provision, start_at", 9
	}
	for _, part := range powers(rows, rowsAtOnce) {
		args := make([]any, 0, width*len(part))
		for _, u := range part {
			args = append(args, string(family), t.keyOf(u), string(u.Register), u.Energy, u.Coverage.Seen.Milliseconds(), u.Coverage.Of.Milliseconds(),
				flag(u.Coverage.Estimated), flag(u.Coverage.Provision))
			if width == 9 {
				args = append(args, millis(u.Start))
			}
		}
		err := d.exec(ctx, tx, `INSERT INTO `+t.name+` (`+columns+`) VALUES `+d.values(len(part), width)+`
			ON CONFLICT (family, `+t.key+`, register) DO UPDATE SET energy = excluded.energy, seen = excluded.seen,
				length = excluded.length, estimated = excluded.estimated, provision = excluded.provision`, args)
		if err != nil {
			return err
		}
	}
	return nil
}

// saveMonth replaces the usage of one month of a family.
func (d *DB) saveMonth(ctx context.Context, tx *sql.Tx, family household.FamilyID, month string, months []household.Usage) error {
	of := table{
		"usage_month", "month", selectMonths, month, month, nil,
		func(u household.Usage) any { return u.Period },
	}
	for _, u := range months {
		if u.Period == month {
			of.rows = append(of.rows, u)
		}
	}
	_, err := d.replace(ctx, tx, of, family)
	return err
}

// saveBill replaces the bill of a month where it differs, and reports whether it did.
func saveBill(ctx context.Context, tx *sql.Tx, family household.FamilyID, b household.Bill) (changed bool, err error) {
	old, err := billLines(ctx, tx, family, b.Month)
	if err != nil {
		return false, err
	}
	if slices.EqualFunc(old, b.Lines, household.BillLine.Equal) {
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM bill_line WHERE family = $1 AND month = $2`, family, b.Month); err != nil {
		return false, err
	}
	for i, l := range b.Lines {
		_, err := tx.ExecContext(ctx, `INSERT INTO bill_line (family, month, line, start_at, fuel, label, quantity, unit, price, cents, estimated)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			family, b.Month, i+1, millis(l.Start), string(l.Fuel), l.Label, l.Quantity, l.Unit, l.Price, l.Cents, flag(l.Estimated))
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func billLines(ctx context.Context, q querier, family household.FamilyID, month string) ([]household.BillLine, error) {
	rows, err := q.QueryContext(ctx, `SELECT start_at, fuel, label, quantity, unit, price, cents, estimated FROM bill_line
		WHERE family = $1 AND month = $2 ORDER BY line`, family, month)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.BillLine
	for rows.Next() {
		var l household.BillLine
		var start int64
		if err := rows.Scan(&start, &l.Fuel, &l.Label, &l.Quantity, &l.Unit, &l.Price, &l.Cents, &l.Estimated); err != nil {
			return nil, err
		}
		l.Start = instant(start)
		all = append(all, l)
	}
	return all, rows.Err()
}

func savePulses(ctx context.Context, tx *sql.Tx, pulses map[energy.MeterID]time.Duration) error {
	for meter, interval := range pulses {
		_, err := tx.ExecContext(ctx, `INSERT INTO meter_pulse (meter, interval_ms) VALUES ($1, $2)
			ON CONFLICT (meter) DO UPDATE SET interval_ms = excluded.interval_ms`, meter, interval.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}

// markDirty notes days whose results have to be computed again.
func (d *DB) markDirty(ctx context.Context, tx *sql.Tx, family household.FamilyID, days map[energy.Day]bool) error {
	sorted := make([]energy.Day, 0, len(days))
	for day := range days {
		sorted = append(sorted, day)
	}
	slices.SortFunc(sorted, func(a, b energy.Day) int { return cmp.Compare(a.String(), b.String()) })
	for _, part := range powers(sorted, rowsAtOnce) {
		args := make([]any, 0, 2*len(part))
		for _, day := range part {
			args = append(args, string(family), day.String())
		}
		//nolint:gosec // placeholders are all that is joined
		_, err := tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day) VALUES `+d.values(len(part), 2)+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}
