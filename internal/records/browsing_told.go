package records

import (
	"context"
	"database/sql"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Browses returns who of a reader's pilot opened the figures of many families after an
// instant, the newest first, at most limit of them. It writes the read down.
func (d *DB) Browses(ctx context.Context, a consent.Access, after time.Time, limit int) (list []household.Browse, err error) {
	err = d.atDesk(ctx, a, "list who opened many families", func(tx *sql.Tx) (err error) {
		list, err = all(ctx, tx, `SELECT b.staff, s.name, b.began_at, b.last_at, b.families FROM browsing b JOIN staff s ON s.id = b.staff
			WHERE s.pilot = $1 AND b.last_at > $2 ORDER BY b.last_at DESC, b.id DESC LIMIT $3`, func(row rowScanner, x *household.Browse) error {
			var staff string
			var began, last int64
			if err := row.Scan(&staff, &x.Name, &began, &last, &x.Families); err != nil {
				return err
			}
			x.Began, x.Last = instant(began), instant(last)
			return d.unseal(ctx, "", nameOf(staff), &x.Name)
		}, a.Reader.Pilot, millis(after), limit)
		return err
	})
	return list, err
}
