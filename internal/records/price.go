package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Prices returns what tariffs were like when figures were last computed, by tariff
// and day.
func (d *DB) Prices(ctx context.Context) ([]household.Priced, error) {
	runs, err := priceRuns(ctx, d.read)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	var all []household.Priced
	for _, r := range runs {
		p := household.Priced{Tariff: r.tariff, Digest: r.Digest}
		if p.From, p.Until, err = span(r.From, r.Until); err != nil {
			return nil, fmt.Errorf("read prices: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// KeepPrices keeps what tariffs are like now, once the days that cost something else for
// it are marked.
func (d *DB) KeepPrices(ctx context.Context, prices []household.Priced) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		before, err := priceRuns(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM price`); err != nil {
			return err
		}
		for _, part := range powers(prices, rowsAtOnce) {
			args := make([]any, 0, 4*len(part))
			for _, p := range part {
				until := farDay
				if p.Until != (energy.Day{}) {
					until = p.Until.String()
				}
				args = append(args, p.Tariff, p.From.String(), until, p.Digest)
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `INSERT INTO price (tariff, from_day, until_day, digest) VALUES `+d.values(len(part), 4), args...)
			if err != nil {
				return err
			}
		}
		return d.tellPrices(ctx, tx, before)
	})
	if err != nil {
		return fmt.Errorf("keep prices: %w", err)
	}
	return nil
}

// Issues returns the bills of a month that is over, the first issue first. What an
// issue changed is the difference to the one before it.
func (d *DB) Issues(ctx context.Context, family household.FamilyID, month string) ([]household.Issue, error) {
	all, err := issues(ctx, d.read, family, month)
	if err != nil {
		return nil, fmt.Errorf("read issues of a bill: %w", err)
	}
	return all, nil
}

func issues(ctx context.Context, q querier, family household.FamilyID, month string) ([]household.Issue, error) {
	rows, err := q.QueryContext(ctx, `SELECT issue, issued_at, start_at, fuel, label, quantity, unit, price, cents, estimated FROM bill_issue
		WHERE family = $1 AND month = $2 ORDER BY issue, line`, family, month)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Issue
	for rows.Next() {
		var l household.BillLine
		var number int
		var at, start int64
		if err := rows.Scan(&number, &at, &start, &l.Fuel, &l.Label, &l.Quantity, &l.Unit, &l.Price, &l.Cents, &l.Estimated); err != nil {
			return nil, err
		}
		l.Start = instant(start)
		if n := len(all); n == 0 || all[n-1].Number != number {
			all = append(all, household.Issue{Month: month, Number: number, At: instant(at)})
		}
		last := &all[len(all)-1]
		last.Lines = append(last.Lines, l)
	}
	return all, rows.Err()
}

// saveBills replaces bills where they differ, and keeps those of months that are
// over which differ from the last that was kept.
func saveBills(ctx context.Context, tx *sql.Tx, f household.Filing) error {
	if len(f.Bills) == 0 {
		return nil
	}
	issued, err := issuedMonths(ctx, tx, f.Family)
	if err != nil {
		return err
	}
	for _, b := range f.Bills {
		changed, err := saveBill(ctx, tx, f.Family, b)
		if err == nil && b.Over && (changed || !issued[b.Month]) {
			err = issue(ctx, tx, f.Family, b, f.At)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func issuedMonths(ctx context.Context, q querier, family household.FamilyID) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT month FROM bill_issue WHERE family = $1`, family)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	months := map[string]bool{}
	for rows.Next() {
		var month string
		if err := rows.Scan(&month); err != nil {
			return nil, err
		}
		months[month] = true
	}
	return months, rows.Err()
}

// issue adds the bill of a month that is over where it differs from its last issue.
func issue(ctx context.Context, tx *sql.Tx, family household.FamilyID, b household.Bill, at time.Time) error {
	if len(b.Lines) == 0 {
		return nil
	}
	all, err := issues(ctx, tx, family, b.Month)
	if err != nil {
		return err
	}
	number := 1
	if n := len(all); n > 0 {
		if slices.EqualFunc(all[n-1].Lines, b.Lines, household.BillLine.Equal) {
			return nil
		}
		number = all[n-1].Number + 1
	}
	for i, l := range b.Lines {
		_, err := tx.ExecContext(ctx, `INSERT INTO bill_issue (family, month, issue, line, issued_at, start_at, fuel, label, quantity, unit, price, cents, estimated)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			family, b.Month, number, i+1, millis(at), millis(l.Start), string(l.Fuel), l.Label, l.Quantity, l.Unit, l.Price, l.Cents, flag(l.Estimated))
		if err != nil {
			return err
		}
	}
	return nil
}
