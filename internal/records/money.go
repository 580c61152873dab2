package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// AddEntries keeps dated amounts of families, all or none, and has everything computed
// again that reads the days they change.
func (d *DB) AddEntries(ctx context.Context, entries []household.Entry) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			if err := d.addEntry(ctx, tx, e, string(e.Kind), ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add %d amounts: %w", len(entries), err)
	}
	return nil
}

// TakeBackEntry ends an entry that holds, under a name of its own; false when there is
// none of that id.
func (d *DB) TakeBackEntry(ctx context.Context, id string, by household.Entry) (bool, error) {
	errNone := errors.New("none")
	err := d.tx(ctx, func(tx *sql.Tx) error {
		e, err := d.scanEntry(ctx, tx.QueryRowContext(ctx, selectEntries+` AND m.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) || err == nil && !e.Taken.IsZero() {
			return errNone
		}
		if err != nil {
			return err
		}
		e.ID, e.By, e.Said, e.Source = by.ID, by.By, by.Said, by.Source
		return d.addEntry(ctx, tx, e, "taken_back", id)
	})
	if errors.Is(err, errNone) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take back an amount: %w", err)
	}
	return true, nil
}

func (d *DB) addEntry(ctx context.Context, tx *sql.Tx, e household.Entry, kind, takes string) error {
	zone, err := zoneOf(ctx, tx, e.Family)
	if err != nil {
		return err
	}
	s, err := d.sealEntry(ctx, e, e.Kind.Category())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO money (id, family, fuel, day, start_at, kind, category, cents, quantity, unit, source, said_by, said_at, takes, amount)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		e.ID, e.Family, string(e.Fuel), e.Day.String(), millis(e.Day.Start(zone)), kind, e.Kind.Category(), s.cents, e.Quantity, e.Unit, s.source, s.by, millis(e.Said), takes, s.amount)
	if err != nil {
		return err
	}
	// Of a delivery the days since the one before change too.
	_, err = tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day)
		SELECT family, day FROM usage_day WHERE family = $1 AND day >= COALESCE((SELECT MAX(day) FROM money
			WHERE family = $1 AND fuel = $2 AND kind = 'delivery' AND day < $3), $3)
		UNION SELECT family, from_day FROM result WHERE family = $1 AND granularity = 3 AND from_day >= $3
		ON CONFLICT DO NOTHING`, e.Family, string(e.Fuel), e.Day.String())
	return err
}

const selectEntries = `SELECT m.family, m.id, m.fuel, m.day, m.kind, m.cents, m.quantity, m.unit, m.source, m.said_by, m.said_at, t.said_at, m.amount
	FROM money m LEFT JOIN money t ON t.takes = m.id AND t.takes <> '' WHERE m.kind <> 'taken_back'`

// selectHeld reads those that hold, as the facts of a home.
const selectHeld = selectEntries + ` AND m.family BETWEEN $1 AND $2 AND t.id IS NULL ORDER BY m.family, m.day, m.id`

func (d *DB) scanEntry(ctx context.Context, row rowScanner) (household.Entry, error) {
	var e household.Entry
	var day, amount string
	var said int64
	var taken sql.NullInt64
	if err := row.Scan(&e.Family, &e.ID, &e.Fuel, &day, &e.Kind, &e.Cents, &e.Quantity, &e.Unit, &e.Source, &e.By, &said, &taken, &amount); err != nil {
		return e, err
	}
	if err := d.unsealEntry(ctx, &e, amount); err != nil {
		return e, err
	}
	e.Said = instant(said)
	if taken.Valid {
		e.Taken = instant(taken.Int64)
	}
	var err error
	e.Day, err = energy.ParseDay(day)
	return e, err
}

// Entries returns the dated amounts of a family in the order of their days, those that
// were taken back too. It is for the registry, never for an answer to somebody.
func (d *DB) Entries(ctx context.Context, family household.FamilyID) ([]household.Entry, error) {
	rows, err := d.read.QueryContext(ctx, selectEntries+` AND m.family = $1 ORDER BY m.day, m.said_at, m.id`, family)
	if err != nil {
		return nil, fmt.Errorf("read amounts: %w", err)
	}
	defer rows.Close()
	var all []household.Entry
	for rows.Next() {
		e, err := d.scanEntry(ctx, rows)
		if err != nil {
			return nil, fmt.Errorf("read amounts: %w", err)
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read amounts: %w", err)
	}
	return all, nil
}
