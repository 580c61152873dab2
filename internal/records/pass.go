package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"
)

const (
	passLock  = 0x70617373            // the key of the advisory lock of a pass: "pass" in ASCII
	passEvery = 50 * time.Millisecond // between two tries on SQLite
)

// Pass runs fn while no other process runs a pass on the same store, and waits for
// its turn. It returns what fn returns; the context's error when that ended first; on
// PostgreSQL also an error when the turn was lost before fn ended.
//
// On PostgreSQL the turn is a lock of one connection, on SQLite one of an empty file
// beside the store: either ends with the process that holds it.
func (d *DB) Pass(ctx context.Context, fn func(context.Context) error) error {
	if d.postgres {
		return d.hasTurn(ctx, passLock, "a pass", func(ctx context.Context, _ *sql.Tx) error { return fn(ctx) })
	}
	name := "file:" + (&url.URL{Path: d.path + ".pass"}).EscapedPath()
	lock, err := sql.Open("sqlite", name+"?_txlock=exclusive&_pragma=journal_mode(MEMORY)")
	if err != nil {
		return fmt.Errorf("wait for the turn of a pass: %w", err)
	}
	defer lock.Close() //nolint:errcheck // nothing was written
	tx, err := beginFree(ctx, lock)
	if err != nil {
		return fmt.Errorf("wait for the turn of a pass: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(ctx)
}

// beginFree begins a transaction once no other connection has the file.
func beginFree(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-wait.C:
		}
		tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if !taken(err) {
			return tx, err
		}
		wait.Reset(passEvery)
	}
}

// taken reports whether SQLite said that another connection holds the file.
func taken(err error) bool {
	var code interface{ Code() int }
	const busy = 5 // SQLITE_BUSY, in the low byte
	return errors.As(err, &code) && code.Code()&0xff == busy
}
