package records

import (
	"context"
	"database/sql"

	"foyer/internal/household"
)

// AddWorks writes down works on a home, or that they were not done, and has the
// savings computed again that they touch.
func (d *DB) AddWorks(ctx context.Context, w household.Works) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		cost := sql.NullInt64{Valid: w.Cost != nil}
		if w.Cost != nil {
			cost.Int64 = *w.Cost
		}
		by, why, err := d.sealWord(ctx, w.Family, worksOf(w), w.By, w.Why)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO works (family, kind, from_day, to_day, cost, undone, said_by, why, said_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			w.Family, string(w.Kind), w.From.String(), w.To.String(), cost, flag(w.Undone), by, why, millis(w.Said))
		if err != nil {
			return err
		}
		// Every saving that the works touch reads their first day, or the one after them.
		_, err = tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day) VALUES ($1, $2), ($1, $3) ON CONFLICT DO NOTHING`,
			w.Family, w.From.String(), w.To.String())
		return err
	})
	return wrap("write down works", err)
}

// Works returns what was said of a family's home, in the order it was said.
func (d *DB) Works(ctx context.Context, family household.FamilyID) ([]household.Works, error) {
	rows, err := d.read.QueryContext(ctx, selectWorks, family, family)
	if err != nil {
		return nil, wrap("read works", err)
	}
	defer rows.Close()
	var h household.Home
	for rows.Next() {
		_, add, err := d.scanWorks(ctx, rows)
		if err != nil {
			return nil, wrap("read works", err)
		}
		add(&h)
	}
	return h.Works, wrap("read works", rows.Err())
}

const selectWorks = `SELECT family, kind, from_day, to_day, cost, undone, said_by, why, said_at FROM works WHERE family BETWEEN $1 AND $2 ORDER BY family, id`

func (d *DB) scanWorks(ctx context.Context, row rowScanner) (household.FamilyID, func(*household.Home), error) {
	var w household.Works
	var from, to string
	var cost sql.NullInt64
	var undone, said int64
	err := row.Scan(&w.Family, &w.Kind, &from, &to, &cost, &undone, &w.By, &w.Why, &said)
	if err == nil {
		w.From, w.To, err = span(from, to)
	}
	if cost.Valid {
		w.Cost = &cost.Int64
	}
	w.Undone, w.Said = undone == 1, instant(said)
	if err == nil {
		err = d.unsealWord(ctx, w.Family, worksOf(w), &w.By, &w.Why)
	}
	return w.Family, func(h *household.Home) { h.Works = append(h.Works, w) }, err
}
