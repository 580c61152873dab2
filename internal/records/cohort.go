package records

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"foyer/internal/charter"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// energyYear is the indicator that homes are compared by.
const energyYear = "energy_year"

// A counting is what a family agreed to be counted in, and of which time.
type counting struct {
	category string
	from, to int64
}

// countings returns what every family agreed to be counted in now, by the database's
// clock, and a digest of it.
func (d *DB) countings(ctx context.Context) (map[household.FamilyID][]counting, string, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT family, category, data_from, data_to FROM v_grant
		WHERE purpose = 'open_statistics' AND recipient = 'public' ORDER BY family, category, data_from, data_to`)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	all, sum := map[household.FamilyID][]counting{}, sha256.New()
	for rows.Next() {
		var family household.FamilyID
		var c counting
		if err := rows.Scan(&family, &c.category, &c.from, &c.to); err != nil {
			return nil, "", err
		}
		all[family] = append(all[family], c)
		_, _ = fmt.Fprintln(sum, family, c)
	}
	return all, stampOf(sum), rows.Err()
}

// covers returns the categories in which a family agreed to be counted for all of a
// time, in order.
func covers(all []counting, from, to int64) (categories []string) {
	for _, c := range all {
		last := len(categories) - 1
		if c.from <= from && to <= c.to && (last < 0 || categories[last] != c.category) {
			categories = append(categories, c.category)
		}
	}
	return categories
}

func stampOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)[:12]) }

// CountedBy returns another text when who agreed to be counted, or from how many homes
// on, is another.
func (d *DB) CountedBy(ctx context.Context) (string, error) {
	_, by, err := d.countings(ctx)
	if err != nil {
		return "", fmt.Errorf("read who is counted: %w", err)
	}
	least, _, err := d.Least(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(by, " ", least), nil
}

// Least returns from how many homes on a figure is shown, and which share of it in % one
// may have, by the charter as it is now.
func (d *DB) Least(ctx context.Context) (homes, share int, err error) {
	c, err := d.charterNow(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read from how many homes on: %w", err)
	}
	return c.Number(charter.Homes), c.Number(charter.Share), nil
}

func (d *DB) charterNow(ctx context.Context) (charter.Charter, error) {
	book, err := bookOf(ctx, d.read)
	if err != nil {
		return charter.Charter{}, err
	}
	var now int64
	if err := d.read.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
		return charter.Charter{}, err
	}
	return book.At(instant(now)), nil
}

// CohortYears returns every year of which something is known of homes, by pilot and day.
func (d *DB) CohortYears(ctx context.Context) ([]household.CohortYear, error) {
	all, err := d.cohortYears(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what homes are compared over: %w", err)
	}
	return all, nil
}

func (d *DB) cohortYears(ctx context.Context) ([]household.CohortYear, error) {
	agreed, _, err := d.countings(ctx)
	if err != nil {
		return nil, err
	}
	least, _, err := d.Least(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := d.read.QueryContext(ctx, `SELECT f.pilot, r.from_day, MAX(r.to_day), r.family, MAX(r.id), MAX(r.start_at), COALESCE(MAX(c.stamp), '')
		FROM result r JOIN family f ON f.id = r.family
			LEFT JOIN cohort c ON c.id = (SELECT MAX(q.id) FROM cohort q WHERE q.pilot = f.pilot AND q.from_day = r.from_day)
		WHERE r.indicator = $1 GROUP BY f.pilot, r.from_day, r.family ORDER BY f.pilot, r.from_day, r.family`, energyYear)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.CohortYear
	sum := sha256.New()
	end := func() {
		if n := len(all); n > 0 {
			all[n-1].Stamp = stampOf(sum)
		}
		sum.Reset()
	}
	for rows.Next() {
		y := household.CohortYear{Least: least}
		var from, to string
		var family household.FamilyID
		var id, start int64
		if err := rows.Scan(&y.Pilot, &from, &to, &family, &id, &start, &y.Kept); err != nil {
			return nil, err
		}
		if y.From, y.To, err = span(from, to); err != nil {
			return nil, err
		}
		if n := len(all); n == 0 || all[n-1].Pilot != y.Pilot || all[n-1].From != y.From {
			end()
			_, _ = fmt.Fprintln(sum, least)
			all = append(all, y)
		}
		_, _ = fmt.Fprintln(sum, family, id, covers(agreed[family], start, endOf(start, y)))
	}
	end()
	return all, rows.Err()
}

// endOf returns when a year is over that begins at an instant. Civil days differ from 24 h
// by an hour at most, which is left out of account.
func endOf(start int64, y household.CohortYear) int64 {
	const day, hour = 24 * hourMillis, hourMillis
	return start + int64(y.To.Sub(y.From))*day - hour
}

const hourMillis = 3_600_000

// CohortHomes tells what is known of the homes of a pilot over a year, by family.
func (d *DB) CohortHomes(ctx context.Context, y household.CohortYear, tell func(household.Counted) error) error {
	return wrap("read what homes are compared by", d.cohortHomes(ctx, y, tell))
}

func (d *DB) cohortHomes(ctx context.Context, y household.CohortYear, tell func(household.Counted) error) error {
	agreed, _, err := d.countings(ctx)
	if err != nil {
		return err
	}
	rows, err := d.read.QueryContext(ctx, `SELECT r.id, r.family, r.version, r.status, r.value, r.unit, r.detail, r.computed_at, r.category, r.start_at, r.to_day
		FROM result r JOIN family f ON f.id = r.family
		WHERE f.pilot = $1 AND r.indicator = $2 AND r.from_day = $3
			AND r.id = (SELECT MAX(q.id) FROM result q WHERE q.family = r.family AND q.indicator = r.indicator AND q.from_day = r.from_day)
		ORDER BY r.family`, y.Pilot, energyYear, y.From.String())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c := household.Counted{Result: household.Result{Indicator: energyYear, From: y.From}}
		var at, start int64
		var detail, category, to string
		if err := rows.Scan(&c.ID, &c.Family, &c.Version, &c.Status, &c.Value, &c.Unit, &detail, &at, &category, &start, &to); err != nil {
			return err
		}
		if c.To, err = energy.ParseDay(to); err != nil {
			return err
		}
		c.Detail, c.At, c.Start, c.Covers = []byte(detail), instant(at), instant(start), covers(agreed[c.Family], start, endOf(start, y))
		switch err := d.unsealResult(ctx, &c.Result, category); {
		case errors.Is(err, keyring.ErrNotOpened):
			c.Value, c.Detail, c.Unread = "", nil, true
		case err != nil:
			return err
		}
		if err := tell(c); err != nil {
			return err
		}
	}
	return rows.Err()
}

// SaveCohort keeps what the homes of a pilot were compared with, and that they were.
func (d *DB) SaveCohort(ctx context.Context, c household.Cohort) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		var id int64
		var figures string
		err := tx.QueryRowContext(ctx, `SELECT id, figures FROM cohort WHERE pilot = $1 AND from_day = $2 ORDER BY id DESC LIMIT 1`,
			c.Pilot, c.From.String()).Scan(&id, &figures)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil {
			switch err := d.unseal(ctx, "", figuresOf(c.Pilot, c.From.String()), &figures); {
			case err != nil && !errors.Is(err, keyring.ErrNotOpened):
				return err
			case err == nil && figures == string(c.Figures):
				_, err := tx.ExecContext(ctx, `UPDATE cohort SET stamp = $1 WHERE id = $2`, c.Stamp, id)
				return err
			}
		}
		sealed, err := d.seal(ctx, "", figuresOf(c.Pilot, c.From.String()), string(c.Figures))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO cohort (pilot, from_day, to_day, stamp, figures, computed_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.Pilot, c.From.String(), c.To.String(), c.Stamp, sealed, millis(c.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep what homes were compared with: %w", err)
	}
	return nil
}

// MarkCohorts has the homes of every pilot compared again over the years that touch
// [from, to).
func (d *DB) MarkCohorts(ctx context.Context, from, to energy.Day) error {
	_, err := d.write.ExecContext(ctx, `UPDATE cohort SET stamp = '' WHERE from_day < $1 AND to_day > $2`, to.String(), from.String())
	if err != nil {
		return fmt.Errorf("mark what homes are compared over: %w", err)
	}
	return nil
}
