package records

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// AddToken keeps a bearer token for a lifetime of the database's clock; false
// when its pilot is unknown.
func (d *DB) AddToken(ctx context.Context, t household.Token, bearer string, lifetime time.Duration) (bool, error) {
	name, err := d.seal(ctx, "", nameOf(t.ID), t.Name)
	if err != nil {
		return false, fmt.Errorf("add token: %w", err)
	}
	return d.insert(ctx, "add token", `INSERT INTO token (id, hash, pilot, name, expires_at, scopes)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), id, CAST($3 AS TEXT), (SELECT now FROM wall) + $4, CAST($5 AS TEXT) FROM pilot WHERE id = $6`,
		t.ID, digest(bearer), name, lifetime.Milliseconds(), t.Scopes, t.Pilot)
}

// Tokens lists the tokens by name, ended ones too.
func (d *DB) Tokens(ctx context.Context) ([]household.Token, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, pilot, name, scopes, expires_at, last_used FROM token`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	defer rows.Close()
	var all []household.Token
	for rows.Next() {
		var t household.Token
		var expires, used int64
		if err := rows.Scan(&t.ID, &t.Pilot, &t.Name, &t.Scopes, &expires, &used); err != nil {
			return nil, fmt.Errorf("list tokens: %w", err)
		}
		if err := d.unseal(ctx, "", nameOf(t.ID), &t.Name); err != nil {
			return nil, fmt.Errorf("list tokens: %w", err)
		}
		t.Expires, t.LastUsed = instant(expires), instant(used)
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	slices.SortFunc(all, func(a, b household.Token) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// RemoveToken ends a token at once; its name stays in the history of alerts.
// False when there is none.
func (d *DB) RemoveToken(ctx context.Context, id string) (removed bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE token SET expires_at = (SELECT now FROM wall)
			WHERE id = $1 AND expires_at > (SELECT now FROM wall)`, id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if removed = n > 0; err != nil || !removed {
			return err
		}
		return d.beside(ctx, tx, "", tokenEnded+" "+id)
	})
	if err != nil {
		return false, fmt.Errorf("remove token: %w", err)
	}
	return removed, nil
}

// SessionReader returns who a session's token lets in, and notes that a phone was
// used, once a day; a zero Reader for nobody.
func (d *DB) SessionReader(ctx context.Context, token string) (consent.Reader, error) {
	r, due, err := d.reader(ctx, `SELECT s.kind, s.subject, COALESCE(t.name, ''), COALESCE(t.role, ''), '', p.id, p.zone, COALESCE(f.language, ''),
			CASE WHEN s.kind = 'family' AND s.used_at <= (SELECT now FROM wall) - 86400000 THEN 1 ELSE 0 END
		FROM session s
			LEFT JOIN staff t ON s.kind = 'staff' AND t.id = s.subject AND t.password <> ''
			LEFT JOIN family f ON s.kind = 'family' AND f.id = s.subject
			JOIN pilot p ON p.id = COALESCE(t.pilot, f.pilot)
		WHERE s.hash = $1 AND s.expires_at > (SELECT now FROM wall)`, token)
	if err == nil && due {
		err = d.usePhone(ctx, token)
	}
	return r, err
}

// BearerReader returns whom a bearer token lets in, and notes that it was used,
// at most once a minute; a zero Reader for nobody.
func (d *DB) BearerReader(ctx context.Context, token string) (consent.Reader, error) {
	r, due, err := d.reader(ctx, `SELECT 'token', t.id, t.name, '', t.scopes, p.id, p.zone, '',
			CASE WHEN t.last_used < (SELECT now FROM wall) - 60000 THEN 1 ELSE 0 END
		FROM token t JOIN pilot p ON p.id = t.pilot
		WHERE t.hash = $1 AND t.expires_at > (SELECT now FROM wall)`, token)
	if err != nil || !due {
		return r, err
	}
	_, err = d.write.ExecContext(ctx, `UPDATE token SET last_used = (SELECT now FROM wall) WHERE id = $1`, r.Subject)
	if err != nil {
		return consent.Reader{}, fmt.Errorf("note use of token: %w", err)
	}
	return r, nil
}

// reader returns who is behind a token, and whether its use is to be noted.
func (d *DB) reader(ctx context.Context, query, token string) (r consent.Reader, due bool, err error) {
	rows, err := d.again(ctx, query, []any{digest(token)})
	if err == nil {
		defer rows.Close()
		if rows.Next() {
			err = rows.Scan(&r.Kind, &r.Subject, &r.Name, &r.Role, &r.Scopes, &r.Pilot, &r.Zone, &r.Language, &due)
		}
		err = errors.Join(err, rows.Err())
	}
	if err == nil && r.Kind != "" {
		err = d.unseal(ctx, "", nameOf(r.Subject), &r.Name)
	}
	if err != nil {
		return consent.Reader{}, false, fmt.Errorf("read who it is: %w", err)
	}
	return r, due, nil
}
