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

// ImportWeather keeps what a source was read to say, and has its days chosen again.
// It returns false, and keeps nothing, when the last import of the same source read
// the same bytes.
func (d *DB) ImportWeather(ctx context.Context, x household.WeatherImport) (added bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var last string
		err := tx.QueryRowContext(ctx, `SELECT digest FROM weather_import WHERE pilot = $1 AND kind = $2 AND place = $3 ORDER BY id DESC LIMIT 1`,
			x.Pilot, string(x.Source.Kind), x.Source.Place).Scan(&last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last == x.Digest || len(x.Days) == 0 {
			return nil
		}
		added = true
		return importWeather(ctx, tx, d, x)
	})
	return added, wrap("import weather", err)
}

func importWeather(ctx context.Context, tx *sql.Tx, d *DB, x household.WeatherImport) error {
	err := tx.QueryRowContext(ctx, `INSERT INTO weather_import (pilot, kind, place, name, measure, licence, digest, left_out, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		x.Pilot, string(x.Source.Kind), x.Source.Place, x.Name, x.Measure, x.Licence, x.Digest, x.Left, millis(x.At)).Scan(&x.ID)
	if err != nil {
		return err
	}
	for _, part := range powers(x.Days, marksAtOnce) {
		args := make([]any, 0, 5*len(part))
		for _, w := range part {
			args = append(args, x.ID, w.Day.String(), w.Mean, w.Seen.Milliseconds(), w.Of.Milliseconds())
		}
		//nolint:gosec // placeholders are all that is joined
		if _, err := tx.ExecContext(ctx, `INSERT INTO weather_import_day (import, day, mean, seen, length) VALUES `+d.values(len(part), 5), args...); err != nil {
			return err
		}
	}
	for _, part := range powers(x.Held, marksAtOnce) {
		args := make([]any, 0, 4*len(part))
		for _, h := range part {
			args = append(args, x.ID, millis(h.From), millis(h.To), h.Value)
		}
		//nolint:gosec // placeholders are all that is joined
		if _, err := tx.ExecContext(ctx, `INSERT INTO weather_import_held (import, from_at, to_at, value) VALUES `+d.values(len(part), 4), args...); err != nil {
			return err
		}
	}
	return markWeather(ctx, tx, x.Pilot, x.Days[0].Day, x.Days[len(x.Days)-1].Day.Add(1))
}

// WeatherImports returns what was imported for a pilot, the oldest first, without its
// days and hours.
func (d *DB) WeatherImports(ctx context.Context, pilot string) ([]household.WeatherImport, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, pilot, kind, place, name, measure, licence, digest, left_out, at
		FROM weather_import WHERE pilot = $1 ORDER BY id`, pilot)
	if err != nil {
		return nil, fmt.Errorf("read imports of weather: %w", err)
	}
	defer rows.Close()
	var all []household.WeatherImport
	for rows.Next() {
		var x household.WeatherImport
		var at int64
		if err := rows.Scan(&x.ID, &x.Pilot, &x.Source.Kind, &x.Source.Place, &x.Name, &x.Measure, &x.Licence, &x.Digest, &x.Left, &at); err != nil {
			return nil, fmt.Errorf("read imports of weather: %w", err)
		}
		x.At = instant(at)
		all = append(all, x)
	}
	return all, wrap("read imports of weather", rows.Err())
}

// PinWeather writes down whom a person believes, and has the days chosen again.
func (d *DB) PinWeather(ctx context.Context, p household.WeatherPin) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		by, why, err := d.sealWord(ctx, "", pinOf(p), p.By, p.Why)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO weather_pin (pilot, from_day, to_day, kind, place, undone, said_by, why, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			p.Pilot, p.From.String(), p.To.String(), string(p.Source.Kind), p.Source.Place, flag(p.Undone), by, why, millis(p.At))
		if err != nil {
			return err
		}
		return markWeather(ctx, tx, p.Pilot, p.From, p.To)
	})
	return wrap("pin weather", err)
}

// WeatherPins returns what people said of whom to believe, in the order they said it.
func (d *DB) WeatherPins(ctx context.Context, pilot string) ([]household.WeatherPin, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, from_day, to_day, kind, place, undone, said_by, why, at FROM weather_pin WHERE pilot = $1 ORDER BY id`, pilot)
	if err != nil {
		return nil, fmt.Errorf("read pins of weather: %w", err)
	}
	defer rows.Close()
	var all []household.WeatherPin
	for rows.Next() {
		p := household.WeatherPin{Pilot: pilot}
		var from, to string
		var undone, at int64
		if err := rows.Scan(&p.ID, &from, &to, &p.Source.Kind, &p.Source.Place, &undone, &p.By, &p.Why, &at); err != nil {
			return nil, fmt.Errorf("read pins of weather: %w", err)
		}
		if p.From, p.To, err = span(from, to); err != nil {
			return nil, fmt.Errorf("read pins of weather: %w", err)
		}
		p.Undone, p.At = undone == 1, instant(at)
		if err := d.unsealWord(ctx, "", pinOf(p), &p.By, &p.Why); err != nil {
			return nil, fmt.Errorf("read pins of weather: %w", err)
		}
		all = append(all, p)
	}
	return all, wrap("read pins of weather", rows.Err())
}

// MarkWeather has the weather of days of a pilot chosen again; to is not included.
func (d *DB) MarkWeather(ctx context.Context, pilot string, from, to energy.Day) error {
	return wrap("mark weather", d.tx(ctx, func(tx *sql.Tx) error { return markWeather(ctx, tx, pilot, from, to) }))
}

func markWeather(ctx context.Context, tx *sql.Tx, pilot string, from, to energy.Day) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO weather_stale (pilot, from_day, to_day) VALUES ($1, $2, $3)`, pilot, from.String(), to.String())
	return err
}

// StaleWeather returns the marks of days whose weather has to be chosen again, the
// oldest first.
func (d *DB) StaleWeather(ctx context.Context) ([]household.StaleWeather, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT s.id, s.pilot, p.zone, s.from_day, s.to_day FROM weather_stale s JOIN pilot p ON p.id = s.pilot ORDER BY s.id`)
	if err != nil {
		return nil, fmt.Errorf("read stale weather: %w", err)
	}
	defer rows.Close()
	var all []household.StaleWeather
	for rows.Next() {
		var s household.StaleWeather
		var zone, from, to string
		if err := rows.Scan(&s.ID, &s.Pilot, &zone, &from, &to); err != nil {
			return nil, fmt.Errorf("read stale weather: %w", err)
		}
		if s.From, s.To, err = span(from, to); err != nil {
			return nil, fmt.Errorf("read stale weather: %w", err)
		}
		if s.Zone, err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("read stale weather: %w", err)
		}
		all = append(all, s)
	}
	return all, wrap("read stale weather", rows.Err())
}
