package records

import (
	"context"
	"database/sql"

	"foyer/internal/energy"
	"foyer/internal/household"
)

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
