package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/vacuum"
)

// Belongings returns what there is of a family outside its records, and what the
// records can only tell while its key is there. It reports false when the records have
// no such family.
func (d *DB) Belongings(ctx context.Context, family household.FamilyID) (household.Belongings, bool, error) {
	b := household.Belongings{Family: family}
	known := false
	err := d.tx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM family WHERE id = $1)`, family).Scan(&known)
		if err != nil || !known {
			return err
		}
		if b.Meters, err = all(ctx, tx, ownMeters, scanID, family); err != nil {
			return err
		}
		b.Spans, err = all(ctx, tx, `SELECT meter, from_at, to_at FROM attachment WHERE family = $1 AND meter IN
			(SELECT meter FROM attachment WHERE family <> $1) ORDER BY meter, from_at`, func(row rowScanner, s *household.MeterSpan) error {
			var from, to int64
			err := row.Scan(&s.Meter, &from, &to)
			s.From, s.To = instant(from), instant(to)
			return err
		}, family)
		if err != nil {
			return err
		}
		b.Gateways, err = all(ctx, tx, `SELECT DISTINCT gateway FROM meter WHERE id IN (SELECT meter FROM attachment WHERE family = $1)
			AND gateway NOT IN (SELECT m.gateway FROM meter m JOIN attachment a ON a.meter = m.id WHERE a.family <> $1) ORDER BY gateway`,
			func(row rowScanner, gateway *string) error { return row.Scan(gateway) }, family)
		if err != nil {
			return err
		}
		b.Devices, err = d.devicesOf(ctx, tx, family)
		return err
	})
	if err == nil && known {
		b.Money, err = d.Entries(ctx, family)
	}
	if err != nil {
		return b, false, fmt.Errorf("look for what is a family's: %w", err)
	}
	return b, known, nil
}

// ownMeters finds the meters that were a family's and nobody else's.
const ownMeters = `SELECT DISTINCT meter FROM attachment WHERE family = $1
	AND meter NOT IN (SELECT meter FROM attachment WHERE family <> $1) ORDER BY meter`

func scanID(row rowScanner, id *energy.MeterID) error { return row.Scan(id) }

// Rows that are a family's, in the order in which they may go: $1 is the family.
// Alerts and what the journal tells of follow, and last the family itself.
var familyRows = []string{
	`outbox WHERE alert IN (SELECT id FROM alert WHERE family = $1)`,
	`usage_slot WHERE family = $1`, `usage_day WHERE family = $1`, `usage_month WHERE family = $1`,
	`bill_line WHERE family = $1`, `bill_issue WHERE family = $1`, `result WHERE family = $1`,
	`dirty_day WHERE family = $1`, `look WHERE family = $1`, `closed_day WHERE family = $1`,
	`dwelling WHERE family = $1`, `contract WHERE family = $1`, `income WHERE family = $1`,
	`money WHERE family = $1`, `works WHERE family = $1`, `answer WHERE family = $1`, `case_load WHERE family = $1`, `aggregate_home WHERE family = $1`,
	`"grant" WHERE family = $1`, `invitation WHERE family = $1`,
	`session WHERE kind = 'family' AND subject = $1`,
	`written WHERE subject = 'family:' || $1 OR location LIKE '%' || $1 || '%'`,
	`meter_change WHERE family = $1 OR owner = $1`, `meter_alias WHERE owner = $1`,
}

// Tables of rows that are a meter's, before the meter itself.
var meterRows = []string{
	"latest", "meter_pulse", "conflict", "stale", "usage_interval", "doubt", "meter_health", "ledger", "attendance", "gap", "taken_over",
	"meter_change", "meter_alias", "attachment",
}

// Erase removes everything that is a family's from the records, at once, and has the
// journal tell that it is gone without saying whose it was. What the family was paid
// stays as sums of its pilot, of a year and of a kind. The caller has destroyed the
// family's key and removed what is elsewhere; see [DB.Belongings]. The bytes are
// overwritten in the files of SQLite; PostgreSQL frees them.
//
// It reports false when the records have no such family.
func (d *DB) Erase(ctx context.Context, b household.Belongings) (e household.Erasure, known bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var pilot string
		err := tx.QueryRowContext(ctx, `UPDATE family SET language = language WHERE id = $1 RETURNING pilot`, b.Family).Scan(&pilot)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		known = true
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
			return err
		}
		e.At = instant(now)
		x := eraser{tx: tx, family: b.Family}
		if err := sumMoney(ctx, tx, pilot, b.Money); err != nil {
			return err
		}
		if err := d.forgetFacts(ctx, tx, b); err != nil {
			return err
		}
		if err := x.meters(ctx); err != nil {
			return err
		}
		for _, rows := range familyRows {
			if err := x.delete(ctx, rows, b.Family); err != nil {
				return err
			}
		}
		if e.Entry, err = d.removeTraces(ctx, tx, b.Family, "erasure"); err != nil {
			return err
		}
		for _, rows := range []string{
			`alert_event WHERE alert IN (SELECT id FROM alert WHERE family = $1)`, `alert WHERE family = $1`,
			`access WHERE family = $1 OR audience = 'family' AND subject = $1`, `family WHERE id = $1`,
		} {
			if err := x.delete(ctx, rows, b.Family); err != nil {
				return err
			}
		}
		e.Rows = x.rows
		return nil
	})
	if err == nil { // of an unknown family too: the call before may have failed here
		err = d.settleFiles(ctx)
	}
	if err != nil {
		return e, false, fmt.Errorf("erase a family: %w", err)
	}
	return e, known, nil
}

// An eraser deletes rows and counts them.
type eraser struct {
	tx     *sql.Tx
	family household.FamilyID
	rows   int64
}

func (x *eraser) delete(ctx context.Context, rows string, args ...any) error {
	//nolint:gosec // only constants are joined
	res, err := x.tx.ExecContext(ctx, `DELETE FROM `+rows, args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	x.rows += n
	return err
}

// meters removes the meters that were the family's alone, and of the others the time in
// which they were: the slots that the families before and after it had at its ends are
// counted again.
func (x *eraser) meters(ctx context.Context) error {
	own, err := all(ctx, x.tx, ownMeters, scanID, x.family)
	if err != nil {
		return err
	}
	for _, m := range own {
		for _, table := range meterRows {
			if err := x.delete(ctx, table+` WHERE meter = $1`, string(m)); err != nil {
				return err
			}
		}
		if err := x.delete(ctx, `meter WHERE id = $1`, string(m)); err != nil {
			return err
		}
	}
	for _, rows := range []string{
		`conflict WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.family = $1 AND a.meter = conflict.meter AND conflict.at >= a.from_at AND conflict.at < a.to_at)`,
		`doubt WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.family = $1 AND a.meter = doubt.meter AND doubt.at >= a.from_at AND doubt.at < a.to_at)`,
		`usage_interval WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.family = $1 AND a.meter = usage_interval.meter AND usage_interval.from_at >= a.from_at AND usage_interval.from_at < a.to_at)`,
	} {
		if err := x.delete(ctx, rows, x.family); err != nil {
			return err
		}
	}
	for _, end := range []string{"from_at", "to_at"} {
		//nolint:gosec // only constants are joined
		_, err := x.tx.ExecContext(ctx, `INSERT INTO stale (meter, from_at, to_at) SELECT meter, `+end+` - 3600000, `+end+` + 3600000
			FROM attachment WHERE family = $1 AND `+end+` < $2`, x.family, int64(always))
		if err != nil {
			return err
		}
	}
	return x.delete(ctx, `attachment WHERE family = $1`, x.family)
}

// sumMoney keeps of what a family was paid, and what it paid, the sums of a year and
// a kind in its pilot, beside those of others.
func sumMoney(ctx context.Context, tx *sql.Tx, pilot string, entries []household.Entry) error {
	for _, e := range entries {
		if !e.Taken.IsZero() || e.Cents == 0 { // taken back, or nobody can read it any more
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO erased_money (pilot, year, kind, cents, entries) VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (pilot, year, kind) DO UPDATE SET cents = erased_money.cents + excluded.cents, entries = erased_money.entries + 1`,
			pilot, e.Day.Year, string(e.Kind), e.Cents)
		if err != nil {
			return err
		}
	}
	return nil
}

// settleFiles sees to it that what was deleted is in no file any more, where the
// database is a file of ours.
func (d *DB) settleFiles(ctx context.Context) error {
	if d.postgres {
		_, err := d.write.ExecContext(ctx, `VACUUM`)
		return err
	}
	return vacuum.File(ctx, d.write)
}

// ErasedMoney tells the sums that are left of erased families of a pilot: for auditors.
func (d *DB) ErasedMoney(ctx context.Context, pilot string, tell func(year int, kind household.EntryKind, cents, entries int64)) error {
	rows, err := d.read.QueryContext(ctx, `SELECT year, kind, cents, entries FROM erased_money WHERE pilot = $1 ORDER BY year, kind`, pilot)
	if err != nil {
		return fmt.Errorf("read what is left of erased families: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var year int
		var kind household.EntryKind
		var cents, entries int64
		if err := rows.Scan(&year, &kind, &cents, &entries); err != nil {
			return fmt.Errorf("read what is left of erased families: %w", err)
		}
		tell(year, kind, cents, entries)
	}
	return rows.Err()
}
