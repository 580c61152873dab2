package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"foyer/internal/charter"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
)

// Promise returns for how long things are kept, as the charter says at this instant of
// the database's clock.
func (d *DB) Promise(ctx context.Context) (household.Promise, error) {
	c, err := d.charterNow(ctx)
	if err != nil {
		return household.Promise{}, fmt.Errorf("read what is promised: %w", err)
	}
	return household.Promise{
		HalfHourDays: c.Number(charter.HalfHours), MonthYears: c.Number(charter.Months), AlertYears: c.Number(charter.Alerts), ProofYears: c.Number(charter.Proofs),
	}, nil
}

const selectBorders = `SELECT pilot, half_hours, days, alerts, proofs, done, done_at, moving FROM retention`

func scanBorders(row rowScanner, b *household.Borders) error {
	var texts [5]string
	var at, moving int64
	if err := row.Scan(&b.Pilot, &texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &at, &moving); err != nil {
		return err
	}
	for i, day := range []*energy.Day{&b.HalfHours, &b.Days, &b.Alerts, &b.Proofs, &b.Done} {
		if texts[i] == "" {
			continue
		}
		var err error
		if *day, err = energy.ParseDay(texts[i]); err != nil {
			return err
		}
	}
	b.Moving = moving != 0
	if at > 0 {
		b.At = instant(at)
	}
	return nil
}

// Borders returns the borders of every pilot that has any, by pilot. Anybody may see
// them.
func (d *DB) Borders(ctx context.Context) ([]household.Borders, error) {
	rows, err := d.read.QueryContext(ctx, selectBorders+` ORDER BY pilot`)
	if err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	defer rows.Close()
	var list []household.Borders
	for rows.Next() {
		var b household.Borders
		if err := scanBorders(rows, &b); err != nil {
			return nil, fmt.Errorf("read what is kept: %w", err)
		}
		list = append(list, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	return list, nil
}

// MoveBorders keeps borders, before anything beyond them is removed: that it is done is
// said by [DB.EndRetention].
func (d *DB) MoveBorders(ctx context.Context, b household.Borders) error {
	_, err := d.write.ExecContext(ctx, `INSERT INTO retention (pilot, half_hours, days, alerts, proofs, done, moving) VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (pilot) DO UPDATE SET half_hours = excluded.half_hours, days = excluded.days, alerts = excluded.alerts, proofs = excluded.proofs,
			done = excluded.done, moving = 1`,
		b.Pilot, b.HalfHours.String(), b.Days.String(), b.Alerts.String(), b.Proofs.String(), b.Done.String())
	if err != nil {
		return fmt.Errorf("move borders of what is kept: %w", err)
	}
	return nil
}

// What an entry says of what was removed by its age.
type retainedBody struct {
	Promise   household.Promise `json:"promise"`
	HalfHours string            `json:"half_hours_from"` // first days that are kept
	Days      string            `json:"days_from"`
	Alerts    string            `json:"alerts_from"`
	Proofs    string            `json:"proofs_from"`
	Rows      int64             `json:"rows"` // of the records that were removed
}

// EndRetention notes that everything before the borders of a pilot was removed, and
// tells the journal when there was anything to remove.
func (d *DB) EndRetention(ctx context.Context, b household.Borders, promise household.Promise, told bool, rows int64) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE retention SET done_at = $1, moving = 0 WHERE pilot = $2`, millis(b.At), b.Pilot)
		if err != nil || !told {
			return err
		}
		_, err = d.inscribe(ctx, tx, inscription{journal.Retention, retainedBody{promise, b.HalfHours.String(), b.Days.String(), b.Alerts.String(), b.Proofs.String(), rows}})
		return err
	})
	if err != nil {
		return fmt.Errorf("note what was removed: %w", err)
	}
	return nil
}

// Decayed returns what of a family may be kept no longer: the borders of its pilot, and
// its closed days of [from, to).
func (d *DB) Decayed(ctx context.Context, family household.FamilyID, from, to energy.Day) (household.Decayed, error) {
	x := household.Decayed{Closed: map[energy.Day]household.Closed{}}
	var b household.Borders
	err := scanBorders(d.read.QueryRowContext(ctx, selectBorders+` WHERE pilot = (SELECT pilot FROM family WHERE id = $1)`, family), &b)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return x, fmt.Errorf("read what is kept: %w", err)
	}
	x.HalfHours, x.Days = b.HalfHours, b.Days
	rows, err := d.read.QueryContext(ctx, `SELECT day, kept FROM closed_day WHERE family = $1 AND day >= $2 AND day < $3`,
		family, from.String(), to.String())
	if err != nil {
		return x, fmt.Errorf("read closed days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var text, kept string
		if err := rows.Scan(&text, &kept); err != nil {
			return x, fmt.Errorf("read closed days: %w", err)
		}
		var c household.Closed
		day, err := energy.ParseDay(text)
		if err == nil {
			err = json.Unmarshal([]byte(kept), &c)
		}
		if err != nil {
			return x, fmt.Errorf("read closed days: %w", err)
		}
		x.Closed[day] = c
	}
	if err := rows.Err(); err != nil {
		return x, fmt.Errorf("read closed days: %w", err)
	}
	return x, nil
}

// shortest is the shortest local day, 23 h in milliseconds: what states less is finer
// than a day.
const shortest = int64(23 * time.Hour / time.Millisecond)

// ofFamily tells rows of a meter that are a family's, $1, by their instant.
func ofFamily(table, at string) string {
	return `EXISTS (SELECT 1 FROM attachment a WHERE a.family = $1 AND a.meter = ` + table + `.meter
		AND ` + table + `.` + at + ` >= a.from_at AND ` + table + `.` + at + ` < a.to_at)`
}

// FineDays returns the days of a family before an instant of which half-hours are kept,
// or imported periods that are shorter than a day.
func (d *DB) FineDays(ctx context.Context, family household.FamilyID, before time.Time, zone *time.Location) (map[energy.Day]bool, error) {
	days := map[energy.Day]bool{}
	//nolint:gosec // only constants are joined
	rows, err := d.read.QueryContext(ctx, `SELECT DISTINCT start_at, start_at + 1 FROM usage_slot WHERE family = $1 AND start_at < $2
		UNION SELECT from_at, to_at FROM usage_interval WHERE from_at < $2 AND to_at - from_at < $3 AND `+ofFamily("usage_interval", "from_at"),
		family, millis(before), shortest)
	if err != nil {
		return nil, fmt.Errorf("read days with half-hours: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read days with half-hours: %w", err)
		}
		days[energy.DayOf(instant(from), zone)], days[energy.DayOf(instant(to-1), zone)] = true, true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read days with half-hours: %w", err)
	}
	return days, nil
}

// oldRows are the rows of a family, $1, that a Decay removes, and what it says of the
// other placeholders. A month goes with its last day, and so does what is about it.
var oldRows = []struct {
	rows string
	args func(household.Decay) []any
}{
	{`usage_slot WHERE family = $1 AND start_at < $2`, func(x household.Decay) []any { return []any{millis(x.HalfHours)} }},
	{`usage_interval WHERE (to_at <= $2 AND to_at - from_at < $3 OR to_at <= $4) AND ` + ofFamily("usage_interval", "from_at"), func(x household.Decay) []any {
		return []any{millis(x.HalfHours), shortest, millis(x.DaysAt)}
	}},
	{`usage_day WHERE family = $1 AND day < $2`, dayOf},
	{`closed_day WHERE family = $1 AND day < $2`, dayOf},
	{`result WHERE family = $1 AND to_day <= $2`, dayOf},
	{`usage_month WHERE family = $1 AND month < $2`, monthOf},
	{`bill_line WHERE family = $1 AND month < $2`, monthOf},
	{`bill_issue WHERE family = $1 AND month < $2`, monthOf},
	// What it was counted in is shown no longer.
	{`aggregate_home WHERE family = $1 AND aggregate IN (SELECT id FROM aggregate WHERE end_at <= $2)`, func(x household.Decay) []any { return []any{millis(x.DaysAt)} }},
}

func dayOf(x household.Decay) []any   { return []any{x.Days.String()} }
func monthOf(x household.Decay) []any { return []any{x.Days.String()[:len("2006-01")]} }

// Decay closes days of a family and removes what is older than its borders, at once. It
// returns how many rows went.
func (d *DB) Decay(ctx context.Context, x household.Decay) (int64, error) {
	e := eraser{family: x.Family}
	err := d.tx(ctx, func(tx *sql.Tx) error {
		e.tx, e.rows = tx, 0
		for day, c := range x.Closed {
			kept, err := json.Marshal(c)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO closed_day (family, day, kept) VALUES ($1, $2, $3) ON CONFLICT (family, day) DO NOTHING`,
				string(x.Family), day.String(), string(kept))
			if err != nil {
				return err
			}
		}
		for _, old := range oldRows {
			if err := e.delete(ctx, old.rows, append([]any{string(x.Family)}, old.args(x)...)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remove what is too old: %w", err)
	}
	return e.rows, nil
}

// Expired counts what a Decay would remove of a family.
func (d *DB) Expired(ctx context.Context, x household.Decay) (rows int64, err error) {
	for _, old := range oldRows {
		var n int64
		err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+old.rows, append([]any{string(x.Family)}, old.args(x)...)...).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("count what is too old: %w", err)
		}
		rows += n
	}
	return rows, nil
}
