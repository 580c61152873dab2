package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/internal/energy"
)

// ErrLedgerMoved says that the ledger is not where an ingester believes it is: its
// counts have been entered by another process, or this one was not told.
var ErrLedgerMoved = errors.New("the ledger has moved on")

// Accounts in one statement. Each has a column more than there are fates twice.
const accountsAtOnce = 32

var fateColumns = func() []string {
	var all []string
	for f := range energy.Fate(energy.NumFates) {
		all = append(all, f.String())
	}
	return all
}()

// Entered returns through which of its counts the ledger has an ingester's, 0 for none.
func (d *DB) Entered(ctx context.Context, ingester string) (int64, error) {
	var through int64
	err := d.read.QueryRowContext(ctx, `SELECT through FROM ledger_source WHERE ingester = $1`, ingester).Scan(&through)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read how far the ledger is: %w", err)
	}
	return through, nil
}

// KnowIngester notes that there is an ingester, before it counted anything.
func (d *DB) KnowIngester(ctx context.Context, ingester string) error {
	_, err := d.insert(ctx, "note an ingester", `INSERT INTO ledger_source (ingester, through) VALUES ($1, 0) ON CONFLICT DO NOTHING`, ingester)
	return err
}

// Enter adds an ingester's counts after one and through another to the ledger, in
// one transaction. It returns [ErrLedgerMoved] when the ledger is not at the first.
func (d *DB) Enter(ctx context.Context, ingester string, after, through int64, accounts []energy.Account) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO ledger_source (ingester, through) VALUES ($1, $2)
			ON CONFLICT (ingester) DO UPDATE SET through = excluded.through WHERE ledger_source.through = $3`, ingester, through, after)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrLedgerMoved)
		}
		for _, part := range powers(accounts, accountsAtOnce) {
			if err := d.enter(ctx, tx, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("enter %d accounts: %w", len(accounts), err)
	}
	return nil
}

func (d *DB) enter(ctx context.Context, tx *sql.Tx, accounts []energy.Account) error {
	width := 3 + energy.NumFates
	args := make([]any, 0, width*len(accounts))
	for _, a := range accounts {
		args = append(args, string(a.Meter), a.Gateway, a.Day.String())
		for _, n := range a.Tally {
			args = append(args, n)
		}
	}
	var add []string
	for _, c := range fateColumns {
		add = append(add, c+" = ledger."+c+" + excluded."+c)
	}
	return d.exec(ctx, tx, `INSERT INTO ledger (meter, gateway, day, `+strings.Join(fateColumns, ", ")+`) VALUES `+
		d.values(len(accounts), width)+` ON CONFLICT (meter, gateway, day) DO UPDATE SET `+strings.Join(add, ", "), args)
}

// Accounts returns the ledger of the days from one to before another, in order of
// day, meter and gateway: of one meter, or with "" of everything.
func (d *DB) Accounts(ctx context.Context, meter energy.MeterID, from, to energy.Day) ([]energy.Account, error) {
	//nolint:gosec // names of columns are all that is joined
	rows, err := d.read.QueryContext(ctx, `SELECT meter, gateway, day, `+strings.Join(fateColumns, ", ")+` FROM ledger
		WHERE day >= $1 AND day < $2 AND ($3 = '' OR meter = $3) ORDER BY day, meter, gateway`, from.String(), to.String(), string(meter))
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close()
	var all []energy.Account
	for rows.Next() {
		var a energy.Account
		var day string
		into := []any{&a.Meter, &a.Gateway, &day}
		for f := range a.Tally {
			into = append(into, &a.Tally[f])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		if a.Day, err = energy.ParseDay(day); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// TrimLedger forgets the days before one, and the gaps that ended before it.
func (d *DB) TrimLedger(ctx context.Context, before energy.Day) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, day := range []string{`DELETE FROM ledger WHERE day < $1`, `DELETE FROM attendance WHERE day < $1`} {
			if _, err := tx.ExecContext(ctx, day, before.String()); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM gap WHERE to_at <> 0 AND to_at < $1`, millis(before.Start(time.UTC)))
		return err
	})
	if err != nil {
		return fmt.Errorf("trim the ledger: %w", err)
	}
	return nil
}

// Conflicts returns the second values of registers that were noted from an instant
// on, the newest first, at most limit of them.
func (d *DB) Conflicts(ctx context.Context, since time.Time, limit int) ([]energy.Conflict, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT meter, register, at, first, second, seen_at FROM conflict
		WHERE seen_at >= $1 ORDER BY seen_at DESC, meter, register, at, second LIMIT $2`, millis(since), limit)
	if err != nil {
		return nil, fmt.Errorf("list conflicts: %w", err)
	}
	defer rows.Close()
	var all []energy.Conflict
	for rows.Next() {
		c := energy.Conflict{First: energy.Reading{Source: energy.DeviceTime}}
		var at, seen int64
		if err := rows.Scan(&c.First.Meter, &c.First.Register, &at, &c.First.Value, &c.Second, &seen); err != nil {
			return nil, fmt.Errorf("list conflicts: %w", err)
		}
		c.First.At, c.Seen = instant(at), instant(seen)
		all = append(all, c)
	}
	return all, rows.Err()
}

// Conflicting returns how many meters have more than so many conflicts that were
// noted from an instant on.
func (d *DB) Conflicting(ctx context.Context, since time.Time, more int) (int, error) {
	var n int
	err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT meter FROM conflict WHERE seen_at >= $1
		GROUP BY meter HAVING COUNT(*) > $2) c`, millis(since), more).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count conflicts: %w", err)
	}
	return n, nil
}
