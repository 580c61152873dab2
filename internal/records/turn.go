package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/energy"
)

// The key of the advisory lock under which ingesters take turns: "foyer" in ASCII.
const drainLock = 0x666f796572

// How long it is known whose turn broke off and what was taken over from it. Who comes
// back later counts twice what another one stored meanwhile.
const brokenFor = 30 * 24 * time.Hour

// A Turn is one ingester's among those that write to the same stores.
type Turn struct {
	db       *DB
	ingester string
}

// Turn returns the turn of an ingester, by the identity of its spool.
func (d *DB) Turn(ingester string) Turn { return Turn{d, ingester} }

// Exclusive runs fn while no other ingester runs its own on the same store, and tells it
// whether the last turn of another one broke off: it ended with its process or with an error.
//
// On PostgreSQL it waits for its turn, and returns an error when the turn was
// lost before fn ended: what fn did may then have met another's doing. SQLite
// has one process, which needs no lock.
func (t Turn) Exclusive(ctx context.Context, fn func(ctx context.Context, broken bool) error) error {
	if !t.db.postgres {
		return fn(ctx, false)
	}
	return t.db.hasTurn(ctx, drainLock, "the drain", func(ctx context.Context, tx *sql.Tx) error {
		broken, err := t.begin(ctx)
		if err != nil {
			return fmt.Errorf("begin a turn of the drain: %w", err)
		}
		if err := fn(ctx, broken); err != nil {
			return err
		}
		// Gone with the turn itself: what broke off leaves it there.
		if _, err := tx.ExecContext(ctx, `DELETE FROM turn WHERE ingester = $1`, t.ingester); err != nil {
			return fmt.Errorf("end a turn of the drain: %w", err)
		}
		return nil
	})
}

// begin notes, for good, that the ingester has its turn, and returns whether that of
// another one broke off.
func (t Turn) begin(ctx context.Context) (broken bool, err error) {
	err = t.db.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO turn (ingester, began_at) SELECT $1, now FROM wall
			ON CONFLICT (ingester) DO UPDATE SET began_at = excluded.began_at`, t.ingester)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM turn WHERE ingester <> $1 AND began_at > (SELECT now FROM wall) - $2)`,
			t.ingester, brokenFor.Milliseconds()).Scan(&broken)
	})
	return broken, err
}

// TakeOver notes that the ingester is about to store rs. Of several that took a reading
// over the last one counts.
//
// rs holds no meter, register and instant twice.
func (t Turn) TakeOver(ctx context.Context, rs []energy.Reading) error {
	err := t.db.tx(ctx, func(tx *sql.Tx) error {
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM taken_over WHERE noted_at < $1`, now-brokenFor.Milliseconds()); err != nil {
			return err
		}
		for _, part := range powers(rs, marksAtOnce) {
			args := make([]any, 0, 5*len(part))
			for _, r := range part {
				args = append(args, string(r.Meter), string(r.Register), millis(r.At), t.ingester, now)
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `INSERT INTO taken_over (meter, register, at, ingester, noted_at) VALUES `+t.db.values(len(part), 5)+`
				ON CONFLICT (meter, register, at) DO UPDATE SET ingester = excluded.ingester, noted_at = excluded.noted_at`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take over %d readings: %w", len(rs), err)
	}
	return nil
}

// TakenOver returns the meter, register and instant of the readings in a span that another
// ingester took over last.
func (t Turn) TakenOver(ctx context.Context, span energy.Span) ([]energy.Reading, error) {
	rows, err := t.db.read.QueryContext(ctx, `SELECT register, at FROM taken_over
		WHERE meter = $1 AND at >= $2 AND at < $3 AND ingester <> $4`, string(span.Meter), millis(span.From), millis(span.To), t.ingester)
	if err != nil {
		return nil, fmt.Errorf("look up what was taken over: %w", err)
	}
	defer rows.Close()
	var all []energy.Reading
	for rows.Next() {
		r := energy.Reading{Meter: span.Meter}
		var at int64
		if err := rows.Scan(&r.Register, &at); err != nil {
			return nil, fmt.Errorf("look up what was taken over: %w", err)
		}
		r.At = instant(at)
		all = append(all, r)
	}
	return all, rows.Err()
}

// hasTurn runs fn while its process holds an advisory lock of PostgreSQL, in the
// transaction of tx: what fn writes there is written when the turn ends, if it was held.
func (d *DB) hasTurn(ctx context.Context, lock int64, of string, fn func(ctx context.Context, tx *sql.Tx) error) error {
	// The lock lives as long as this transaction, on this connection: its commit
	// proves that the lock was held all the time.
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("wait for the turn of %s: %w", of, err)
	}
	defer tx.Rollback() //nolint:errcheck // ended already but for a panic
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lock); err != nil {
		return errors.Join(fmt.Errorf("wait for the turn of %s: %w", of, err), ignoreDone(tx.Rollback()))
	}
	if err := fn(ctx, tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep the turn of %s: %w", of, err)
	}
	return nil
}

// ignoreDone drops the complaint that a cancelled transaction has ended already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
