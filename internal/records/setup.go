package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/household"
)

// setup is the kind of a session of who may choose a password, and nothing else: it is
// nobody's to SessionReader.
const setup = "setup"

// AddSetup keeps for a lifetime of the database's clock that who shows token may choose a
// person's password, and ends those setups of theirs before; false when there is nobody of
// that address.
func (d *DB) AddSetup(ctx context.Context, email, token string, lifetime time.Duration) (known bool, err error) {
	index, err := d.emailIndex(email)
	if err != nil {
		return false, fmt.Errorf("add setup: %w", err)
	}
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var id string
		err := tx.QueryRowContext(ctx, `SELECT id FROM staff WHERE email_index = $1 AND password <> ''`, index).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		known = true
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE kind = '`+setup+`' AND subject = $1`, id); err != nil {
			return err
		}
		return openSession(ctx, tx, token, setup, id, lifetime)
	})
	if err != nil {
		return false, fmt.Errorf("add setup: %w", err)
	}
	return known, nil
}

const selectSetup = `SELECT t.id, t.pilot, t.email, t.name, t.role FROM session s JOIN staff t ON t.id = s.subject
	WHERE s.hash = $1 AND s.kind = '` + setup + `' AND s.expires_at > (SELECT now FROM wall) AND t.password <> ''`

// Setup returns whose password who shows token may choose; false when nobody's. It
// changes nothing.
func (d *DB) Setup(ctx context.Context, token string) (s household.Staff, known bool, err error) {
	err = d.read.QueryRowContext(ctx, selectSetup, digest(token)).Scan(&s.ID, &s.Pilot, &s.Email, &s.Name, &s.Role)
	if errors.Is(err, sql.ErrNoRows) {
		return household.Staff{}, false, nil
	}
	if err == nil {
		err = d.unsealStaff(ctx, &s)
	}
	if err != nil {
		return household.Staff{}, false, fmt.Errorf("read setup: %w", err)
	}
	return s, true, nil
}

// UseSetup uses a token of AddSetup up, replaces the person's password and ends their
// sessions; false, without a change, when it stands for nobody.
func (d *DB) UseSetup(ctx context.Context, token, password string) (household.Staff, bool, error) {
	s, known, err := d.Setup(ctx, token)
	if err != nil || !known {
		return household.Staff{}, false, err
	}
	err = d.tx(ctx, func(tx *sql.Tx) error {
		// Of two at once one uses it up.
		res, err := tx.ExecContext(ctx, `DELETE FROM session WHERE hash = $1 AND kind = '`+setup+`' AND expires_at > (SELECT now FROM wall)`, digest(token))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if known = n > 0; err != nil || !known {
			return err
		}
		if err := endStaff(ctx, tx, s.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE staff SET password = $2 WHERE id = $1 AND password <> ''`, s.ID, password)
		return err
	})
	if err != nil {
		return household.Staff{}, false, fmt.Errorf("use setup: %w", err)
	}
	return s, known, nil
}
