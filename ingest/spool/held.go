package spool

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/ingest"
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
		h.Last, _ = lastOf(body) // damaged ones are shown as none, the others all the same
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

const deleteHeld = `DELETE FROM held WHERE meter = ? RETURNING readings, body`

// release runs a DELETE of held readings and counts what becomes of them: a fate,
// or with FateHeld one that is not known yet.
func release(ctx context.Context, tx *sql.Tx, d *delta, query string, arg any, fate energy.Fate) error {
	rows, err := tx.QueryContext(ctx, query, arg)
	if err != nil {
		return err
	}
	defer rows.Close()
	var counts ingest.Counts
	known := names{}
	for rows.Next() {
		var n int64
		var body sql.RawBytes
		if err := rows.Scan(&n, &body); err != nil {
			return err
		}
		d.held -= n
		d.bytes -= int64(len(body))
		rs, _ := decode(nil, body, known) // damaged ones were counted as held, and stay so
		for _, r := range rs {
			counts.Reading(r, energy.FateHeld, -1)
			if fate != energy.FateHeld {
				counts.Reading(r, fate, 1)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return keepCounts(ctx, tx, counts.List())
}

// Admit moves what waits of a meter to the end of the spool and returns how many
// readings that were.
func (s *Spool) Admit(ctx context.Context, meter energy.MeterID) (int, error) {
	moved := new(delta)
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO spool (readings, body) SELECT readings, body FROM held WHERE meter = ? ORDER BY id`, string(meter))
		if err != nil {
			return err
		}
		bytes := d.bytes // they stay in the file
		err = release(ctx, tx, d, deleteHeld, string(meter), energy.FateHeld)
		d.bytes, d.readings, *moved = bytes, -d.held, *d
		return err
	})
	return countOf(moved, err)
}

// Dismiss drops what waits of a meter, which is what becomes of it, and returns
// how many readings that were.
func (s *Spool) Dismiss(ctx context.Context, meter energy.MeterID, fate energy.Fate) (int, error) {
	return s.drop(ctx, deleteHeld, string(meter), fate)
}

// Expire drops what began to wait before an instant and returns how many readings
// that were.
func (s *Spool) Expire(ctx context.Context, before time.Time) (int, error) {
	if s.held.Load() <= 0 {
		return 0, nil
	}
	return s.drop(ctx, `DELETE FROM held WHERE at < ? RETURNING readings, body`, before.UnixMilli(), energy.FateExpired)
}

func (s *Spool) drop(ctx context.Context, query string, arg any, fate energy.Fate) (int, error) {
	dropped := new(delta)
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		err := release(ctx, tx, d, query, arg, fate)
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
