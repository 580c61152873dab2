package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// OpenGap returns since when messages of a meter are missing; zero when none are.
func (d *DB) OpenGap(ctx context.Context, meter energy.MeterID) (time.Time, error) {
	var from int64
	err := d.read.QueryRowContext(ctx, `SELECT COALESCE(MIN(from_at), 0) FROM gap WHERE meter = $1 AND to_at = 0`, string(meter)).Scan(&from)
	if err != nil {
		return time.Time{}, fmt.Errorf("find what is missing of a meter: %w", err)
	}
	return instant(from), nil
}

// SaveRollCalls replaces what was known of messages of meters from a day on, all or
// nothing: of gaps, those in which a message of these days is missing. Of a meter that is
// not there nothing is kept: its family was erased while the roll was called.
func (d *DB) SaveRollCalls(ctx context.Context, calls []household.RollCall) error {
	if len(calls) == 0 {
		return nil
	}
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, r := range calls {
			there, err := d.meterStands(ctx, tx, r.Meter)
			if err == nil && there {
				err = saveRollCall(ctx, tx, r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep what is missing of meters: %w", err)
	}
	return nil
}

// meterStands reports whether there is a meter, and has it stay until tx ends.
func (d *DB) meterStands(ctx context.Context, tx *sql.Tx, meter energy.MeterID) (bool, error) {
	query := `SELECT 1 FROM meter WHERE id = $1`
	if d.postgres { // on SQLite writers take turns
		query += ` FOR KEY SHARE`
	}
	err := tx.QueryRowContext(ctx, query, string(meter)).Scan(new(int))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func saveRollCall(ctx context.Context, tx *sql.Tx, r household.RollCall) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM attendance WHERE meter = $1 AND day >= $2`, string(r.Meter), r.From.String()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM gap WHERE meter = $1
		AND (to_at = 0 OR from_at + (to_at - from_at) * missing / (missing + 1) >= $2)`, string(r.Meter), millis(r.Start)); err != nil {
		return err
	}
	for _, a := range r.Days {
		_, err := tx.ExecContext(ctx, `INSERT INTO attendance (meter, day, heard, missing, every_ms) VALUES ($1, $2, $3, $4, $5)`,
			string(r.Meter), a.Day.String(), a.Heard, a.Missing, r.Every.Milliseconds())
		if err != nil {
			return err
		}
	}
	for _, g := range r.Gaps {
		_, err := tx.ExecContext(ctx, `INSERT INTO gap (meter, from_at, to_at, missing, every_ms) VALUES ($1, $2, $3, $4, $5)`,
			string(r.Meter), millis(g.From), millis(g.To), g.Missing, g.Every.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}

// LedgerDays returns days of the ledger of a reader's pilot, the newest first, and
// writes the read down.
func (d *DB) LedgerDays(ctx context.Context, a consent.Access, q household.LedgerQuery) ([]household.LedgerDay, error) {
	day, after := "", energy.Account{}
	if q.Day != (energy.Day{}) {
		day = q.Day.String()
	}
	last := ""
	if q.After != nil {
		after, last = *q.After, q.After.Day.String()
	}
	var all []household.LedgerDay
	err := d.discloseRows(ctx, a, `SELECT day, gateway, meter, stored, duplicate, conflict, second, held, expired, rejected, repeated,
			ageless, stopped, ignored, late, quarantined, uncounted, heard, missing, every_ms, looked FROM v_ledger
		WHERE pilot = $1 AND ($2 = '' OR meter = $2) AND ($3 = '' OR gateway = $3) AND ($4 = '' OR day = $4)
			AND ($5 = '' OR day < $5 OR day = $5 AND (gateway > $6 OR gateway = $6 AND meter > $7))
		ORDER BY day DESC, gateway, meter LIMIT $8`, func(rows *sql.Rows) error {
		var l household.LedgerDay
		var day string
		var every int64
		into := []any{&day, &l.Gateway, &l.Meter}
		for f := range l.Tally {
			into = append(into, &l.Tally[f])
		}
		err := rows.Scan(append(into, &l.Heard, &l.Missing, &every, &l.Looked)...)
		if err != nil {
			return err
		}
		l.Every = time.Duration(every) * time.Millisecond
		l.Day, err = energy.ParseDay(day)
		all = append(all, l)
		return err
	}, string(q.Meter), q.Gateway, day, last, after.Gateway, string(after.Meter), q.Limit)
	return all, err
}

// MeterGaps returns gaps of a reader's pilot, the one begun last first, and writes
// the read down.
func (d *DB) MeterGaps(ctx context.Context, a consent.Access, q household.GapQuery) ([]household.MeterGap, error) {
	after, last := household.MeterGap{}, int64(0)
	if q.After != nil {
		after, last = *q.After, millis(q.After.From)
	}
	var all []household.MeterGap
	err := d.discloseRows(ctx, a, `SELECT meter, gateway, from_at, to_at, missing, every_ms FROM v_gap
		WHERE pilot = $1 AND ($2 = '' OR meter = $2) AND ($3 = '' OR gateway = $3)
			AND ($4 = 0 OR from_at < $4 OR from_at = $4 AND meter > $5)
		ORDER BY from_at DESC, meter LIMIT $6`, func(rows *sql.Rows) error {
		var g household.MeterGap
		var from, to, every int64
		err := rows.Scan(&g.Meter, &g.Gateway, &from, &to, &g.Missing, &every)
		g.From, g.To, g.Every = instant(from), instant(to), time.Duration(every)*time.Millisecond
		all = append(all, g)
		return err
	}, string(q.Meter), q.Gateway, last, string(after.Meter), q.Limit)
	return all, err
}

// discloseRows writes a read down that is about no family, and calls scan for each row
// of a query whose first argument is the reader's pilot, all in one transaction.
func (d *DB) discloseRows(ctx context.Context, a consent.Access, query string, scan func(*sql.Rows) error, args ...any) error {
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO access (at, audience, subject, family, purpose, view)
			VALUES ((SELECT now FROM wall), $1, $2, '', $3, $4)`, string(a.Reader.Kind), a.Reader.Subject, string(a.Purpose), a.View)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, query, slices.Concat([]any{a.Reader.Pilot}, args)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return nil
}
