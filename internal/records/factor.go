package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/household"
)

// held is the kind of a session of who has shown a password alone: it is nobody's
// to SessionReader.
const held = "held"

// HoldStaff keeps for a lifetime of the database's clock that somebody who shows
// token has shown a person's password.
func (d *DB) HoldStaff(ctx context.Context, token, staff string, lifetime time.Duration) error {
	err := d.tx(ctx, func(tx *sql.Tx) error { return openSession(ctx, tx, token, held, staff, lifetime) })
	if err != nil {
		return fmt.Errorf("hold session: %w", err)
	}
	return nil
}

// Held returns whose password a token of HoldStaff stands for, and their secret.
func (d *DB) Held(ctx context.Context, token string) (s household.Staff, secret string, known bool, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT t.id, t.pilot, t.email, t.name, t.role, t.totp, t.totp_at > 0 FROM session s JOIN staff t ON t.id = s.subject
		WHERE s.hash = $1 AND s.kind = '`+held+`' AND s.expires_at > (SELECT now FROM wall) AND t.password <> ''`, digest(token)).
		Scan(&s.ID, &s.Pilot, &s.Email, &s.Name, &s.Role, &secret, &s.SecondFactor)
	if errors.Is(err, sql.ErrNoRows) {
		return household.Staff{}, "", false, nil
	}
	if err == nil {
		err = d.unsealStaff(ctx, &s)
	}
	if err == nil {
		err = d.unseal(ctx, "", totpOf(s.ID), &secret)
	}
	if err != nil {
		return household.Staff{}, "", false, fmt.Errorf("read held session: %w", err)
	}
	return s, secret, true, nil
}

// OfferSecret keeps a secret for a person who has none, and returns the one that
// then stands there.
func (d *DB) OfferSecret(ctx context.Context, staff, secret string) (kept string, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		sealed, err := d.seal(ctx, "", totpOf(staff), secret)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET totp = $2 WHERE id = $1 AND totp = '' AND totp_at = 0`, staff, sealed); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT totp FROM staff WHERE id = $1`, staff).Scan(&kept); err != nil {
			return err
		}
		return d.unseal(ctx, "", totpOf(staff), &kept)
	})
	if err != nil {
		return "", fmt.Errorf("offer secret: %w", err)
	}
	return kept, nil
}

// ConfirmSecret has a waiting secret hold; false when one holds already.
func (d *DB) ConfirmSecret(ctx context.Context, staff string, step int64, recovery []string) (confirmed bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE staff SET totp_at = (SELECT now FROM wall), totp_step = $2 WHERE id = $1 AND totp <> '' AND totp_at = 0`, staff, step)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		confirmed = true
		if _, err := tx.ExecContext(ctx, `DELETE FROM recovery WHERE staff = $1`, staff); err != nil {
			return err
		}
		for _, code := range recovery {
			if _, err := tx.ExecContext(ctx, `INSERT INTO recovery (staff, hash) VALUES ($1, $2)`, staff, digest(code)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("confirm secret: %w", err)
	}
	return confirmed, nil
}

// UseStep uses a time step up; false when it was, or a later one.
func (d *DB) UseStep(ctx context.Context, staff string, step int64) (bool, error) {
	return d.insert(ctx, "use code", `UPDATE staff SET totp_step = $2 WHERE id = $1 AND totp_at > 0 AND totp_step < $2`, staff, step)
}

// UseRecovery uses a recovery code up; false when there is no such one.
func (d *DB) UseRecovery(ctx context.Context, staff, code string) (bool, error) {
	return d.insert(ctx, "use recovery code", `DELETE FROM recovery WHERE staff = $1 AND hash = $2`, staff, digest(code))
}

// ForgetSecret has a person set their second factor up anew, and ends their
// sessions; false when there is nobody of that address.
func (d *DB) ForgetSecret(ctx context.Context, email string) (bool, error) {
	return d.changeStaff(ctx, "forget secret", email,
		change{`UPDATE staff SET totp = '', totp_at = 0, totp_step = 0 WHERE id = $1`, nil},
		change{`DELETE FROM recovery WHERE staff = $1`, nil})
}
