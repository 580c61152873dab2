package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Say writes what a family says, and what holds because of it, in one transaction
// and at one instant of the database's clock; see [consent.Act.Events]. A given
// consent that names no end holds for validity. What a scope of the act stood at
// ends at that instant.
//
// It returns the id of the act, "" for one that changed nothing. It reports false for
// an unknown family, and for one that the desk where it is written down may not see,
// and returns [consent.ErrChanged].
func (d *DB) Say(ctx context.Context, family household.FamilyID, a consent.Act, validity time.Duration) (act string, known bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		act, known, err = d.sayIn(ctx, tx, family, a, validity)
		return err
	})
	if err != nil {
		return "", false, fmt.Errorf("write consent: %w", err)
	}
	return act, known, nil
}

// sayIn is [DB.Say] within a transaction.
func (d *DB) sayIn(ctx context.Context, tx *sql.Tx, family household.FamilyID, a consent.Act, validity time.Duration) (act string, known bool, err error) {
	// Two who speak for one family take turns, and read the clock after that.
	res, err := tx.ExecContext(ctx, `UPDATE family SET language = language
		WHERE id = $3 AND ($1 = '' OR id IN (SELECT f.id FROM family f WHERE`+ofDesk+`))`, a.Pilot, a.Staff, family)
	if err != nil {
		return "", false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return "", false, err
	}
	var now int64
	if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
		return "", true, err
	}
	if err := unchanged(ctx, tx, family, a.Seen); err != nil {
		return "", true, err
	}
	held, err := holding(ctx, tx, family, now)
	if err != nil {
		return "", true, err
	}
	events := a.Events(held, instant(now), validity)
	if len(events) > 0 {
		act = a.ID
	}
	if err := d.sayAll(ctx, tx, family, events); err != nil {
		return "", true, err
	}
	if err := d.noteEnded(ctx, tx, family, held, events); err != nil {
		return "", true, err
	}
	return act, true, d.tellConsents(ctx, tx, family)
}

// unchanged returns [consent.ErrChanged] when the last act of a family is not the
// one that was seen.
func unchanged(ctx context.Context, tx *sql.Tx, family household.FamilyID, seen string) error {
	if seen == "" {
		return nil
	}
	last := consent.Nothing
	err := tx.QueryRowContext(ctx, `SELECT act FROM consent WHERE family = $1 ORDER BY id DESC LIMIT 1`, family).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if last != seen {
		return consent.ErrChanged
	}
	return nil
}

// What a family agrees to: from an instant on, and now, for the registry.
const (
	selectHolding = `SELECT purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to
		FROM "grant" WHERE family = $1 AND valid_to > $2 ORDER BY purpose, recipient, category, granularity, consent`
	selectScope = `SELECT purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to
		FROM v_scope WHERE family = $1 ORDER BY purpose, recipient, category, granularity, consent`
)

// holding returns what a family agrees to at an instant.
func holding(ctx context.Context, tx *sql.Tx, family household.FamilyID, now int64) ([]consent.Grant, error) {
	rows, err := tx.QueryContext(ctx, selectHolding, family, now)
	if err != nil {
		return nil, err
	}
	return scanGrants(rows)
}

// sayAll writes the events of an act and what follows from them. What was given for
// their scopes before ends first: an act may give one scope for several periods.
func (d *DB) sayAll(ctx context.Context, tx *sql.Tx, family household.FamilyID, events []consent.Event) error {
	ended := map[consent.Scope]bool{}
	for _, e := range events {
		if ended[e.Scope] {
			continue
		}
		ended[e.Scope] = true
		_, err := tx.ExecContext(ctx, `UPDATE "grant" SET valid_to = $1
			WHERE family = $2 AND purpose = $3 AND recipient = $4 AND category = $5 AND granularity = $6 AND valid_to > $1`,
			millis(e.At), family, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity))
		if err != nil {
			return err
		}
	}
	for _, e := range events {
		if err := d.say(ctx, tx, family, e); err != nil {
			return err
		}
	}
	return nil
}

// say writes one event, and the grant that follows from one that gives.
func (d *DB) say(ctx context.Context, tx *sql.Tx, family household.FamilyID, e consent.Event) error {
	paper, err := d.seal(ctx, family, paperOf(family, e.Act), e.Paper)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `INSERT INTO consent (family, act, verb, at, state, purpose, recipient, category, granularity,
			data_from, data_to, expires_at, notice, hash, language, medium, by_staff, witness, paper)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id`,
		family, e.Act, e.Verb, millis(e.At), e.State, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity),
		millis(e.DataFrom), until(e.DataTo), until(e.Expires), e.Notice, e.Hash, e.Language, e.Medium, e.By, e.Witness, paper).Scan(&id)
	if err != nil || e.State != consent.Given {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO "grant" (family, purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to, consent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		family, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity),
		millis(e.DataFrom), until(e.DataTo), millis(e.At), until(e.Expires), id)
	return err
}

// until returns the end of a period as the tables keep it; zero has no end.
func until(t time.Time) int64 {
	if t.IsZero() || t.After(consent.Always) {
		return always
	}
	return t.UnixMilli()
}

// Said returns everything a family said, oldest first.
func (d *DB) Said(ctx context.Context, family household.FamilyID) ([]consent.Event, error) {
	all, err := d.events(ctx, d.read, `FROM consent WHERE family = $1 ORDER BY id`, family)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return all, nil
}

// events reads what was said; from is a table and condition.
func (d *DB) events(ctx context.Context, q querier, from string, args ...any) ([]consent.Event, error) {
	rows, err := q.QueryContext(ctx, `SELECT family, id, act, verb, at, state, purpose, recipient, category, granularity,
		data_from, data_to, expires_at, notice, hash, language, medium, by_staff, witness, paper `+from, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []consent.Event
	for rows.Next() {
		var e consent.Event
		var family household.FamilyID
		var at, begin, end, expires int64
		if err := rows.Scan(&family, &e.ID, &e.Act, &e.Verb, &at, &e.State, &e.Scope.Purpose, &e.Scope.Recipient, &e.Scope.Category, &e.Scope.Granularity,
			&begin, &end, &expires, &e.Notice, &e.Hash, &e.Language, &e.Medium, &e.By, &e.Witness, &e.Paper); err != nil {
			return nil, err
		}
		if err := d.unseal(ctx, family, paperOf(family, e.Act), &e.Paper); err != nil {
			return nil, err
		}
		e.At, e.DataFrom, e.DataTo, e.Expires = instant(at), instant(begin), instant(end), instant(expires)
		all = append(all, e)
	}
	return all, rows.Err()
}

// Act returns one act that a reader wrote down for a family of its pilot, nothing
// for any other, and writes the access down.
func (d *DB) Act(ctx context.Context, a consent.Access, id string) (family household.FamilyID, act []consent.Event, err error) {
	const from = `FROM v_consent WHERE pilot = $1 AND by_staff = $2 AND act = $3`
	err = d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		who := []any{a.Reader.Pilot, a.Reader.Subject, id}
		if _, err := tx.ExecContext(ctx, `INSERT INTO access (at, audience, subject, family, purpose, view)
			SELECT (SELECT now FROM wall), $4, $2, COALESCE(MAX(family), ''), $5, CASE WHEN COUNT(*) > 0 THEN $6 ELSE $7 END
			FROM v_consent WHERE pilot = $1 AND by_staff = $2 AND act = $3`,
			append(who, string(a.Reader.Kind), string(a.Purpose), a.View, consent.Withheld)...); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(family), '') `+from, who...).Scan(&family); err != nil {
			return err
		}
		act, err = d.events(ctx, tx, from+` ORDER BY id`, who...)
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return family, act, nil
}

// Grants returns what a family agrees to now.
func (d *DB) Grants(ctx context.Context, family household.FamilyID) ([]consent.Grant, error) {
	g, err := grants(ctx, d.read, family)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	return g, nil
}

func grants(ctx context.Context, q querier, family household.FamilyID) ([]consent.Grant, error) {
	rows, err := q.QueryContext(ctx, selectScope, family)
	if err != nil {
		return nil, err
	}
	return scanGrants(rows)
}

// scanGrants reads and closes rows of grants.
func scanGrants(rows *sql.Rows) ([]consent.Grant, error) {
	defer rows.Close()
	var all []consent.Grant
	for rows.Next() {
		var g consent.Grant
		var from, to, since, expires int64
		if err := rows.Scan(&g.Scope.Purpose, &g.Scope.Recipient, &g.Scope.Category, &g.Scope.Granularity, &from, &to, &since, &expires); err != nil {
			return nil, err
		}
		g.DataFrom, g.DataTo, g.Since, g.Expires = instant(from), instant(to), instant(since), instant(expires)
		all = append(all, g)
	}
	return all, rows.Err()
}
