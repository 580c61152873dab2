package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// ErrInUse says that another process has a file open.
var ErrInUse = errors.New("stop Foyer first")

func openSQLite(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(2000)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// vacuumInto writes an SQLite file, as one read transaction sees it, into an empty one.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := openSQLite(from)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return errors.Join(err, db.Close())
}

// closeFile brings what stands in the write-ahead log of an SQLite file into the file and
// removes the log. It returns [ErrInUse] while somebody has the file open. A file that
// is damaged stays as it is.
func closeFile(ctx context.Context, path string) error {
	db, err := openSQLite(path)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it wrote nothing that counts
	var mode string
	err = db.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
	var e *sqlite.Error
	switch {
	case errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_BUSY, err == nil && mode != "delete":
		return fmt.Errorf("%s is open in another process: %w", path, ErrInUse)
	case errors.As(err, &e):
		return ctx.Err()
	}
	return err
}
