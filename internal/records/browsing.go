package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/browsing"
	"foyer/internal/household"
)

// openedOne holds for the reads by which a member of staff was given figures of one family:
// its summary, use, money, findings and answers, as they stand or stood. A list is none.
// Nor is an alert, which comes by itself; nor what a machine's token reads, which may have
// all families in one list anyway. It stands word for word in the index access_opened:
// else all accesses there are would be gone through.
const openedOne = `audience = 'staff' AND purpose = 'cooperative_summary' AND family <> '' AND view <> 'withheld' AND substr(view, 1, 9) <> 'summaries'`

const (
	selectOpened = `SELECT subject, family, at FROM access WHERE ` + openedOne + ` AND at > $1 ORDER BY at, id`
	selectSpells = `SELECT staff, began_at, last_at, families FROM browsing WHERE last_at > $1 ORDER BY id`
	keepSpell    = `INSERT INTO browsing (staff, began_at, last_at, families) VALUES ($1, $2, $3, $4)
		ON CONFLICT (staff, began_at) DO UPDATE SET last_at = excluded.last_at, families = excluded.families`
)

// WatchBrowsing joins what staff opened within back of now, by the database's clock, into
// the spells that are kept, and returns how many are new.
func (d *DB) WatchBrowsing(ctx context.Context, back time.Duration) (warnings int, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
			return err
		}
		since := now - back.Milliseconds()
		known, err := all(ctx, tx, selectSpells, scanSpell, since)
		if err != nil {
			return err
		}
		openings, err := all(ctx, tx, selectOpened, scanOpening, since)
		if err != nil {
			return err
		}
		spells := browsing.Join(known, openings, household.MostOpened)
		warnings = len(spells) - len(known)
		for i, s := range spells {
			if i < len(known) && s == known[i] {
				continue
			}
			if _, err := tx.ExecContext(ctx, keepSpell, s.Staff, millis(s.Began), millis(s.Last), s.Families); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look who opened many families: %w", err)
	}
	return warnings, nil
}

func scanSpell(row rowScanner, s *browsing.Spell) error {
	var began, last int64
	err := row.Scan(&s.Staff, &began, &last, &s.Families)
	s.Began, s.Last = instant(began), instant(last)
	return err
}

func scanOpening(row rowScanner, o *browsing.Opening) error {
	var at int64
	err := row.Scan(&o.Staff, &o.Family, &at)
	o.At = instant(at)
	return err
}
