package spool

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/ingest"
	"foyer/internal/energy"
)

// Take returns the oldest readings, about limit of them, and leaves them there.
// A row whose bytes have been damaged goes to quarantine.
func (s *Spool) Take(ctx context.Context, limit int) (ingest.Batch, error) {
	for {
		through, plan, err := s.planned(ctx)
		if err != nil {
			return ingest.Batch{}, fmt.Errorf("read the spool: %w", err)
		}
		b, damaged, err := s.take(ctx, limit, through)
		if err != nil {
			return ingest.Batch{}, fmt.Errorf("read the spool: %w", err)
		}
		if damaged == 0 {
			b.Again = b.Again && b.Through > 0
			if b.Through == through {
				b.Plan = plan
			}
			s.tried.Store(max(s.tried.Load(), b.Through))
			return b, nil
		}
		if err := s.setAside(ctx, damaged); err != nil {
			return ingest.Batch{}, err
		}
	}
}

// take returns the id of a damaged row when there is one among the first. A batch
// that was planned ends where it ended then.
func (s *Spool) take(ctx context.Context, limit int, planned int64) (b ingest.Batch, damaged int64, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, body FROM spool ORDER BY id`)
	if err != nil {
		return b, 0, err
	}
	defer rows.Close()
	known, tried := names{}, s.tried.Load()
	// As many as there are, and those of the last row that come beyond the limit.
	b.Readings = make([]energy.Reading, 0, min(int64(limit+limit/4), max(s.readings.Load(), 0)))
	for (len(b.Readings) < limit || planned > b.Through) && (b.Through == 0 || b.Through != planned) && rows.Next() {
		var id int64
		var body sql.RawBytes
		if err := rows.Scan(&id, &body); err != nil {
			return b, 0, err
		}
		if b.Readings, err = decode(b.Readings, body, known); err != nil {
			return b, id, nil
		}
		b.Through, b.Again = id, b.Again || id <= tried
	}
	return b, 0, rows.Err()
}

// setAside moves a damaged row to quarantine as it is.
func (s *Spool) setAside(ctx context.Context, id int64) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO quarantine
				(at, gateway, device, dialect, reason, topic, payload, retained, publisher, arrived, body)
			SELECT 0, '', '', '', '`+reasonDamaged+`', '', x'', 0, '', 0, body FROM spool WHERE id = ?`, id)
		if err != nil {
			return err
		}
		d.cases = 1
		var bytes int64 // they stay in the file
		return d.remove(ctx, tx, `DELETE FROM spool WHERE id = ? RETURNING readings, length(body)`, &d.readings, &bytes, id)
	})
	if err != nil {
		return fmt.Errorf("set a damaged row aside: %w", err)
	}
	return nil
}

// Settle lets go of a batch, keeps the readings of unclaimed meters and what the
// series store refused, in one transaction.
func (s *Spool) Settle(ctx context.Context, x ingest.Settlement) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		if err := settleHeld(ctx, tx, x, d); err != nil {
			return err
		}
		for _, c := range x.Cases {
			if _, err := s.isolate(ctx, tx, c, d); err != nil {
				return err
			}
		}
		if err := keepCounts(ctx, tx, x.Counts); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM plan WHERE through <= ?`, x.Through); err != nil {
			return err
		}
		return d.remove(ctx, tx, `DELETE FROM spool WHERE id <= ? RETURNING readings, length(body)`, &d.readings, &d.bytes, x.Through)
	})
}

// settleHeld keeps the readings of each unclaimed meter in a row.
func settleHeld(ctx context.Context, tx *sql.Tx, x ingest.Settlement, d *delta) error {
	byMeter := map[energy.MeterID][]energy.Reading{}
	for _, r := range x.Held {
		byMeter[r.Meter] = append(byMeter[r.Meter], r)
	}
	for meter, rs := range byMeter {
		body := seal(encode(nil, rs))
		_, err := tx.ExecContext(ctx, `INSERT INTO held (meter, at, readings, body) VALUES (?, ?, ?, ?)`,
			string(meter), x.At.UnixMilli(), len(rs), body)
		if err != nil {
			return err
		}
		d.held += int64(len(rs))
		d.bytes += int64(len(body))
	}
	return nil
}

// remove runs a DELETE that returns a number and the bytes of each row, and takes
// them off count and size.
func (d *delta) remove(ctx context.Context, tx *sql.Tx, query string, count, size *int64, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n, bytes int64
		if err := rows.Scan(&n, &bytes); err != nil {
			return err
		}
		*count -= n
		*size -= bytes
	}
	return rows.Err()
}
