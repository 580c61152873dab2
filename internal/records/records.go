// Package records keeps in SQL everything that can leave Foyer, and what decides
// whether it may: families, usage, results, alerts, consent and who read what.
//
// It runs on SQLite and on PostgreSQL from one SQL text: "$1" placeholders,
// ON CONFLICT, RETURNING, and the view wall for the database's own clock. Each
// file serves one caller's interface. The package decides nothing by itself.
package records

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // driver "sqlite"

	"foyer/internal/household"
	"foyer/internal/keyring"
)

//go:embed migrations
var migrations embed.FS

// DB is an open record store.
type DB struct {
	write    *sql.DB
	read     *sql.DB
	postgres bool
	path     string // of SQLite's file
	keys     *keyring.Ring
	routes   []household.Route // see Tell
	writes   prepared
	reads    prepared
	crowd    crowd // who reads on SQLite
	vacancy  vacancy
}

// Open opens the store at a URL and brings its schema up to date. What names a family
// is sealed with keys, which stay the caller's to close; what an earlier version left
// in clear is sealed now. Keys of another ring are refused with [ErrOtherKeys].
//
// "sqlite://PATH" names a file, created when absent; "postgres://…" is a pgx URL.
func Open(ctx context.Context, rawURL string, keys *keyring.Ring) (*DB, error) {
	d, err := dial(rawURL)
	if err != nil {
		return nil, err
	}
	d.keys = keys
	err = d.migrate(ctx)
	if err == nil {
		err = d.sealAll(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.beginJournal(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("begin the journal: %w", err), d.Close())
	}
	return d, nil
}

func dial(rawURL string) (*DB, error) {
	if path, ok := strings.CutPrefix(rawURL, "sqlite://"); ok {
		return dialSQLite(path)
	}
	if strings.HasPrefix(rawURL, "postgres://") || strings.HasPrefix(rawURL, "postgresql://") {
		pool, err := sql.Open("pgx", rawURL)
		if err != nil {
			return nil, fmt.Errorf("open records: %w", err)
		}
		pool.SetMaxOpenConns(16)
		return &DB{write: pool, read: pool, postgres: true}, nil
	}
	return nil, fmt.Errorf("records URL %q: want sqlite://PATH or postgres://…", redact(rawURL))
}

// dialSQLite opens one writer and a pool of readers. Every pragma stands in the
// DSN: one given by Exec would hold on a single pooled connection.
//
// SQLite has no queue: who waits to write looks every 100 ms whether nobody does. Where
// Foyer writes down hundreds of reads a second, a command that withdraws a consent finds
// such a moment in seconds, and in 5 not always.
func dialSQLite(path string) (*DB, error) {
	pragmas := "_pragma=busy_timeout(30000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)" +
		"&_pragma=cache_size(-512)" + // KiB for each connection, of which there are five; the system's cache does the rest
		"&_pragma=temp_store(MEMORY)" // else each statement of many rows writes a file to undo itself by
	name := "file:" + (&url.URL{Path: path}).EscapedPath()
	write, err := sql.Open("sqlite", name+"?"+pragmas+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", name+"?"+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open records: %w", err), write.Close())
	}
	read.SetMaxOpenConns(4)
	return &DB{write: write, read: read, path: path, crowd: crowd{turn: make(chan struct{}, 1)}}, nil
}

func (d *DB) migrate(ctx context.Context) error {
	dialect, folder := goose.DialectSQLite3, "migrations/sqlite"
	if d.postgres {
		dialect, folder = goose.DialectPostgres, "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return fmt.Errorf("migrate records: %w", err)
	}
	up := func() error {
		p, err := goose.NewProvider(dialect, d.write, files)
		if err == nil {
			_, err = p.Up(ctx)
		}
		return err
	}
	if err := d.alone(ctx, up); err != nil {
		return fmt.Errorf("migrate records: %w", err)
	}
	return nil
}

// alone runs up so that processes that start at the same time do not meet in it.
// On PostgreSQL they queue. On SQLite the second finds, at its next try, what
// the first has committed.
func (d *DB) alone(ctx context.Context, up func() error) error {
	if d.postgres {
		return d.tx(ctx, func(tx *sql.Tx) error {
			const key = 0x666f796572 // "foyer"
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", key); err != nil {
				return err
			}
			return up()
		})
	}
	err := up()
	for range 9 {
		if err == nil || ctx.Err() != nil {
			break
		}
		err = up()
	}
	return err
}

// Ping reports whether the store answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Close closes the store.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// tx runs fn in one write transaction, committed when fn returns nil.
func (d *DB) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return d.commit(ctx, t)
}

// redact takes the password out of a URL.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "<unreadable>"
	}
	return u.Redacted()
}
