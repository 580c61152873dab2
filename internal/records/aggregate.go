package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Aggregated returns the years of each pilot that were counted.
func (d *DB) Aggregated(ctx context.Context) (map[string][]int, error) {
	years := map[string][]int{}
	_, err := all(ctx, d.read, `SELECT pilot, year FROM aggregate ORDER BY pilot, year`, func(row rowScanner, _ *struct{}) error {
		var pilot, name string
		if err := row.Scan(&pilot, &name); err != nil {
			return err
		}
		year, err := strconv.Atoi(name)
		years[pilot] = append(years[pilot], year)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read years that were counted: %w", err)
	}
	return years, nil
}

// SaveAggregate keeps what a year came to. A year that was counted stays as it was.
func (d *DB) SaveAggregate(ctx context.Context, a household.Aggregate) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		agreed := 0
		for _, h := range a.Homes {
			agreed += len(h.Covers)
		}
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO aggregate (pilot, year, start_at, end_at, agreed, computed_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (pilot, year) DO NOTHING RETURNING id`, a.Pilot, a.Name(), millis(a.Start), millis(a.End), agreed, millis(a.At)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var homes, figures []any
		for _, h := range a.Homes {
			for _, category := range h.Covers {
				homes = append(homes, id, string(h.Family), category)
			}
		}
		for place, f := range a.Figures {
			figures = append(figures, id, place, f.Figure, f.Part, f.Unit, f.Known, f.Flagged, f.Value, f.Most, f.Seen, flag(f.Estimated))
		}
		if err := d.insertMany(ctx, tx, `INSERT INTO aggregate_home (aggregate, family, category) VALUES `, 3, homes); err != nil {
			return err
		}
		return d.insertMany(ctx, tx, `INSERT INTO aggregate_figure (aggregate, place, figure, part, unit, known, flagged, value, most, seen, estimated) VALUES `, 11, figures)
	})
	if err != nil {
		return fmt.Errorf("keep what a year came to: %w", err)
	}
	return nil
}

// Aggregates returns what may be seen of a year of the reader's pilot. The read is written
// down for each home that is counted.
func (d *DB) Aggregates(ctx context.Context, a consent.Access, year int) (household.AggregateSheet, error) {
	var s household.AggregateSheet
	name := strconv.Itoa(year)
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, ""}
		if err := r.log(ctx, `v_aggregate_home`+r.where()+` AND year = $5`, name); err != nil {
			return err
		}
		return r.each(ctx, `SELECT computed_at, homes, figure, part, unit, shown, COALESCE(known, 0), flagged, percent, value, COALESCE(seen, 0), COALESCE(estimated, 0)
			FROM v_aggregate`+r.where()+` AND year = $5 ORDER BY place`, func(rows *sql.Rows) error {
			var f household.SeenFigure
			var at int64
			var shown int
			err := rows.Scan(&at, &s.Homes, &f.Figure, &f.Part, &f.Unit, &shown, &f.Known, &f.Flagged, &f.Percent, &f.Value, &f.Seen, &f.Estimated)
			f.Withheld = shown == 0
			s.At, s.Figures = instant(at), append(s.Figures, f)
			return err
		}, name)
	})
	if err != nil {
		return household.AggregateSheet{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return s, nil
}
