package spool

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/energy"
)

// A Held says what waits of one meter that nobody has claimed. It is for the
// operator alone.
type Held struct {
	Meter    energy.MeterID
	Readings int
	Since    time.Time        // of the oldest, world clock
	Last     []energy.Reading // what came last
}

// Held lists what waits for a claim, the longest first.
func (s *Spool) Held(ctx context.Context) ([]Held, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT h.meter, SUM(h.readings), MIN(h.at),
			(SELECT body FROM held l WHERE l.meter = h.meter ORDER BY l.id DESC LIMIT 1)
		FROM held h GROUP BY h.meter ORDER BY MIN(h.at), h.meter`)
	if err != nil {
		return nil, fmt.Errorf("list held readings: %w", err)
	}
	defer rows.Close()
	var all []Held
	for rows.Next() {
		var h Held
		var since int64
		var body sql.RawBytes
		if err := rows.Scan(&h.Meter, &h.Readings, &since, &body); err != nil {
			return nil, fmt.Errorf("list held readings: %w", err)
		}
		h.Since = time.UnixMilli(since).UTC()
		if h.Last, err = lastOf(body); err != nil {
			return nil, fmt.Errorf("list held readings: %w", err)
		}
		all = append(all, h)
	}
	return all, rows.Err()
}

// lastOf returns the newest reading of each register in a body.
func lastOf(body []byte) ([]energy.Reading, error) {
	rs, err := decode(nil, body, names{})
	if err != nil {
		return nil, err
	}
	var last []energy.Reading
	at := map[energy.Register]int{}
	for _, r := range rs {
		i, ok := at[r.Register]
		switch {
		case !ok:
			at[r.Register] = len(last)
			last = append(last, r)
		case !r.At.Before(last[i].At):
			last[i] = r
		}
	}
	return last, nil
}

// HeldMeters returns the meters that have readings waiting for a claim.
func (s *Spool) HeldMeters(ctx context.Context) ([]energy.MeterID, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT meter FROM held`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []energy.MeterID
	for rows.Next() {
		var m energy.MeterID
		if err := rows.Scan(&m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

const deleteHeld = `DELETE FROM held WHERE meter = ? RETURNING readings, length(body)`

// Admit moves what waits of a meter to the end of the spool and returns how many
// readings that were.
func (s *Spool) Admit(ctx context.Context, meter energy.MeterID) (int, error) {
	moved := new(delta)
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO spool (readings, body) SELECT readings, body FROM held WHERE meter = ? ORDER BY id`, string(meter))
		if err != nil {
			return err
		}
		var bytes int64 // they stay in the file
		err = d.remove(ctx, tx, deleteHeld, &d.held, &bytes, string(meter))
		d.readings, *moved = -d.held, *d
		return err
	})
	return countOf(moved, err)
}

// Dismiss drops what waits of a meter and returns how many readings that were.
func (s *Spool) Dismiss(ctx context.Context, meter energy.MeterID) (int, error) {
	return s.drop(ctx, deleteHeld, string(meter))
}

// Expire drops what began to wait before an instant and returns how many readings
// that were.
func (s *Spool) Expire(ctx context.Context, before time.Time) (int, error) {
	if s.held.Load() <= 0 {
		return 0, nil
	}
	return s.drop(ctx, `DELETE FROM held WHERE at < ? RETURNING readings, length(body)`, before.UnixMilli())
}

func (s *Spool) drop(ctx context.Context, query string, arg any) (int, error) {
	dropped := new(delta)
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		err := d.remove(ctx, tx, query, &d.held, &d.bytes, arg)
		*dropped = *d
		return err
	})
	return countOf(dropped, err)
}

// countOf reads how many held readings left. d is the writer's unless err is nil.
func countOf(d *delta, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return int(-d.held), nil
}
