package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// ofDesk holds for the families whose names somebody may see: all of the pilot, or
// for a caseworker those of its case-load that agree to show the cooperative
// something. The first parameter is the pilot, the second the caseworker or "".
const ofDesk = ` f.pilot = $1 AND ($2 = '' OR f.id IN (SELECT l.family FROM v_case_load l WHERE l.staff = $2)
	AND f.id IN (SELECT v.family FROM v_family v WHERE v.recipient = 'cooperative'))`

// desk returns the parameters of ofDesk.
func desk(a consent.Access, more ...any) []any {
	staff := ""
	if (glance{access: a}).caseworker() {
		staff = a.Reader.Subject
	}
	return append([]any{a.Reader.Pilot, staff}, more...)
}

// atDesk runs fn in one transaction that writes down who looked at names. The
// command line has nobody to write down.
func (d *DB) atDesk(ctx context.Context, a consent.Access, what string, fn func(*sql.Tx) error) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		if a.Reader.Kind != "" {
			_, err := tx.ExecContext(ctx, `INSERT INTO access (at, audience, subject, family, purpose, view)
				VALUES ((SELECT now FROM wall), $1, $2, '', $3, $4)`, string(a.Reader.Kind), a.Reader.Subject, string(a.Purpose), a.View)
			if err != nil {
				return err
			}
		}
		return fn(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Households returns the families after an id whose names a reader may see, by id.
func (d *DB) Households(ctx context.Context, a consent.Access, after household.FamilyID, limit int) (all []household.Household, err error) {
	err = d.atDesk(ctx, a, "list households", func(tx *sql.Tx) (err error) {
		all, err = d.households(ctx, tx, a, ` AND f.id > $3 ORDER BY f.id LIMIT $4`, string(after), limit)
		return err
	})
	return all, err
}

// Household returns one, nil when there is none that may be seen.
func (d *DB) Household(ctx context.Context, a consent.Access, family household.FamilyID) (h *household.Household, err error) {
	err = d.atDesk(ctx, a, "read household", func(tx *sql.Tx) error {
		all, err := d.households(ctx, tx, a, ` AND f.id = $3`, string(family))
		if err == nil && len(all) > 0 {
			h = &all[0]
		}
		return err
	})
	return h, err
}

// households reads those that a desk may see, with who helps them.
func (d *DB) households(ctx context.Context, tx *sql.Tx, a consent.Access, and string, more ...any) ([]household.Household, error) {
	//nolint:gosec // only constants are joined
	rows, err := tx.QueryContext(ctx, `SELECT f.id, f.pilot, f.label, f.language, f.since, COALESCE(p.phones, 0)
		FROM family f LEFT JOIN v_phone p ON p.family = f.id WHERE`+ofDesk+and, desk(a, more...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Household
	at := map[household.FamilyID]int{}
	for rows.Next() {
		var h household.Household
		var since int64
		if err := rows.Scan(&h.Family.ID, &h.Family.Pilot, &h.Family.Label, &h.Family.Language, &since, &h.Phones); err != nil {
			return nil, err
		}
		if err := d.unseal(ctx, h.Family.ID, labelOf(h.Family.ID), &h.Family.Label); err != nil {
			return nil, err
		}
		h.Family.Since = instant(since)
		at[h.Family.ID] = len(all)
		all = append(all, h)
	}
	if err := rows.Err(); err != nil || len(all) == 0 {
		return nil, err
	}
	open, err := d.assignments(ctx, tx, ` AND f.id >= $3 AND f.id <= $4 AND c.to_at > (SELECT now FROM wall) ORDER BY c.from_at, c.id`,
		desk(a, string(all[0].Family.ID), string(all[len(all)-1].Family.ID))...)
	for _, x := range open {
		if i, ok := at[x.Family]; ok {
			all[i].CaseLoad = append(all[i].CaseLoad, x)
		}
	}
	return all, err
}

// assignments reads those of the families that a desk may see.
func (d *DB) assignments(ctx context.Context, tx *sql.Tx, and string, args ...any) ([]household.Assignment, error) {
	//nolint:gosec // only constants are joined
	rows, err := tx.QueryContext(ctx, `SELECT c.id, c.family, f.label, c.staff, s.name, c.from_at,
			CASE WHEN c.to_at > (SELECT now FROM wall) THEN 0 ELSE c.to_at END, COALESCE(b.name, ''), COALESCE(e.name, ''), c.by_staff, c.ended_by
		FROM case_load c JOIN family f ON f.id = c.family JOIN staff s ON s.id = c.staff
			LEFT JOIN staff b ON b.id = c.by_staff LEFT JOIN staff e ON e.id = c.ended_by WHERE`+ofDesk+and, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Assignment
	for rows.Next() {
		var x household.Assignment
		var by, ended string
		var from, to int64
		if err := rows.Scan(&x.ID, &x.Family, &x.Label, &x.Staff, &x.StaffName, &from, &to, &x.By, &x.EndedBy, &by, &ended); err != nil {
			return nil, err
		}
		err := errors.Join(d.unseal(ctx, x.Family, labelOf(x.Family), &x.Label), d.unseal(ctx, "", nameOf(x.Staff), &x.StaffName),
			d.unseal(ctx, "", nameOf(by), &x.By), d.unseal(ctx, "", nameOf(ended), &x.EndedBy))
		if err != nil {
			return nil, err
		}
		x.From = instant(from)
		if to > 0 {
			x.To = instant(to)
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// Assignments returns those after an id, ended ones too, by id.
func (d *DB) Assignments(ctx context.Context, a consent.Access, after string, limit int) (all []household.Assignment, err error) {
	err = d.atDesk(ctx, a, "list case-loads", func(tx *sql.Tx) (err error) {
		all, err = d.assignments(ctx, tx, ` AND c.id > $3 ORDER BY c.id LIMIT $4`, desk(a, after, limit)...)
		return err
	})
	return all, err
}

// Assignment returns one, nil when there is none that may be seen.
func (d *DB) Assignment(ctx context.Context, a consent.Access, id string) (x *household.Assignment, err error) {
	err = d.atDesk(ctx, a, "read case-load", func(tx *sql.Tx) (err error) {
		x, err = d.assignment(ctx, tx, a, id)
		return err
	})
	return x, err
}

func (d *DB) assignment(ctx context.Context, tx *sql.Tx, a consent.Access, id string) (*household.Assignment, error) {
	all, err := d.assignments(ctx, tx, ` AND c.id = $3`, desk(a, id)...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Assign has a caseworker help a family that may be seen, from now on. It returns
// the assignment, also when there was one.
func (d *DB) Assign(ctx context.Context, a consent.Access, h household.Referral) (x *household.Assignment, state household.ReferralState, err error) {
	err = d.atDesk(ctx, a, "assign family", func(tx *sql.Tx) error {
		// Two who assign at once take turns.
		if _, err := tx.ExecContext(ctx, `UPDATE family SET language = language WHERE id = $1`, h.Family); err != nil {
			return err
		}
		var helper, known int
		err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM family f WHERE`+ofDesk+` AND f.id = $3),
			(SELECT COUNT(*) FROM staff WHERE id = $4 AND pilot = $1 AND role = 'caseworker' AND password <> '')`,
			desk(a, string(h.Family), h.Staff)...).Scan(&known, &helper)
		switch {
		case err != nil:
			return err
		case known == 0:
			state = household.NoFamily
			return nil
		case helper == 0:
			state = household.NoHelper
			return nil
		}
		has, err := d.assignments(ctx, tx, ` AND c.family = $3 AND c.staff = $4 AND c.to_at > (SELECT now FROM wall)`, desk(a, string(h.Family), h.Staff)...)
		if err != nil {
			return err
		}
		if len(has) > 0 {
			x, state = &has[0], household.HadAlready
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO case_load (id, family, staff, from_at, by_staff)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), now, CAST($4 AS TEXT) FROM wall`, h.ID, string(h.Family), h.Staff, a.Reader.Subject)
		if err != nil {
			return err
		}
		state = household.HandedOver
		x, err = d.assignment(ctx, tx, a, h.ID)
		return err
	})
	return x, state, err
}

// EndAssignment ends one that may be seen, from now on, and returns it as it then
// stands; nil when there is none. One that ended stays as it was.
func (d *DB) EndAssignment(ctx context.Context, a consent.Access, id string) (x *household.Assignment, err error) {
	err = d.atDesk(ctx, a, "end case-load", func(tx *sql.Tx) error {
		if x, err = d.assignment(ctx, tx, a, id); err != nil || x == nil || !x.To.IsZero() {
			return err
		}
		var at int64
		err := tx.QueryRowContext(ctx, `UPDATE case_load SET to_at = (SELECT now FROM wall), ended_by = $2 WHERE id = $1 RETURNING to_at`,
			id, a.Reader.Subject).Scan(&at)
		// Who gives a family away does not see it any more.
		x.To, x.EndedBy = instant(at), a.Reader.Name
		return err
	})
	return x, err
}

// Disconnect ends the session of every phone of a family that may be seen; false
// when there is none.
func (d *DB) Disconnect(ctx context.Context, a consent.Access, family household.FamilyID) (known bool, err error) {
	err = d.atDesk(ctx, a, "disconnect phones", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM family f WHERE`+ofDesk+` AND f.id = $3`, desk(a, string(family))...).Scan(&n); err != nil || n == 0 {
			return err
		}
		known = true
		_, err := d.endPhones(ctx, tx, family, "")
		return err
	})
	return known, err
}
