package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/household"
)

// Of a mark, and for how many it has to be dealt with: the families that have or had its
// meter, and the pilot whose weather it shows.
const (
	station      = `m.role = 'outdoor' AND m.state = 'claimed'`
	staleColumns = `s.id, s.meter, s.from_at, s.to_at, (SELECT COUNT(DISTINCT o.family) FROM attachment o WHERE o.meter = s.meter)
		+ (SELECT COUNT(*) FROM meter m WHERE m.id = s.meter AND ` + station + `)`
	selectStale = `SELECT DISTINCT a.family, ` + staleColumns + ` FROM attachment a JOIN stale s ON s.meter = a.meter
		WHERE a.family BETWEEN $1 AND $2 ORDER BY a.family, s.id`
	selectStaleStations = `SELECT '', ` + staleColumns + ` FROM meter m JOIN stale s ON s.meter = m.id WHERE ` + station + ` ORDER BY s.id`
)

// StaleSpans returns the marks of what has to be computed again of the meters that each
// family from one to another has or had, oldest first.
func (d *DB) StaleSpans(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID][]household.Stale, error) {
	return d.stale(ctx, selectStale, first, last)
}

// StaleStations returns the marks of [DB.Stations], oldest first.
func (d *DB) StaleStations(ctx context.Context) ([]household.Stale, error) {
	all, err := d.stale(ctx, selectStaleStations)
	return all[""], err
}

func (d *DB) stale(ctx context.Context, query string, args ...any) (map[household.FamilyID][]household.Stale, error) {
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read stale spans: %w", err)
	}
	defer rows.Close()
	all := map[household.FamilyID][]household.Stale{}
	for rows.Next() {
		var family household.FamilyID
		var s household.Stale
		var from, to int64
		if err := rows.Scan(&family, &s.ID, &s.Meter, &from, &to, &s.Owners); err != nil {
			return nil, fmt.Errorf("read stale spans: %w", err)
		}
		s.From, s.To = instant(from), instant(to)
		all[family] = append(all[family], s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read stale spans: %w", err)
	}
	return all, nil
}

// DropStrays ends the marks of meters that are nobody's: nothing depends on them. Whoever
// claims one marks it again.
func (d *DB) DropStrays(ctx context.Context) error {
	_, err := d.write.ExecContext(ctx, `DELETE FROM stale WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.meter = stale.meter)
		AND NOT EXISTS (SELECT 1 FROM meter m WHERE m.id = stale.meter AND `+station+`)`)
	if err != nil {
		return fmt.Errorf("drop stale spans of nobody: %w", err)
	}
	return nil
}

// DropStale ends marks that all have dealt with.
func (d *DB) DropStale(ctx context.Context, ids []int64) error {
	if err := d.tx(ctx, func(tx *sql.Tx) error { return dropStale(ctx, tx, ids) }); err != nil {
		return fmt.Errorf("drop stale spans: %w", err)
	}
	return nil
}

// dropStale removes marks by id: one that was added since for the same time stays.
func dropStale(ctx context.Context, tx *sql.Tx, ids []int64) error {
	for _, part := range powers(ids, rowsAtOnce) {
		args := make([]any, 0, len(part))
		for _, id := range part {
			args = append(args, id)
		}
		//nolint:gosec // placeholders are all that is joined
		_, err := tx.ExecContext(ctx, `DELETE FROM stale WHERE id IN (`+placeholders(1, len(part))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}
