// Package vacuum writes SQLite's files anew, so that nothing of what was deleted is in
// them. It knows nothing of what they hold.
package vacuum

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrRead says that a reader keeps old pages in the write-ahead log: try again.
var ErrRead = errors.New("a reader keeps old pages in the write-ahead log: try again once it has ended")

// File writes the file of a database with one connection anew, and empties its
// write-ahead log. With secure_delete SQLite overwrites what is deleted, and not what it
// moved between pages before: where a page was split, copies of rows stay behind in its
// unused bytes. The rows pass through a file without a name, not through memory: the disk
// must have room for two copies. Who writes meanwhile waits.
func File(ctx context.Context, db *sql.DB) error {
	if err := writeAnew(ctx, db); err != nil {
		return fmt.Errorf("write a database anew: %w", err)
	}
	return Log(ctx, db)
}

// Log empties the write-ahead log of a database, where old pages of what was deleted
// stay until it is cut. It returns [ErrRead] while a reader keeps them.
func Log(ctx context.Context, db *sql.DB) error {
	for range 3 {
		var busy, pages, moved int
		if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("empty a write-ahead log: %w", err)
		}
		if busy == 0 {
			return nil
		}
	}
	return ErrRead
}

func writeAnew(ctx context.Context, db *sql.DB) (err error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var store int
	if err := c.QueryRowContext(ctx, `PRAGMA temp_store`).Scan(&store); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, `PRAGMA temp_store = FILE`); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `VACUUM`)
	_, again := c.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`PRAGMA temp_store = %d`, store))
	return errors.Join(err, again)
}
