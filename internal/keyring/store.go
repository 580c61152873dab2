package keyring

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // driver "sqlite"
)

// openStore opens the file of wrapped keys. It has no write-ahead log: a destroyed key
// is then nowhere but in the file, and the file may lie on a shared folder.
func openStore(path string) (*sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// SQLite gives its other files the rights of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)"+
		"&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)&_pragma=temp_store(MEMORY)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

const schema = `CREATE TABLE IF NOT EXISTS ring (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	id       TEXT NOT NULL,    -- random: records say by it which ring they are sealed with
	master   TEXT NOT NULL,    -- id of the master key that every key is wrapped under
	revision INTEGER NOT NULL  -- rises when a key is destroyed, and with every rotation
);
CREATE TABLE IF NOT EXISTS key (
	owner        TEXT PRIMARY KEY,
	wrapped      BLOB NOT NULL, -- empty once destroyed
	made_at      INTEGER NOT NULL, -- UTC milliseconds
	destroyed_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
-- What copies of the data from before do not know, and must when they are put back.
CREATE TABLE IF NOT EXISTS note (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	what  TEXT NOT NULL,
	at    INTEGER NOT NULL,
	UNIQUE (owner, what)
);`

// A rower is a database or a transaction.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx runs fn in one write transaction, committed when fn returns nil.
func (r *Ring) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	t, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Commit()
}
