package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	leadLock  = 0x6c656164      // the key of the advisory lock of who leads: "lead" in ASCII
	leadEvery = 2 * time.Second // between two tries to lead, and two looks at whether it still does
)

// Lead runs fn while no other process leads on the same store, and again
// whenever it lost the lead and won it back. It returns nil when ctx ends, and
// the error of an fn that ended by itself.
//
// On PostgreSQL the lead is a lock of one connection: when that is lost, fn's
// context ends. SQLite has one process, which leads.
func (d *DB) Lead(ctx context.Context, fn func(context.Context) error) error {
	if !d.postgres {
		return fn(ctx)
	}
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		lost, err := d.lead(ctx, fn)
		if !lost {
			return err
		}
		next.Reset(leadEvery)
	}
}

// lead reports lost when it could not lead or not go on leading.
func (d *DB) lead(ctx context.Context, fn func(context.Context) error) (lost bool, err error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return ctx.Err() == nil, nil // a store that is away is tried again
	}
	defer conn.Close() //nolint:errcheck // what is lost with it is the lock
	var won bool
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(leadLock)).Scan(&won)
	if err != nil || !won {
		return ctx.Err() == nil, nil
	}
	leading, stop := context.WithCancelCause(ctx)
	held := make(chan struct{})
	go func() {
		defer close(held)
		stop(hold(leading, conn))
	}()
	err = fn(leading)
	stop(nil)
	<-held
	if errors.Is(context.Cause(leading), errLeadLost) {
		return ctx.Err() == nil, nil
	}
	_, unlock := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(leadLock))
	if unlock != nil {
		unlock = fmt.Errorf("give the lead back: %w", unlock)
	}
	return false, errors.Join(err, unlock)
}

var errLeadLost = errors.New("the lead is lost")

// hold looks after a lead until ctx ends, or returns errLeadLost.
func hold(ctx context.Context, conn *sql.Conn) error {
	tick := time.NewTicker(leadEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			answer, cancel := context.WithTimeout(context.WithoutCancel(ctx), leadEvery)
			err := conn.PingContext(answer)
			cancel()
			if err != nil {
				return errLeadLost
			}
		}
	}
}
