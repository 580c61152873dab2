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

// AddInvitation keeps a code for a family and forgets its unused ones; false for
// an unknown family.
func (d *DB) AddInvitation(ctx context.Context, family household.FamilyID, code string, lifetime time.Duration) (known bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM invitation WHERE family = $1 AND used_at = 0`, family); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO invitation (hash, family, expires_at)
			SELECT CAST($1 AS TEXT), id, (SELECT now FROM wall) + $2 FROM family WHERE id = $3`, digest(code), lifetime.Milliseconds(), family)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		known = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("add invitation: %w", err)
	}
	return known, nil
}

// Invitation says what a code is good for, and in which language to say so. It
// changes nothing.
func (d *DB) Invitation(ctx context.Context, code string) (household.InvitationState, string, error) {
	var used, expired bool
	var language string
	err := d.read.QueryRowContext(ctx, `SELECT CASE WHEN i.used_at > 0 THEN 1 ELSE 0 END,
			CASE WHEN i.expires_at <= (SELECT now FROM wall) THEN 1 ELSE 0 END, f.language
		FROM invitation i JOIN family f ON f.id = i.family WHERE i.hash = $1`, digest(code)).Scan(&used, &expired, &language)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return household.InvitationUnknown, "", nil
	case err != nil:
		return "", "", fmt.Errorf("read invitation: %w", err)
	case used:
		return household.InvitationUsed, language, nil
	case expired:
		return household.InvitationExpired, language, nil
	}
	return household.InvitationOpen, language, nil
}

// UseInvitation uses a code up and lets the phone in that shows token, unless the
// family has as many phones as it may. It returns what the code was good for.
func (d *DB) UseInvitation(ctx context.Context, code, token string, lifetime time.Duration, phones int) (household.InvitationState, error) {
	state := household.InvitationUnknown
	err := d.tx(ctx, func(tx *sql.Tx) error {
		var family household.FamilyID
		err := tx.QueryRowContext(ctx, `UPDATE invitation SET used_at = (SELECT now FROM wall)
			WHERE hash = $1 AND used_at = 0 AND expires_at > (SELECT now FROM wall) RETURNING family`, digest(code)).Scan(&family)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok, err := connect(ctx, tx, family, token, lifetime, phones)
		if err == nil && !ok {
			state, err = household.InvitationFull, errFull
		} else if err == nil {
			state = household.InvitationOpen
		}
		return err
	})
	if err != nil && !errors.Is(err, errFull) {
		return "", fmt.Errorf("use invitation: %w", err)
	}
	if state == household.InvitationUnknown {
		state, _, err = d.Invitation(ctx, code)
		return state, err
	}
	return state, nil
}

var errFull = errors.New("as many phones as there may be")

// ConnectPhone lets a phone of a family in that shows token; false for an unknown
// family and when it has as many phones as it may.
func (d *DB) ConnectPhone(ctx context.Context, family household.FamilyID, token string, lifetime time.Duration, phones int) (ok bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) (err error) {
		ok, err = connect(ctx, tx, family, token, lifetime, phones)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("connect phone: %w", err)
	}
	return ok, nil
}

func connect(ctx context.Context, tx *sql.Tx, family household.FamilyID, token string, lifetime time.Duration, phones int) (bool, error) {
	// Two phones of one family take turns.
	res, err := tx.ExecContext(ctx, `UPDATE family SET language = language WHERE id = $1`, family)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	var connected int
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM session
		WHERE kind = 'family' AND subject = $1 AND expires_at > (SELECT now FROM wall)`, family).Scan(&connected)
	if err != nil || connected >= phones {
		return false, err
	}
	return true, openSession(ctx, tx, token, consent.Family, string(family), lifetime)
}
