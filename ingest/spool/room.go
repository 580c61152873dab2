package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Why a message is not in quarantine, or no longer.
const (
	causeAlike = "alike" // enough like it came that day
	causeRoom  = "room"  // those of its kind took the most room
	causeAge   = "age"   // nobody looked at it in time
)

var causes = []string{causeAlike, causeRoom, causeAge}

// droppedFor is how long the counts of dropped messages are kept.
const droppedFor = 400 // days

// makeRoom drops the older half of the messages of the kind that takes the most
// room, again and again until a tenth of the bound is free. So a kind that floods
// the quarantine pushes out itself, and room is made seldom.
func (s *Spool) makeRoom(ctx context.Context, tx *sql.Tx, at time.Time, d *delta) error {
	before := d.cases
	for s.isolated.Load()+d.isolated > s.cfg.QuarantineBytes/10*9 {
		var gateway, device, dialect, reason string
		var n int64
		err := tx.QueryRowContext(ctx, `SELECT gateway, device, dialect, reason, COUNT(*) FROM quarantine WHERE size > 0
			GROUP BY gateway, device, dialect, reason ORDER BY SUM(size) DESC LIMIT 1`).Scan(&gateway, &device, &dialect, &reason, &n)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return err
		}
		err = d.remove(ctx, tx, `DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine
				WHERE gateway = ? AND device = ? AND dialect = ? AND reason = ? AND size > 0 ORDER BY id LIMIT ?)
			RETURNING 1, size`, &d.cases, &d.isolated, gateway, device, dialect, reason, (n+1)/2)
		if err != nil {
			return err
		}
	}
	return s.dropped(ctx, tx, d, at, causeRoom, before-d.cases)
}

// KeepCases has nothing wait for a person for longer than the days that most answers,
// readings that the series store refused neither: who promised families how long their
// readings are kept promised it of these too. Call it before the spool is used.
func (s *Spool) KeepCases(most func(context.Context) (days int, err error)) { s.most = most }

// ExpireCases drops messages that have waited longer than the configuration says at an
// instant of the world clock, and everything that has for longer than [Spool.KeepCases]
// allows. It returns how many.
func (s *Spool) ExpireCases(ctx context.Context, now time.Time) (int, error) {
	var waits bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM quarantine WHERE at < ?)`, now.AddDate(0, 0, -1).UnixMilli()).Scan(&waits)
	if err != nil || !waits { // no limit is shorter
		return 0, err
	}
	messages, readings := s.cfg.QuarantineDays, 0
	if s.most != nil {
		if readings, err = s.most(ctx); err != nil {
			return 0, err
		}
		messages = min(messages, readings)
	}
	return s.expireCases(ctx, now, messages, readings)
}

// expireCases drops messages older than some days, and refused readings older than
// others; 0 keeps these.
func (s *Spool) expireCases(ctx context.Context, now time.Time, messages, readings int) (int, error) {
	before, refused := now.AddDate(0, 0, -messages).UnixMilli(), int64(0)
	if readings > 0 {
		refused = now.AddDate(0, 0, -readings).UnixMilli()
	}
	const tooOld = ` FROM quarantine WHERE size > 0 AND at < ?`
	const tooOldReadings = ` FROM quarantine WHERE size = 0 AND at > 0 AND at < ?`
	var old bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1`+tooOld+`) OR EXISTS (SELECT 1`+tooOldReadings+`)`, before, refused).Scan(&old)
	if err != nil || !old {
		return 0, err
	}
	expired := new(int64)
	err = s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		if err := d.remove(ctx, tx, `DELETE`+tooOld+` RETURNING 1, size`, &d.cases, &d.isolated, before); err != nil {
			return err
		}
		if err := d.remove(ctx, tx, `DELETE`+tooOldReadings+` RETURNING 1, COALESCE(length(body), 0)`, &d.cases, &d.bytes, refused); err != nil {
			return err
		}
		*expired = -d.cases
		return s.dropped(ctx, tx, d, now, causeAge, *expired)
	})
	if err != nil {
		return 0, fmt.Errorf("expire the quarantine: %w", err)
	}
	return int(*expired), nil
}

// dropped writes down that n messages are not kept, and why.
func (s *Spool) dropped(ctx context.Context, tx *sql.Tx, d *delta, at time.Time, cause string, n int64) error {
	if n == 0 {
		return nil
	}
	day := at.UTC()
	_, err := tx.ExecContext(ctx, `INSERT INTO quarantine_dropped (day, cause, n) VALUES (?, ?, ?)
		ON CONFLICT (day, cause) DO UPDATE SET n = n + excluded.n`, day.Format(time.DateOnly), cause, n)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM quarantine_dropped WHERE day < ?`, day.AddDate(0, 0, -droppedFor).Format(time.DateOnly))
	if d.dropped == nil {
		d.dropped = map[string]int64{}
	}
	d.dropped[cause] += n
	return err
}

// Dropped returns how many messages of the last 400 days are not in quarantine, by
// cause: "alike", because 20 like it came that day; "room", because those of its
// kind took the most; "age", because nobody looked at it in time.
func (s *Spool) Dropped(ctx context.Context) (map[string]int64, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT cause, SUM(n) FROM quarantine_dropped GROUP BY cause`)
	if err != nil {
		return nil, fmt.Errorf("count dropped messages: %w", err)
	}
	defer rows.Close()
	all := map[string]int64{}
	for rows.Next() {
		var cause string
		var n int64
		if err := rows.Scan(&cause, &n); err != nil {
			return nil, fmt.Errorf("count dropped messages: %w", err)
		}
		all[cause] = n
	}
	return all, rows.Err()
}
