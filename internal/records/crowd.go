package records

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// mostShared bounds how many reads share a transaction. The first waits for the last, and
// while many are asked and answered at once, nobody would read.
const mostShared = 4

// errUnshared is what those are told whose transaction ended with another's panic.
var errUnshared = errors.New("the transaction of reads broke off")

// A crowd is who waits to read and be written down on SQLite, which has one writer and
// waits for the disk at each commit. One of them begins a transaction, and what all do
// that wait by then is done in it, one after the other; its one commit keeps what is
// written down of each. Nobody is answered before that.
type crowd struct {
	turn    chan struct{} // held by who has begun
	mu      sync.Mutex
	waiting []*member
}

// A member of a crowd has something done and is told how it ended.
type member struct {
	do   func(context.Context, *sql.Tx) error
	told chan error
}

// share has do done in a transaction that others may share, and returns once that is
// committed. What do wrote is undone when it returns an error, and nothing that others
// did. Once begun it is not cut off by the end of ctx: SQLite would undo all of the
// transaction.
func (d *DB) share(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	m := &member{do, make(chan error, 1)}
	d.crowd.join(m)
	for {
		select {
		case err := <-m.told:
			return err
		case <-ctx.Done():
			return d.crowd.leave(m, ctx.Err())
		case d.crowd.turn <- struct{}{}:
			if err := d.serve(ctx); err != nil {
				return d.crowd.leave(m, err)
			}
		}
	}
}

// serve takes its turn to do what others wait for, its own among it, unless more than a
// transaction holds are before it.
func (d *DB) serve(ctx context.Context) error {
	defer func() { <-d.crowd.turn }()
	if d.crowd.empty() {
		return nil
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	err = d.together(ctx, conn)
	d.writes.fill(ctx, d.write)
	return err
}

// together does in one transaction what is waited for once it has begun, and gives the
// connection back. Its error is that it did not begin.
func (d *DB) together(ctx context.Context, conn *sql.Conn) error {
	defer conn.Close() //nolint:errcheck // it goes back to its pool
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	all := d.crowd.take()
	told := slices.Repeat([]error{errUnshared}, len(all)) // unless it comes to its end
	defer func() {
		for i, m := range all {
			m.told <- told[i]
		}
	}()
	defer tx.Rollback() //nolint:errcheck // of what is committed nothing is undone
	ended := make([]error, len(all))
	if len(all) == 1 {
		err = all[0].do(ctx, tx) // undone with the transaction
	} else {
		for i := 0; i < len(all) && err == nil; i++ {
			ended[i], err = d.apart(ctx, tx, all[i].do)
		}
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		ended = slices.Repeat([]error{err}, len(all))
	}
	copy(told, ended)
	return nil
}

// apart does one thing of a transaction and returns how it ended. What it wrote is undone
// when it failed; err is that it could not be, which ends the transaction.
func (d *DB) apart(ctx context.Context, tx *sql.Tx, do func(context.Context, *sql.Tx) error) (failed, err error) {
	if err := d.exec(ctx, tx, `SAVEPOINT one`, nil); err != nil {
		return err, err
	}
	if failed = do(ctx, tx); failed != nil {
		if err = d.exec(ctx, tx, `ROLLBACK TO one`, nil); err != nil {
			return failed, errors.Join(failed, err)
		}
	}
	return failed, d.exec(ctx, tx, `RELEASE one`, nil)
}

func (c *crowd) join(m *member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, m)
}

func (c *crowd) empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting) == 0
}

// take returns who has waited longest.
func (c *crowd) take() []*member {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), mostShared)
	all := slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	return all
}

// leave takes back that a member waits, and returns err; what it is told, where that
// comes too late.
func (c *crowd) leave(m *member, err error) error {
	c.mu.Lock()
	i := slices.Index(c.waiting, m)
	if i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
	c.mu.Unlock()
	if i >= 0 {
		return err
	}
	return <-m.told
}
