package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"foyer/internal/household"
)

// Bill returns the bill of a month of a family, for jobs. It is no way out.
func (d *DB) Bill(ctx context.Context, family household.FamilyID, month string) (household.Bill, error) {
	lines, err := billLines(ctx, d.read, family, month)
	if err != nil {
		return household.Bill{}, fmt.Errorf("read a bill: %w", err)
	}
	return household.Bill{Month: month, Lines: lines}, nil
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
