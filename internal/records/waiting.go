package records

import (
	"context"

	"foyer/internal/household"
)

const selectWaiting = `SELECT (SELECT COUNT(*) FROM stale), (SELECT COALESCE(MAX(id), 0) FROM stale),
	(SELECT COUNT(*) FROM weather_stale), (SELECT COALESCE(MAX(id), 0) FROM weather_stale), (SELECT COUNT(*) FROM dirty_day)`

// Waiting returns how much waits to be computed, of all families and pilots.
func (d *DB) Waiting(ctx context.Context) (household.Waiting, error) {
	var w household.Waiting
	err := d.read.QueryRowContext(ctx, selectWaiting).Scan(&w.Stale, &w.NewestStale, &w.Weather, &w.NewestWeather, &w.Days)
	return w, wrap("count what waits", err)
}
