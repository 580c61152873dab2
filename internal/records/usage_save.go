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
