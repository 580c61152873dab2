package series

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	_ "modernc.org/sqlite" // driver "sqlite"

	"foyer/internal/energy"
	"foyer/internal/vacuum"
)

// SQLite is a store in a file of its own.
type SQLite struct {
	read      *sql.DB
	queries   queries  // of read
	registers sync.Map // number -> energy.Register
	numbers   sync.Map // energy.Register -> number

	mu      sync.Mutex // of what follows: one writes at a time
	write   *sql.DB
	known   names
	version int64 // of the file, as known was read from it
}

// OpenSQLite opens a file and creates it when absent. What Write has returned
// for survives a power cut.
func OpenSQLite(ctx context.Context, path string) (*SQLite, error) {
	// Every pragma stands in the DSN: one given by Exec would hold on a single
	// pooled connection.
	const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(4000)" +
		"&_pragma=temp_store(MEMORY)" // else each statement of many rows writes a file to undo itself by
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + pragmas
	write, err := sql.Open("sqlite", name+"&_pragma=cache_size(-8192)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open readings %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write); err != nil {
		return nil, errors.Join(fmt.Errorf("open readings %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite", name+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open readings %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	q, err := prepare(ctx, read)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open readings %s: %w", path, err), write.Close(), read.Close())
	}
	return &SQLite{read: read, queries: q, write: write, known: newNames()}, nil
}

// Ping reports whether the file can be read.
func (s *SQLite) Ping(ctx context.Context) error {
	var n int
	if err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM register").Scan(&n); err != nil {
		return fmt.Errorf("ping readings: %w", err)
	}
	return nil
}

// Close closes the file.
func (s *SQLite) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.read.Close(), s.write.Close())
}

// Erase removes all readings of a meter, its id too, and overwrites their bytes
// in the file; copies of before may be left until [SQLite.Sweep]. It returns nil for a meter without any.
func (s *SQLite) Erase(ctx context.Context, meter energy.MeterID) error {
	return s.erase(ctx,
		erasure{`DELETE FROM point WHERE meter = (SELECT id FROM meter WHERE name = $1)
			AND day IN (SELECT day FROM register_day WHERE meter = (SELECT id FROM meter WHERE name = $1))`, []any{string(meter)}},
		erasure{`DELETE FROM register_day WHERE meter = (SELECT id FROM meter WHERE name = $1)`, []any{string(meter)}},
		erasure{`DELETE FROM meter WHERE name = $1`, []any{string(meter)}})
}

// EraseSpans removes the readings of meters in spans as Erase does, of all or of none.
func (s *SQLite) EraseSpans(ctx context.Context, spans []energy.Span) error {
	var all []erasure
	for _, x := range spans {
		first, end := span(x.From, x.To)
		if first >= end {
			continue
		}
		// Of a day that is left in part its registers stay noted: looking there finds nothing.
		all = append(all, erasure{`DELETE FROM point WHERE meter = (SELECT id FROM meter WHERE name = $1)
			AND day IN (SELECT day FROM register_day WHERE meter = (SELECT id FROM meter WHERE name = $1) AND day BETWEEN $2 / 86400000 AND ($3 - 1) / 86400000)
			AND day * 86400000 + ms >= $2 AND day * 86400000 + ms < $3`, []any{string(x.Meter), first, end}},
			erasure{`DELETE FROM register_day WHERE meter = (SELECT id FROM meter WHERE name = $1)
				AND day * 86400000 >= $2 AND (day + 1) * 86400000 <= $3`, []any{string(x.Meter), first, end}})
	}
	if len(all) == 0 {
		return nil
	}
	return s.erase(ctx, all...)
}

// Sweep sees to it that what was erased is in no file any more.
func (s *SQLite) Sweep(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := vacuum.File(ctx, s.write); err != nil {
		return fmt.Errorf("erase readings: %w", err)
	}
	return nil
}

// An erasure is a statement and what it is about.
type erasure struct {
	statement string
	args      []any
}

func (s *SQLite) erase(ctx context.Context, all ...erasure) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = newNames()
	if err := s.eraseAll(ctx, all); err != nil {
		return fmt.Errorf("erase readings: %w", err)
	}
	// The log beside the file still holds the old pages until it is cut.
	if err := vacuum.Log(ctx, s.write); err != nil {
		return fmt.Errorf("erase readings: %w", err)
	}
	return nil
}

func (s *SQLite) eraseAll(ctx context.Context, all []erasure) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit this does nothing
	for _, e := range all {
		if _, err := tx.ExecContext(ctx, e.statement, e.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
