package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Say writes what a family said about scopes, and what holds because of it, in
// one transaction and at one instant of the database's clock. e gives everything
// but At and Scope; a given consent without Expires holds for validity. Without
// scopes, everything that holds is meant.
//
// Whatever held for the same purpose, recipient and category, at the scope's
// granularity or, unless e gives, at a finer one too, ends at that instant. It
// returns false for an unknown family.
func (d *DB) Say(ctx context.Context, family household.FamilyID, scopes []consent.Scope, e consent.Event, validity time.Duration) (known bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		// Two who speak for one family take turns, and read the clock after that.
		res, err := tx.ExecContext(ctx, `UPDATE family SET language = language WHERE id = $1`, family)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		known = true
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
			return err
		}
		e.At = instant(now)
		if e.Expires.IsZero() {
			e.Expires = e.At.Add(validity)
		}
		said, err := ending(ctx, tx, family, scopes, e.State == consent.Given, now)
		if err != nil {
			return err
		}
		for _, s := range said {
			e.Scope = s
			if err := say(ctx, tx, family, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("write consent: %w", err)
	}
	return known, nil
}

// ending adds to scopes those that hold now and end with them.
func ending(ctx context.Context, tx *sql.Tx, family household.FamilyID, scopes []consent.Scope, given bool, now int64) ([]consent.Scope, error) {
	if given {
		return scopes, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT purpose, recipient, category, granularity FROM "grant" WHERE family = $1 AND valid_to > $2
		ORDER BY purpose, recipient, category, granularity`, family, now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all, seen := scopes[:len(scopes):len(scopes)], map[consent.Scope]bool{}
	for _, s := range scopes {
		seen[s] = true
	}
	for rows.Next() {
		var s consent.Scope
		if err := rows.Scan(&s.Purpose, &s.Recipient, &s.Category, &s.Granularity); err != nil {
			return nil, err
		}
		if !seen[s] && (len(scopes) == 0 || finer(s, scopes)) {
			all = append(all, s)
		}
	}
	return all, rows.Err()
}

// finer reports whether s lets through more of what one of scopes names.
func finer(s consent.Scope, scopes []consent.Scope) bool {
	for _, o := range scopes {
		if s.Purpose == o.Purpose && s.Recipient == o.Recipient && s.Category == o.Category && s.Granularity > o.Granularity {
			return true
		}
	}
	return false
}

// say writes one event and what follows from it.
func say(ctx context.Context, tx *sql.Tx, family household.FamilyID, e consent.Event) error {
	now := millis(e.At)
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO consent (family, at, state, purpose, recipient, category, granularity,
			data_from, data_to, expires_at, notice, language, medium, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		family, now, e.State, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity),
		millis(e.DataFrom), until(e.DataTo), until(e.Expires), e.Notice, e.Language, e.Medium, e.By).Scan(&id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE "grant" SET valid_to = $1
		WHERE family = $2 AND purpose = $3 AND recipient = $4 AND category = $5 AND granularity = $6 AND valid_to > $1`,
		now, family, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity))
	if err != nil || e.State != consent.Given {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO "grant" (family, purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to, consent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		family, e.Scope.Purpose, e.Scope.Recipient, e.Scope.Category, int(e.Scope.Granularity),
		millis(e.DataFrom), until(e.DataTo), now, until(e.Expires), id)
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
	rows, err := d.read.QueryContext(ctx, `SELECT id, at, state, purpose, recipient, category, granularity,
			data_from, data_to, expires_at, notice, language, medium, by_staff
		FROM consent WHERE family = $1 ORDER BY id`, family)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	defer rows.Close()
	var all []consent.Event
	for rows.Next() {
		var e consent.Event
		var at, from, to, expires int64
		if err := rows.Scan(&e.ID, &at, &e.State, &e.Scope.Purpose, &e.Scope.Recipient, &e.Scope.Category, &e.Scope.Granularity,
			&from, &to, &expires, &e.Notice, &e.Language, &e.Medium, &e.By); err != nil {
			return nil, fmt.Errorf("read consents: %w", err)
		}
		e.At, e.DataFrom, e.DataTo, e.Expires = instant(at), instant(from), instant(to), instant(expires)
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return all, nil
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
	rows, err := q.QueryContext(ctx, `SELECT purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to
		FROM v_scope WHERE family = $1 ORDER BY purpose, recipient, category, granularity`, family)
	if err != nil {
		return nil, err
	}
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
