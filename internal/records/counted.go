package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// counted is the part of a view that the figures of a pilot are made from.
const counted = ` WHERE purpose = 'open_statistics' AND recipient = 'public' AND pilot = $1`

// CountedYears returns what the homes of a pilot agree, by the database's clock, to be
// counted in of a year, and what is known of it, by family.
func (d *DB) CountedYears(ctx context.Context, y household.AggregateYear) ([]household.CountedYear, error) {
	// Whoever takes it back from here on is among the homes, and so ends the year.
	homes, err := d.agreedYears(ctx, y)
	if err == nil {
		err = d.yearOfUse(ctx, y, homes)
	}
	if err == nil {
		err = d.yearOfCost(ctx, y, homes)
	}
	if err == nil {
		err = d.yearOfResults(ctx, y, homes)
	}
	if err != nil {
		return nil, fmt.Errorf("read homes that are counted: %w", err)
	}
	return homes, nil
}

func (d *DB) agreedYears(ctx context.Context, y household.AggregateYear) ([]household.CountedYear, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT DISTINCT family, category FROM v_scope`+counted+
		` AND data_from <= $2 AND data_to >= $3 ORDER BY family, category`, y.Pilot, millis(y.Start), millis(y.End))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var homes []household.CountedYear
	for rows.Next() {
		var family household.FamilyID
		var category string
		if err := rows.Scan(&family, &category); err != nil {
			return nil, err
		}
		if n := len(homes); n == 0 || homes[n-1].Family != family {
			homes = append(homes, household.CountedYear{Family: family})
		}
		last := &homes[len(homes)-1]
		last.Covers = append(last.Covers, category)
	}
	return homes, rows.Err()
}

// covering returns the home of a family that is counted in a category, nil for any other:
// it agreed since.
func covering(homes []household.CountedYear, family household.FamilyID, category string) *household.CountedYear {
	n, ok := slices.BinarySearchFunc(homes, family, func(h household.CountedYear, f household.FamilyID) int {
		return cmp.Compare(h.Family, f)
	})
	if !ok || !slices.Contains(homes[n].Covers, category) {
		return nil
	}
	return &homes[n]
}

func (d *DB) yearOfUse(ctx context.Context, y household.AggregateYear, homes []household.CountedYear) error {
	rows, err := d.read.QueryContext(ctx, `SELECT family, CAST(SUM(energy) AS BIGINT), MIN(seen), MAX(estimated) FROM v_usage_year`+counted+` AND year = $2
		AND (register = 'energy_import' OR register LIKE 'energy_import/%') AND (seen > 0 OR energy > 0) GROUP BY family`, y.Pilot, y.Name())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family household.FamilyID
		var energy, seen int64
		var estimated bool
		if err := rows.Scan(&family, &energy, &seen, &estimated); err != nil {
			return err
		}
		if h := covering(homes, family, string(consent.Consumption)); h != nil {
			h.Energy, h.Seen, h.Estimated = energy, time.Duration(seen)*time.Millisecond, estimated
		}
	}
	return rows.Err()
}

func (d *DB) yearOfCost(ctx context.Context, y household.AggregateYear, homes []household.CountedYear) error {
	// Civil days differ from 24 h by an hour at most.
	rows, err := d.read.QueryContext(ctx, `SELECT family, cents FROM v_cost_year`+counted+` AND year = $2
		AND start_at = $3 AND end_at >= $4`, y.Pilot, y.Name(), millis(y.Start), millis(y.End)-hourMillis)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family household.FamilyID
		var cents int64
		if err := rows.Scan(&family, &cents); err != nil {
			return err
		}
		if h := covering(homes, family, string(consent.Cost)); h != nil {
			h.Cents = &cents
		}
	}
	return rows.Err()
}

func (d *DB) yearOfResults(ctx context.Context, y household.AggregateYear, homes []household.CountedYear) error {
	rows, err := d.read.QueryContext(ctx, selectResult+`v_result`+counted+` AND granularity = 1 AND to_day = $2 ORDER BY family, indicator, id`,
		y.Pilot, y.Next().String())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		x, category, err := scanSealed(rows)
		if err != nil {
			return err
		}
		h := covering(homes, x.Family, category)
		if h == nil {
			continue
		}
		switch err := d.unsealResult(ctx, &x, category); {
		case errors.Is(err, keyring.ErrNotOpened): // not known
		case err != nil:
			return err
		default:
			h.Results = append(h.Results, x)
		}
	}
	return rows.Err()
}
