package records

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// AddStaff keeps a person and the hash of their password; false when the address is taken.
func (d *DB) AddStaff(ctx context.Context, s household.Staff, password string) (bool, error) {
	index, email, name, err := d.sealStaff(ctx, s)
	if err != nil {
		return false, fmt.Errorf("add staff: %w", err)
	}
	return d.insert(ctx, "add staff", `INSERT INTO staff (id, pilot, email, email_index, name, role, password)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, s.ID, s.Pilot, email, index, name, s.Role, password)
}

// sealStaff returns the index of a person's address, and address and name sealed.
func (d *DB) sealStaff(ctx context.Context, s household.Staff) (index, email, name string, err error) {
	if index, err = d.emailIndex(s.Email); err != nil {
		return "", "", "", err
	}
	if email, err = d.seal(ctx, "", emailOf(s.ID), s.Email); err != nil {
		return "", "", "", err
	}
	name, err = d.seal(ctx, "", nameOf(s.ID), s.Name)
	return index, email, name, err
}

func (d *DB) emailIndex(email string) (string, error) { return d.keys.Index("staff.email", email) }

// unsealStaff opens what [DB.sealStaff] sealed.
func (d *DB) unsealStaff(ctx context.Context, s *household.Staff) error {
	if err := d.unseal(ctx, "", emailOf(s.ID), &s.Email); err != nil {
		return err
	}
	return d.unseal(ctx, "", nameOf(s.ID), &s.Name)
}

// StaffByEmail returns a person and the hash of their password; false when there is none.
func (d *DB) StaffByEmail(ctx context.Context, email string) (s household.Staff, password string, known bool, err error) {
	index, err := d.emailIndex(email)
	if err != nil {
		return household.Staff{}, "", false, fmt.Errorf("read staff: %w", err)
	}
	return d.person(ctx, ` WHERE email_index = $1`, index)
}

// StaffByID is StaffByEmail by id.
func (d *DB) StaffByID(ctx context.Context, id string) (s household.Staff, password string, known bool, err error) {
	return d.person(ctx, ` WHERE id = $1 AND password <> ''`, id)
}

const selectStaff = `SELECT id, pilot, email, name, role, totp_at > 0, password FROM staff`

func (d *DB) person(ctx context.Context, where, value string) (s household.Staff, password string, known bool, err error) {
	err = d.read.QueryRowContext(ctx, selectStaff+where, value).
		Scan(&s.ID, &s.Pilot, &s.Email, &s.Name, &s.Role, &s.SecondFactor, &password)
	if errors.Is(err, sql.ErrNoRows) {
		return household.Staff{}, "", false, nil
	}
	if err == nil {
		err = d.unsealStaff(ctx, &s)
	}
	if err != nil {
		return household.Staff{}, "", false, fmt.Errorf("read staff: %w", err)
	}
	return s, password, true, nil
}

// Staff lists who may sign in, by address.
func (d *DB) Staff(ctx context.Context) ([]household.Staff, error) {
	rows, err := d.read.QueryContext(ctx, selectStaff+` WHERE password <> ''`)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	defer rows.Close()
	var all []household.Staff
	for rows.Next() {
		var s household.Staff
		var password string
		if err := rows.Scan(&s.ID, &s.Pilot, &s.Email, &s.Name, &s.Role, &s.SecondFactor, &password); err != nil {
			return nil, fmt.Errorf("list staff: %w", err)
		}
		if err := d.unsealStaff(ctx, &s); err != nil {
			return nil, fmt.Errorf("list staff: %w", err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	slices.SortFunc(all, func(a, b household.Staff) int { return cmp.Compare(a.Email, b.Email) })
	return all, nil
}

// SetPassword replaces a password and ends the person's sessions; false when
// there is nobody of that address.
func (d *DB) SetPassword(ctx context.Context, email, password string) (bool, error) {
	return d.changeStaff(ctx, "set password", email, change{`UPDATE staff SET password = $2 WHERE id = $1`, []any{password}})
}

// giveBack ends the case-load of a person.
const giveBack = `UPDATE case_load SET to_at = (SELECT now FROM wall) WHERE staff = $1 AND to_at > (SELECT now FROM wall)`

// SetRole gives a person another role and ends their sessions and their case-load;
// false when there is nobody of that address.
func (d *DB) SetRole(ctx context.Context, email, role string) (bool, error) {
	return d.changeStaff(ctx, "set role", email, change{giveBack, nil}, change{`UPDATE staff SET role = $2 WHERE id = $1`, []any{role}})
}

// RemoveStaff ends a person's sessions and case-load, and that they may sign in;
// their name stays in the history of alerts. False when there is nobody of that address.
func (d *DB) RemoveStaff(ctx context.Context, email string) (bool, error) {
	changes := []change{{giveBack, nil}}
	for _, statement := range removal {
		changes = append(changes, change{statement, nil})
	}
	return d.changeStaffAnd(ctx, "remove staff", email, func(tx *sql.Tx, id string) error { return d.beside(ctx, tx, "", staffEnded+" "+id) }, changes...)
}

// removal ends that a person, whose id is $1, may sign in.
var removal = []string{
	`UPDATE staff SET password = '', totp = '', totp_at = 0, email = 'removed:' || id, email_index = 'removed:' || id WHERE id = $1 AND password <> ''`,
	`DELETE FROM recovery WHERE staff = $1`,
}

// A change is a statement about a person, whose id is its first parameter.
type change struct {
	query string
	more  []any
}

// changeStaff ends a person's sessions and makes changes, in one transaction.
func (d *DB) changeStaff(ctx context.Context, what, email string, changes ...change) (known bool, err error) {
	return d.changeStaffAnd(ctx, what, email, func(*sql.Tx, string) error { return nil }, changes...)
}

// changeStaffAnd is changeStaff and what is to be done with it.
func (d *DB) changeStaffAnd(ctx context.Context, what, email string, and func(*sql.Tx, string) error, changes ...change) (known bool, err error) {
	index, err := d.emailIndex(email)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var id string
		err := tx.QueryRowContext(ctx, `SELECT id FROM staff WHERE email_index = $1`, index).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		known = true
		if err := endStaff(ctx, tx, id); err != nil {
			return err
		}
		for _, c := range changes {
			if _, err := tx.ExecContext(ctx, c.query, append([]any{id}, c.more...)...); err != nil {
				return err
			}
		}
		return and(tx, id)
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return known, nil
}

// endStaff ends the sessions of a person, and what was to become one.
func endStaff(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, sessionsOfStaff, id)
	return err
}

const sessionsOfStaff = `DELETE FROM session WHERE kind IN ('staff', '` + held + `', '` + setup + `') AND subject = $1`

// OpenStaff lets a member of staff in who shows token, for a lifetime of the
// database's clock.
func (d *DB) OpenStaff(ctx context.Context, token, staff string, lifetime time.Duration) error {
	err := d.tx(ctx, func(tx *sql.Tx) error { return openSession(ctx, tx, token, consent.Staff, staff, lifetime) })
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	return nil
}

func openSession(ctx context.Context, tx *sql.Tx, token string, kind consent.Kind, subject string, lifetime time.Duration) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE expires_at <= (SELECT now FROM wall)`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO session (hash, kind, subject, expires_at, id, opened_at, used_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), now + $4, CAST($5 AS TEXT), now / $6 * $6, now / $6 * $6 FROM wall`,
		digest(token), string(kind), subject, lifetime.Milliseconds(), "d"+strings.ToLower(rand.Text()), phoneDay)
	return err
}

// EndSession ends one session; false when there is none.
func (d *DB) EndSession(ctx context.Context, token string) (bool, error) {
	return d.insert(ctx, "end session", `DELETE FROM session WHERE hash = $1`, digest(token))
}

// EndPhones ends the session of every phone of a family.
func (d *DB) EndPhones(ctx context.Context, family household.FamilyID) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		_, err := d.endPhones(ctx, tx, family, "")
		return err
	})
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
