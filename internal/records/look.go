package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Looks returns up to when the results of each family from one to another were looked at,
// for jobs.
func (d *DB) Looks(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID]household.Look, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT family, methods, today, first, last, indoor FROM look WHERE family BETWEEN $1 AND $2`, first, last)
	if err != nil {
		return nil, fmt.Errorf("read looks: %w", err)
	}
	defer rows.Close()
	all := map[household.FamilyID]household.Look{}
	for rows.Next() {
		var family household.FamilyID
		var l household.Look
		var days [4]string
		if err := rows.Scan(&family, &l.Methods, &days[0], &days[1], &days[2], &days[3]); err != nil {
			return nil, fmt.Errorf("read looks: %w", err)
		}
		for i, day := range []*energy.Day{&l.Today, &l.First, &l.Last, &l.Indoor} {
			if days[i] == "" {
				continue
			}
			if *day, err = energy.ParseDay(days[i]); err != nil {
				return nil, fmt.Errorf("read looks: %w", err)
			}
		}
		all[family] = l
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read looks: %w", err)
	}
	return all, nil
}

// saveLook replaces the look of a family, unless l is zero.
func saveLook(ctx context.Context, tx *sql.Tx, family household.FamilyID, l household.Look) error {
	if l == (household.Look{}) {
		return nil
	}
	args := []any{string(family), l.Methods}
	for _, day := range []energy.Day{l.Today, l.First, l.Last, l.Indoor} {
		text := ""
		if day != (energy.Day{}) {
			text = day.String()
		}
		args = append(args, text)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO look (family, methods, today, first, last, indoor) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (family) DO UPDATE SET methods = excluded.methods, today = excluded.today, first = excluded.first,
			last = excluded.last, indoor = excluded.indoor`, args...)
	return err
}
