package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

const selectWeather = `SELECT day, mean, seen, length, kind, place FROM weather_day
	WHERE pilot = $1 AND day >= $2 AND day < $3 ORDER BY day`

// Weather returns who is believed of the weather of a pilot by day, and what they say,
// the last day not included. A day of which nobody says anything is left out.
func (d *DB) Weather(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error) {
	rows, err := d.weatherDays(ctx, pilot, from, to)
	if err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	return rows, nil
}

func (d *DB) weatherDays(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error) {
	return weatherRows(ctx, d.read, selectWeather, pilot, from.String(), to.String())
}

// WeatherAsOf returns what [DB.Weather] would have returned at an instant of the world
// clock, of the days that were over then.
func (d *DB) WeatherAsOf(ctx context.Context, pilot string, from, to energy.Day, at time.Time) ([]household.Weather, error) {
	rows, err := weatherRows(ctx, d.read, `SELECT day, mean, seen, length, kind, place FROM weather_day
		WHERE pilot = $1 AND day >= $2 AND day < $3 AND at <= $4
		UNION ALL SELECT day, mean, seen, length, kind, place FROM weather_past
		WHERE pilot = $1 AND day >= $2 AND day < $3 AND at <= $4 AND until_at > $4 ORDER BY day`, pilot, from.String(), to.String(), millis(at))
	if err != nil {
		return nil, fmt.Errorf("read weather of the past: %w", err)
	}
	return rows, nil
}

// WeatherOffers returns what imported sources say of the days of a pilot, by day, then
// source: of each source what was read last. What sensors say is left out.
func (d *DB) WeatherOffers(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error) {
	rows, err := weatherRows(ctx, d.read, `SELECT o.day, o.mean, o.seen, o.length, i.kind, i.place
		FROM weather_import i JOIN weather_import_day o ON o.import = i.id
		WHERE i.pilot = $1 AND o.day >= $2 AND o.day < $3 AND NOT EXISTS (
			SELECT 1 FROM weather_import j JOIN weather_import_day p ON p.import = j.id
			WHERE j.pilot = i.pilot AND j.kind = i.kind AND j.place = i.place AND p.day = o.day AND j.id > i.id)
		ORDER BY o.day, i.kind, i.place`, pilot, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("read imported weather: %w", err)
	}
	return rows, nil
}

// FirstOffer returns the first day of a pilot of which an imported source says
// anything; false when there is none.
func (d *DB) FirstOffer(ctx context.Context, pilot string) (energy.Day, bool, error) {
	var first sql.NullString
	err := d.read.QueryRowContext(ctx, `SELECT MIN(o.day) FROM weather_import i JOIN weather_import_day o ON o.import = i.id WHERE i.pilot = $1`, pilot).Scan(&first)
	if err != nil || !first.Valid {
		return energy.Day{}, false, wrap("read imported weather", err)
	}
	day, err := energy.ParseDay(first.String)
	return day, err == nil, wrap("read imported weather", err)
}

// wrap says what was being done when err happened; nil without one.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func weatherRows(ctx context.Context, q querier, query string, args ...any) ([]household.Weather, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Weather
	for rows.Next() {
		w, err := scanWeather(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

func scanWeather(row rowScanner) (household.Weather, error) {
	var w household.Weather
	var day string
	var seen, of int64
	if err := row.Scan(&day, &w.Mean, &seen, &of, &w.Source.Kind, &w.Source.Place); err != nil {
		return w, err
	}
	w.Seen, w.Of = time.Duration(seen)*time.Millisecond, time.Duration(of)*time.Millisecond
	var err error
	w.Day, err = energy.ParseDay(day)
	return w, err
}

// SaveClimate keeps what the sensors of a pilot say and who is believed, in one
// transaction with how often the sensors speak, the end of the marks it deals with,
// and marks of what has to be computed again: the days that are over and changed, and
// of all families the running day, on which forecasts read the others. What was
// believed before of a day that is over is kept.
func (d *DB) SaveClimate(ctx context.Context, c household.Climate) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, w := range c.Sensed {
			if err := saveSensed(ctx, tx, c.Pilot, w); err != nil {
				return err
			}
		}
		marked := false
		for _, w := range c.Chosen {
			changed, err := saveChosen(ctx, tx, c, w)
			if err != nil {
				return err
			}
			if !changed || !w.Day.Before(c.Today) {
				continue
			}
			marked = true
			if err := markReaders(ctx, tx, c.Pilot, w.Day); err != nil {
				return err
			}
		}
		if marked {
			_, err := tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day) SELECT id, $1 FROM family WHERE pilot = $2 ON CONFLICT DO NOTHING`, c.Today.String(), c.Pilot)
			if err != nil {
				return err
			}
		}
		if err := savePulses(ctx, tx, c.Pulses); err != nil {
			return err
		}
		for _, id := range c.Dealt {
			if _, err := tx.ExecContext(ctx, `DELETE FROM weather_stale WHERE id = $1`, id); err != nil {
				return err
			}
		}
		return dropStale(ctx, tx, c.Handled)
	})
	return wrap("save weather", err)
}

// markReaders marks a day whose weather changed, of each family of a pilot whose use is
// known. What reads weather of before the first day of a family's use reads that day
// too: then it is the one that is marked.
func markReaders(ctx context.Context, tx *sql.Tx, pilot string, day energy.Day) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day)
		SELECT used.family, CASE WHEN used.since > $1 THEN used.since ELSE $1 END
		FROM (SELECT f.id AS family, (SELECT MIN(u.day) FROM usage_day u WHERE u.family = f.id) AS since FROM family f WHERE f.pilot = $2) used
		WHERE used.since IS NOT NULL ON CONFLICT DO NOTHING`, day.String(), pilot)
	return err
}

func saveSensed(ctx context.Context, tx *sql.Tx, pilot string, w household.Weather) error {
	if w.Seen == 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM weather_sensed WHERE pilot = $1 AND day = $2`, pilot, w.Day.String())
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO weather_sensed (pilot, day, mean, seen, length) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (pilot, day) DO UPDATE SET mean = excluded.mean, seen = excluded.seen, length = excluded.length`,
		pilot, w.Day.String(), w.Mean, w.Seen.Milliseconds(), w.Of.Milliseconds())
	return err
}

// saveChosen makes w what is believed of its day and reports whether that is another.
func saveChosen(ctx context.Context, tx *sql.Tx, c household.Climate, w household.Weather) (bool, error) {
	row := tx.QueryRowContext(ctx, `SELECT day, mean, seen, length, kind, place FROM weather_day WHERE pilot = $1 AND day = $2`, c.Pilot, w.Day.String())
	old, err := scanWeather(row)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if known && old == w || !known && w.Seen == 0 {
		return false, nil
	}
	if known && w.Day.Before(c.Today) {
		_, err := tx.ExecContext(ctx, `INSERT INTO weather_past (pilot, day, mean, seen, length, kind, place, at, until_at)
			SELECT pilot, day, mean, seen, length, kind, place, at, $3 FROM weather_day WHERE pilot = $1 AND day = $2`,
			c.Pilot, w.Day.String(), millis(c.At))
		if err != nil {
			return false, err
		}
	}
	if w.Seen == 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM weather_day WHERE pilot = $1 AND day = $2`, c.Pilot, w.Day.String())
		return true, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO weather_day (pilot, day, mean, seen, length, kind, place, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (pilot, day) DO UPDATE SET mean = excluded.mean, seen = excluded.seen, length = excluded.length,
			kind = excluded.kind, place = excluded.place, at = excluded.at`,
		c.Pilot, w.Day.String(), w.Mean, w.Seen.Milliseconds(), w.Of.Milliseconds(), string(w.Source.Kind), w.Source.Place, millis(c.At))
	return true, err
}
