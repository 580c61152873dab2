package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/household"
)

// BeginWrite begins a write that names itself by a key, for a lifetime of the
// database's clock; fresh when nobody has. Else done says what was asked then and
// what became of it, a zero Status while it is under way.
func (d *DB) BeginWrite(ctx context.Context, subject, key, request string, lifetime time.Duration) (done household.Written, fresh bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		// What was begun a minute ago and has no end was cut off: it may be tried again.
		_, err := tx.ExecContext(ctx, `DELETE FROM written WHERE at <= (SELECT now FROM wall) - $1
			OR status = 0 AND at <= (SELECT now FROM wall) - 60000`, lifetime.Milliseconds())
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO written (subject, key, request, at)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), now FROM wall WHERE true ON CONFLICT DO NOTHING`, subject, digest(key), request)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if fresh = n > 0; fresh || err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT request, status, location FROM written WHERE subject = $1 AND key = $2`, subject, digest(key)).
			Scan(&done.Request, &done.Status, &done.Location)
	})
	if err != nil {
		return household.Written{}, false, fmt.Errorf("begin write: %w", err)
	}
	return done, fresh, nil
}

// EndWrite says what became of a write that [DB.BeginWrite] began.
func (d *DB) EndWrite(ctx context.Context, subject, key string, status int, location string) error {
	_, err := d.insert(ctx, "end write", `UPDATE written SET status = $3, location = $4 WHERE subject = $1 AND key = $2`,
		subject, digest(key), status, location)
	return err
}

// ForgetWrite forgets a write that was begun and not made.
func (d *DB) ForgetWrite(ctx context.Context, subject, key string) error {
	_, err := d.insert(ctx, "forget write", `DELETE FROM written WHERE subject = $1 AND key = $2`, subject, digest(key))
	return err
}
