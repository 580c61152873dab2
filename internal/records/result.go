package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Computed says, for the newest result of some indicators for each period that begins
// on a day or later, which version of the method gave it and when. Value and detail
// are left out.
func (d *DB) Computed(ctx context.Context, family household.FamilyID, indicators []string, since energy.Day) ([]household.Result, error) {
	args := []any{string(family), since.String()}
	for _, id := range indicators {
		args = append(args, id)
	}
	//nolint:gosec // placeholders are all that is joined
	rows, err := d.read.QueryContext(ctx, `SELECT r.indicator, r.from_day, r.to_day, r.version, r.status, r.computed_at FROM result r
		JOIN (SELECT MAX(id) AS id FROM result WHERE family = $1 AND indicator IN (`+placeholders(3, len(indicators))+`) AND from_day >= $2
			GROUP BY indicator, from_day) q ON q.id = r.id
		ORDER BY r.indicator, r.from_day`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what was computed: %w", err)
	}
	defer rows.Close()
	var all []household.Result
	for rows.Next() {
		r := household.Result{Family: family}
		var from, to string
		var at int64
		if err := rows.Scan(&r.Indicator, &from, &to, &r.Version, &r.Status, &at); err != nil {
			return nil, fmt.Errorf("read what was computed: %w", err)
		}
		if r.From, r.To, err = span(from, to); err != nil {
			return nil, fmt.Errorf("read what was computed: %w", err)
		}
		r.At = instant(at)
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what was computed: %w", err)
	}
	return all, nil
}

// Newest returns the newest result of some indicators for each period that begins on
// one day or later and before another. One whose sealed texts do not open where they
// stand is Unread.
func (d *DB) Newest(ctx context.Context, family household.FamilyID, indicators []string, from, to energy.Day) ([]household.Result, error) {
	rows, err := d.newestResults(ctx, family, indicators, from, to)
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	return rows, nil
}

// DirtyDays returns the days of each family from one to another whose results have to be
// computed again, in order.
func (d *DB) DirtyDays(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID][]energy.Day, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT family, day FROM dirty_day WHERE family BETWEEN $1 AND $2 ORDER BY family, day`, first, last)
	if err != nil {
		return nil, fmt.Errorf("read dirty days: %w", err)
	}
	defer rows.Close()
	all := map[household.FamilyID][]energy.Day{}
	for rows.Next() {
		var family household.FamilyID
		var text string
		if err := rows.Scan(&family, &text); err != nil {
			return nil, fmt.Errorf("read dirty days: %w", err)
		}
		day, err := energy.ParseDay(text)
		if err != nil {
			return nil, fmt.Errorf("read dirty days: %w", err)
		}
		all[family] = append(all[family], day)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read dirty days: %w", err)
	}
	return all, nil
}

// MarkDirty has everything computed again that reads a family's days from one to
// another, which is not included.
func (d *DB) MarkDirty(ctx context.Context, family household.FamilyID, from, to energy.Day) error {
	days := map[energy.Day]bool{}
	for day := from; day.Before(to); day = day.Add(1) {
		days[day] = true
	}
	if err := d.tx(ctx, func(tx *sql.Tx) error { return d.markDirty(ctx, tx, family, days) }); err != nil {
		return fmt.Errorf("mark days dirty: %w", err)
	}
	return nil
}

// MarkDays has everything computed again that reads days of families, all or nothing.
func (d *DB) MarkDays(ctx context.Context, dirty map[household.FamilyID][]energy.Day) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for family, days := range dirty {
			marks := make(map[energy.Day]bool, len(days))
			for _, day := range days {
				marks[day] = true
			}
			if err := d.markDirty(ctx, tx, family, marks); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("mark days dirty", err)
}

// FileResults adds results, which are never changed, and replaces bills, in one
// transaction with the end of the marks they take account of. The marks stay when
// what the results were computed from changed meanwhile: they are due again.
func (d *DB) FileResults(ctx context.Context, f household.Filing) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, part := range powers(f.Results, rowsAtOnce) {
			args := make([]any, 0, 13*len(part))
			for _, r := range part {
				r.Family = f.Family
				value, detail, err := d.sealResult(ctx, r.Result, r.Category)
				if err != nil {
					return err
				}
				args = append(args, string(f.Family), r.Indicator, r.From.String(), r.To.String(), millis(r.Start), r.Version, string(r.Status), value,
					r.Unit, detail, r.Category, r.Granularity, millis(r.At))
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value,
				unit, detail, category, granularity, computed_at) VALUES `+d.values(len(part), 13), args...)
			if err != nil {
				return err
			}
		}
		if err := saveBills(ctx, tx, f); err != nil {
			return err
		}
		if err := saveLook(ctx, tx, f.Family, f.Look); err != nil {
			return err
		}
		if len(f.Dirty) == 0 {
			return nil
		}
		now := []household.Home{{Family: f.Family}}
		if err := d.facts(ctx, tx, now); err != nil || now[0].Stamp != f.Stamp {
			return err
		}
		for _, part := range powers(f.Dirty, rowsAtOnce) {
			args := []any{string(f.Family)}
			for _, day := range part {
				args = append(args, day.String())
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `DELETE FROM dirty_day WHERE family = $1 AND day IN (`+placeholders(2, len(part))+`)`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("file %d results: %w", len(f.Results), err)
	}
	return nil
}
