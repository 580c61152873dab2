package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/vacuum"
)

// ErrOtherKeys says that the records were sealed with another ring of keys.
var ErrOtherKeys = errors.New("the records are sealed with other keys")

// How far what an earlier version left in clear has come.
const (
	inClear = iota
	sealed
	swept // no page of before is left
)

// sealAll makes sure that the records are this ring's, and seals what an earlier
// version left in clear: at once and all of it, so that a process killed in the midst
// leaves what was there, and the next start begins again. Then it writes the files
// anew, so that nothing of before is left in a page that is free.
func (d *DB) sealAll(ctx context.Context) error {
	done, err := d.sealedState(ctx)
	if err == nil && done == inClear {
		err = d.tx(ctx, func(tx *sql.Tx) error { return d.sealTables(ctx, tx) })
		if err == nil {
			done, err = d.sealedState(ctx)
		}
	}
	if err == nil && done == sealed {
		err = d.sweep(ctx)
	}
	if err != nil {
		return fmt.Errorf("open sealed records: %w", err)
	}
	return nil
}

// sealedState says how far the records have come, [inClear] for new ones, or
// [ErrOtherKeys].
func (d *DB) sealedState(ctx context.Context) (int, error) {
	var id string
	var done int
	err := d.read.QueryRowContext(ctx, `SELECT id, done FROM keyring`).Scan(&id, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return inClear, nil
	}
	if err == nil && id != d.keys.ID() {
		err = fmt.Errorf("%w: they want ring %s and keys.url holds ring %s. "+
			"Set keys.url and keys.master to the files that the records were first opened with", ErrOtherKeys, id, d.keys.ID())
	}
	return done, err
}

// sealTables seals every table, unless another process just did.
func (d *DB) sealTables(ctx context.Context, tx *sql.Tx) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO keyring (one, id) VALUES (1, $1) ON CONFLICT DO NOTHING`, d.keys.ID())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	some := 0
	for _, table := range []func(context.Context, *sql.Tx) (int, error){
		d.sealFamilies, d.sealEveryStaff, d.sealTokens, d.sealIncomes, d.sealNotes, d.sealPapers, d.sealChanges, d.sealAliases, d.sealFacts, d.sealEntries, d.sealResults,
	} {
		n, err := table(ctx, tx)
		if err != nil {
			return err
		}
		some += n
	}
	state := sealed
	if some == 0 {
		state = swept // there was nothing
	}
	_, err = tx.ExecContext(ctx, `UPDATE keyring SET done = $1`, state)
	return err
}

// sweep writes the store anew without what is free in it.
func (d *DB) sweep(ctx context.Context) error {
	var err error
	if d.postgres {
		_, err = d.write.ExecContext(ctx, `VACUUM FULL family, staff, token, income, alert_event, consent, meter_change, meter_alias, fact, money, result`)
	} else {
		err = vacuum.File(ctx, d.write)
	}
	if err == nil {
		_, err = d.write.ExecContext(ctx, `UPDATE keyring SET done = 2`)
	}
	if err != nil {
		return fmt.Errorf("free the pages of before: %w", err)
	}
	return nil
}

// all reads all rows of a query: nothing is written while a query runs.
func all[T any](ctx context.Context, q querier, query string, scan func(rowScanner, *T) error, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var x T
		if err := scan(rows, &x); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}
