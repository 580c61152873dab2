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

func (d *DB) sealFamilies(ctx context.Context, tx *sql.Tx) (int, error) {
	families, err := all(ctx, tx, `SELECT id, pilot, label FROM family`, func(row rowScanner, f *household.Family) error {
		return row.Scan(&f.ID, &f.Pilot, &f.Label)
	})
	if err != nil {
		return 0, err
	}
	owners := make([]string, len(families))
	for i, f := range families {
		owners[i] = string(f.ID)
	}
	if err := d.keys.Add(ctx, owners...); err != nil {
		return 0, err
	}
	for _, f := range families {
		index, label, err := d.sealLabel(ctx, f)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE family SET label = $1, label_index = $2 WHERE id = $3`, label, index, f.ID); err != nil {
			return 0, err
		}
	}
	return len(families), nil
}

func (d *DB) sealEveryStaff(ctx context.Context, tx *sql.Tx) (int, error) {
	type person struct {
		household.Staff
		totp string
	}
	staff, err := all(ctx, tx, `SELECT id, email, name, totp FROM staff`, func(row rowScanner, s *person) error {
		return row.Scan(&s.ID, &s.Email, &s.Name, &s.totp)
	})
	for _, s := range staff {
		index, email, name, err := d.sealStaff(ctx, s.Staff)
		if err != nil {
			return 0, err
		}
		totp, err := d.seal(ctx, "", totpOf(s.ID), s.totp)
		if err != nil {
			return 0, err
		}
		if s.Email == "removed:"+s.ID {
			index, email = s.Email, s.Email // that there was somebody is no secret
		}
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET email = $1, email_index = $2, name = $3, totp = $4 WHERE id = $5`, email, index, name, totp, s.ID); err != nil {
			return 0, err
		}
	}
	return len(staff), err
}

func (d *DB) sealTokens(ctx context.Context, tx *sql.Tx) (int, error) {
	tokens, err := all(ctx, tx, `SELECT id, name FROM token`, func(row rowScanner, t *household.Token) error { return row.Scan(&t.ID, &t.Name) })
	for _, t := range tokens {
		name, err := d.seal(ctx, "", nameOf(t.ID), t.Name)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE token SET name = $1 WHERE id = $2`, name, t.ID); err != nil {
			return 0, err
		}
	}
	return len(tokens), err
}

func (d *DB) sealIncomes(ctx context.Context, tx *sql.Tx) (int, error) {
	incomes, err := all(ctx, tx, `SELECT family, from_day, disposable, aid FROM income`, func(row rowScanner, x *household.Income) error {
		var from string
		err := row.Scan(&x.Family, &from, &x.Disposable, &x.Aid)
		if err == nil {
			x.From, err = energy.ParseDay(from)
		}
		return err
	})
	for _, x := range incomes {
		amounts, err := d.sealIncome(ctx, x)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE income SET amounts = $1, disposable = 0, aid = 0 WHERE family = $2 AND from_day = $3`,
			amounts, x.Family, x.From.String())
		if err != nil {
			return 0, err
		}
	}
	return len(incomes), err
}

func (d *DB) sealNotes(ctx context.Context, tx *sql.Tx) (int, error) {
	type note struct {
		alert, text string
		seq         int64
		family      household.FamilyID
	}
	notes, err := all(ctx, tx, `SELECT e.alert, e.seq, e.note, COALESCE(a.family, '') FROM alert_event e JOIN alert a ON a.id = e.alert
		WHERE e.note <> ''`, func(row rowScanner, n *note) error { return row.Scan(&n.alert, &n.seq, &n.text, &n.family) })
	for _, n := range notes {
		text, err := d.seal(ctx, n.family, noteOf(n.alert, n.seq), n.text)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE alert_event SET note = $1 WHERE alert = $2 AND seq = $3`, text, n.alert, n.seq); err != nil {
			return 0, err
		}
	}
	return len(notes), err
}

func (d *DB) sealPapers(ctx context.Context, tx *sql.Tx) (int, error) {
	type paper struct {
		id     int64
		family household.FamilyID
		act    string
		where  string
	}
	papers, err := all(ctx, tx, `SELECT id, family, act, paper FROM consent WHERE paper <> ''`, func(row rowScanner, p *paper) error {
		return row.Scan(&p.id, &p.family, &p.act, &p.where)
	})
	for _, p := range papers {
		where, err := d.seal(ctx, p.family, paperOf(p.family, p.act), p.where)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE consent SET paper = $1 WHERE id = $2`, where, p.id); err != nil {
			return 0, err
		}
	}
	return len(papers), err
}

func (d *DB) sealEntries(ctx context.Context, tx *sql.Tx) (int, error) {
	type entry struct {
		household.Entry
		category string
	}
	entries, err := all(ctx, tx, `SELECT id, family, category, cents, source, said_by FROM money`, func(row rowScanner, e *entry) error {
		return row.Scan(&e.ID, &e.Family, &e.category, &e.Cents, &e.Source, &e.By)
	})
	for _, e := range entries {
		s, err := d.sealEntry(ctx, e.Entry, e.category)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE money SET cents = $1, source = $2, said_by = $3, amount = $4 WHERE id = $5`, s.cents, s.source, s.by, s.amount, e.ID)
		if err != nil {
			return 0, err
		}
	}
	return len(entries), err
}

func (d *DB) sealChanges(ctx context.Context, tx *sql.Tx) (int, error) {
	type change struct {
		id int64
		household.Change
	}
	changes, err := all(ctx, tx, `SELECT id, meter, at, family, said_by, why FROM meter_change`, func(row rowScanner, c *change) error {
		var at int64
		err := row.Scan(&c.id, &c.Meter, &at, &c.Family, &c.By, &c.Why)
		c.At = instant(at)
		return err
	})
	for _, c := range changes {
		if err := d.sealChange(ctx, tx, c.id, c.Change); err != nil {
			return 0, err
		}
	}
	return len(changes), err
}

func (d *DB) sealAliases(ctx context.Context, tx *sql.Tx) (int, error) {
	type named struct {
		alias
		plain string
	}
	aliases, err := all(ctx, tx, `SELECT m.gateway, m.scheme, m.device, COALESCE(a.family, '') FROM meter_alias m
		LEFT JOIN attachment a ON a.meter = m.meter AND a.to_at = 253402300800000`, func(row rowScanner, n *named) error {
		return row.Scan(&n.gateway, &n.scheme, &n.plain, &n.owner)
	})
	for _, n := range aliases {
		index, err := d.deviceIndex(n.gateway, n.scheme, n.plain)
		if err != nil {
			return 0, err
		}
		n.index = index
		name, err := d.sealDevice(ctx, n.alias, n.plain)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE meter_alias SET device = $1, name = $2, owner = $3 WHERE gateway = $4 AND scheme = $5 AND device = $6`,
			index, name, n.owner, n.gateway, n.scheme, n.plain)
		if err != nil {
			return 0, err
		}
	}
	return len(aliases), err
}

func (d *DB) sealFacts(ctx context.Context, tx *sql.Tx) (int, error) {
	type fact struct{ gateway, key, value string }
	facts, err := all(ctx, tx, `SELECT gateway, key, value FROM fact`, func(row rowScanner, f *fact) error {
		return row.Scan(&f.gateway, &f.key, &f.value)
	})
	for _, f := range facts {
		index, err := d.factIndex(f.gateway, f.key)
		if err != nil {
			return 0, err
		}
		value, err := d.sealFact(ctx, f.gateway, index, f.key, f.value)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE fact SET key = $1, value = $2 WHERE gateway = $3 AND key = $4`, index, value, f.gateway, f.key); err != nil {
			return 0, err
		}
	}
	return len(facts), err
}

func (d *DB) sealResults(ctx context.Context, tx *sql.Tx) (int, error) {
	results, err := all(ctx, tx, `SELECT id, family, indicator, from_day, to_day, value, detail, category, computed_at FROM result
		WHERE category IN ('indicators', 'income')`, func(row rowScanner, r *household.Filed) error {
		var from, to, detail string
		var at int64
		err := row.Scan(&r.ID, &r.Family, &r.Indicator, &from, &to, &r.Value, &detail, &r.Category, &at)
		r.Detail, r.At = []byte(detail), instant(at)
		if err == nil {
			r.From, err = energy.ParseDay(from)
		}
		if err == nil {
			r.To, err = energy.ParseDay(to)
		}
		return err
	})
	for _, r := range results {
		value, detail, err := d.sealResult(ctx, r.Result, r.Category)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE result SET value = $1, detail = $2 WHERE id = $3`, value, detail, r.ID); err != nil {
			return 0, err
		}
	}
	return len(results), err
}
