package records

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/household"
)

// claimDeliveries takes rows that are due and hides them from everybody else
// until the lease ends. A row waits while an earlier step of its alert is still
// to be told over the same channel. On PostgreSQL two claims that meet on a row
// queue, and the later one finds it no longer due.
const claimDeliveries = `UPDATE outbox SET due_at = $3, attempts = attempts + 1
	WHERE done_at = 0 AND due_at <= $2 AND id IN (
		SELECT o.id FROM outbox o
		WHERE o.channel = $1 AND o.done_at = 0 AND o.due_at <= $2
			AND NOT EXISTS (SELECT 1 FROM outbox e
				WHERE e.alert = o.alert AND e.channel = o.channel AND e.seq < o.seq AND e.done_at = 0)
		ORDER BY o.due_at, o.id LIMIT $4)
	RETURNING id, alert, channel, recipient, attempts,
		(SELECT step FROM alert_event v WHERE v.alert = outbox.alert AND v.seq = outbox.seq),
		(SELECT at FROM alert_event v WHERE v.alert = outbox.alert AND v.seq = outbox.seq),
		(SELECT wall_at FROM alert_event v WHERE v.alert = outbox.alert AND v.seq = outbox.seq)`

// ClaimDeliveries returns at most limit deliveries of a channel that are due at
// now, the earliest step of an alert first, and keeps them from everybody else
// for the lease. A delivery that is neither finished nor retried in that time is
// due again under the same id.
func (d *DB) ClaimDeliveries(ctx context.Context, channel string, now time.Time, lease time.Duration, limit int) ([]household.Delivery, error) {
	var due bool
	err := d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE channel = $1 AND done_at = 0 AND due_at <= $2)`,
		channel, millis(now)).Scan(&due)
	if err != nil {
		return nil, fmt.Errorf("look for deliveries: %w", err)
	}
	if !due {
		return nil, nil
	}
	claimed, err := d.claimDeliveries(ctx, channel, now, lease, limit)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	slices.SortFunc(claimed, func(a, b household.Delivery) int { return a.At.Compare(b.At) })
	return claimed, nil
}

func (d *DB) claimDeliveries(ctx context.Context, channel string, now time.Time, lease time.Duration, limit int) ([]household.Delivery, error) {
	rows, err := d.write.QueryContext(ctx, claimDeliveries, channel, millis(now), millis(now.Add(lease)), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Delivery
	for rows.Next() {
		var c household.Delivery
		var at, queued int64
		if err := rows.Scan(&c.ID, &c.Alert, &c.Channel, &c.Recipient, &c.Attempt, &c.Step, &at, &queued); err != nil {
			return nil, err
		}
		c.At, c.Queued = instant(at), instant(queued)
		all = append(all, c)
	}
	return all, rows.Err()
}

// FinishDelivery closes a delivery at now, with what came of it: "sent",
// "withheld" or "given_up". The first to close it stands.
func (d *DB) FinishDelivery(ctx context.Context, id, outcome string, now time.Time) error {
	_, err := d.write.ExecContext(ctx, `UPDATE outbox SET done_at = $2, outcome = $3 WHERE id = $1 AND done_at = 0`,
		id, millis(now), outcome)
	if err != nil {
		return fmt.Errorf("finish delivery: %w", err)
	}
	return nil
}

// RetryDelivery makes a delivery due again at an instant, unless somebody else
// has claimed or closed it since that attempt.
func (d *DB) RetryDelivery(ctx context.Context, id string, attempt int, at time.Time) error {
	_, err := d.write.ExecContext(ctx, `UPDATE outbox SET due_at = $3 WHERE id = $1 AND attempts = $2 AND done_at = 0`,
		id, attempt, millis(at))
	if err != nil {
		return fmt.Errorf("retry delivery: %w", err)
	}
	return nil
}
