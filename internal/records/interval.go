package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

// Intervals returns what was imported for a meter and overlaps [from, to).
func (d *DB) Intervals(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Interval, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT register, from_at, to_at, energy, estimated FROM usage_interval
		WHERE meter = $1 AND from_at < $2 AND to_at > $3 ORDER BY register, from_at, to_at`, meter, millis(to), millis(from))
	if err != nil {
		return nil, fmt.Errorf("read intervals: %w", err)
	}
	defer rows.Close()
	var all []energy.Interval
	for rows.Next() {
		iv := energy.Interval{Meter: meter}
		var from, to int64
		if err := rows.Scan(&iv.Register, &from, &to, &iv.Energy, &iv.Estimated); err != nil {
			return nil, fmt.Errorf("read intervals: %w", err)
		}
		iv.From, iv.To = instant(from), instant(to)
		all = append(all, iv)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read intervals: %w", err)
	}
	return all, nil
}

// ImportIntervals keeps what a bill or a grid operator states and has the usage of
// that time computed again, all or nothing. An interval of the same register and
// period replaces the one before; importing the same again changes nothing.
func (d *DB) ImportIntervals(ctx context.Context, ivs []energy.Interval) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, part := range powers(distinct(ivs), rowsAtOnce) {
			args := make([]any, 0, 6*len(part))
			for _, iv := range part {
				args = append(args, string(iv.Meter), string(iv.Register), millis(iv.From), millis(iv.To), iv.Energy, flag(iv.Estimated))
			}
			//nolint:gosec // placeholders are all that is joined
			_, err := tx.ExecContext(ctx, `INSERT INTO usage_interval (meter, register, from_at, to_at, energy, estimated) VALUES `+d.values(len(part), 6)+`
				ON CONFLICT (meter, register, from_at, to_at) DO UPDATE SET energy = excluded.energy, estimated = excluded.estimated`, args...)
			if err != nil {
				return err
			}
		}
		for _, s := range stretches(ivs) {
			if err := markStale(ctx, tx, s.Meter, s.From, s.To); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("import %d intervals: %w", len(ivs), err)
	}
	return nil
}

type intervalKey struct {
	meter    energy.MeterID
	register energy.Register
	from, to int64
}

// distinct returns ivs without those that a later one replaces.
func distinct(ivs []energy.Interval) []energy.Interval {
	at := make(map[intervalKey]int, len(ivs))
	var all []energy.Interval
	for _, iv := range ivs {
		k := intervalKey{iv.Meter, iv.Register, millis(iv.From), millis(iv.To)}
		if i, ok := at[k]; ok {
			all[i] = iv
			continue
		}
		at[k] = len(all)
		all = append(all, iv)
	}
	return all
}

// stretches returns the time that intervals cover, by meter, joined where they
// touch or overlap.
func stretches(ivs []energy.Interval) []energy.Span {
	spans := make([]energy.Span, len(ivs))
	for i, iv := range ivs {
		spans[i] = energy.Span{Meter: iv.Meter, From: iv.From, To: iv.To}
	}
	return energy.Join(spans)
}

// UnknownMeters returns those of ids that no meter has.
func (d *DB) UnknownMeters(ctx context.Context, ids []energy.MeterID) ([]energy.MeterID, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var unknown []energy.MeterID
	for _, id := range ids {
		_, ok, err := d.Meter(ctx, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}
