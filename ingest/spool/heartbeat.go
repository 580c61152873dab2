package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Heartbeat returns until when somebody read from the broker, zero for never, and
// how many messages came a second.
func (s *Spool) Heartbeat(ctx context.Context) (at time.Time, rate float64, err error) {
	var ms int64
	switch err := s.read.QueryRowContext(ctx, `SELECT at, rate FROM heartbeat`).Scan(&ms, &rate); {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, 0, nil
	case err != nil:
		return time.Time{}, 0, fmt.Errorf("read the heartbeat: %w", err)
	}
	return time.UnixMilli(ms), rate, nil
}

// Beat keeps a heartbeat instead of the last one.
func (s *Spool) Beat(ctx context.Context, at time.Time, rate float64) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO heartbeat (one, at, rate) VALUES (1, ?, ?)
			ON CONFLICT (one) DO UPDATE SET at = excluded.at, rate = excluded.rate`, at.UnixMilli(), rate)
		return err
	})
}
