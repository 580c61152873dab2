package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/household"
)

// Phones lists the connected phones of a family, in the order they were connected.
// The one that shows token is marked.
func (d *DB) Phones(ctx context.Context, family household.FamilyID, token string) ([]household.Phone, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, opened_at, used_at, CASE WHEN hash = $2 THEN 1 ELSE 0 END FROM session
		WHERE kind = 'family' AND subject = $1 AND expires_at > (SELECT now FROM wall) ORDER BY expires_at, id`, string(family), digest(token))
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	defer rows.Close()
	var all []household.Phone
	for rows.Next() {
		var p household.Phone
		var opened, used int64
		if err := rows.Scan(&p.ID, &opened, &used, &p.This); err != nil {
			return nil, fmt.Errorf("list phones: %w", err)
		}
		p.Connected, p.Used = instant(opened), instant(used)
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	return all, nil
}

// EndPhone ends the session of one phone of a family; false when there is none.
func (d *DB) EndPhone(ctx context.Context, family household.FamilyID, id string) (ended bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		n, err := d.endPhones(ctx, tx, family, id)
		ended = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("end session: %w", err)
	}
	return ended, nil
}

// endPhones ends the session of a phone of a family, of all with "", and returns of how
// many. It is noted beside the keys: who was shown out does not come in again with a copy
// of the records from before.
func (d *DB) endPhones(ctx context.Context, tx *sql.Tx, family household.FamilyID, id string) (int, error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM session WHERE kind = 'family' AND subject = $1 AND $2 IN ('', id) RETURNING id`, string(family), id)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var ended []string
	for rows.Next() {
		var phone string
		if err := rows.Scan(&phone); err != nil {
			return 0, err
		}
		ended = append(ended, phoneEnded+" "+phone)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	return len(ended), d.beside(ctx, tx, string(family), ended...)
}

// usePhone notes the day a phone is used on.
func (d *DB) usePhone(ctx context.Context, token string) error {
	_, err := d.write.ExecContext(ctx, `UPDATE session SET used_at = (SELECT now FROM wall) / $2 * $2 WHERE hash = $1`, digest(token), phoneDay)
	if err != nil {
		return fmt.Errorf("note use of phone: %w", err)
	}
	return nil
}

// phoneDay is how exactly the use of phones is noted, in milliseconds: who is at home with
// somebody learns nothing of when they look.
const phoneDay = int64(24 * time.Hour / time.Millisecond)
