package records

import (
	"context"
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
func (d *DB) EndPhone(ctx context.Context, family household.FamilyID, id string) (bool, error) {
	return d.insert(ctx, "end session", `DELETE FROM session WHERE kind = 'family' AND subject = $1 AND id = $2`, string(family), id)
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
