package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// SaveWeather replaces the climate of some days of a pilot, in one transaction
// with how often its stations speak and the end of the marks it deals with. Of a
// day that was not seen at all nothing is kept.
func (d *DB) SaveWeather(ctx context.Context, pilot string, days []household.Weather, pulses map[energy.MeterID]time.Duration, handled []int64) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, w := range days {
			if w.Seen == 0 {
				if _, err := tx.ExecContext(ctx, `DELETE FROM weather_day WHERE pilot = $1 AND day = $2`, pilot, w.Day.String()); err != nil {
					return err
				}
				continue
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO weather_day (pilot, day, mean, seen, length) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (pilot, day) DO UPDATE SET mean = excluded.mean, seen = excluded.seen, length = excluded.length`,
				pilot, w.Day.String(), w.Mean, w.Seen.Milliseconds(), w.Of.Milliseconds())
			if err != nil {
				return err
			}
		}
		if err := savePulses(ctx, tx, pulses); err != nil {
			return err
		}
		return dropStale(ctx, tx, handled)
	})
	if err != nil {
		return fmt.Errorf("save weather: %w", err)
	}
	return nil
}

// Weather returns the climate of a pilot by day, the last one not included, for jobs.
func (d *DB) Weather(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error) {
	rows, err := d.weatherDays(ctx, pilot, from, to)
	if err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	return rows, nil
}
