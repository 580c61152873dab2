package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // driver "sqlite"
)

func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// The files of SQLite that a Foyer keeps, and that of its master key.
var stores = []string{"readings.db", "records.db", "spool.db", "keys.db"}

const master = "master.key"

// snapshot copies the stores of a dead Foyer, so that looking at them leaves its
// recovery to Foyer. The index of a write-ahead log (-shm) is rebuilt from the log.
func snapshot(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range stores {
		for _, end := range []string{"", "-wal", "-journal"} {
			if err := copyFile(filepath.Join(from, name+end), filepath.Join(to, name+end)); err != nil {
				return err
			}
		}
	}
	return copyFile(filepath.Join(from, master), filepath.Join(to, master))
}

// copyFile copies a file; one that is not there leaves none.
func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // the harness names its own files
	if errors.Is(err, os.ErrNotExist) {
		err = os.Remove(to)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // the harness names its own files
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// sound runs SQLite's own check over each store of a folder.
func sound(ctx context.Context, dir string) error {
	for _, name := range stores {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue // killed before it was made
		}
		var said string
		err := with(path, func(db *sql.DB) error {
			return db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&said)
		})
		if err == nil && said != "ok" {
			err = errors.New(said)
		}
		if err != nil {
			return fmt.Errorf("integrity of %s: %w", name, err)
		}
	}
	return nil
}

// with opens a file of SQLite for a moment.
func with(path string, do func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(do(db), db.Close())
}

// stored reads all readings of a series store in a file. It knows the layout of the
// file from its description and nothing of the code that writes it.
func stored(ctx context.Context, dir string) (rows []Row, err error) {
	path := filepath.Join(dir, "readings.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	err = with(path, func(db *sql.DB) error {
		var tables int
		const there = `SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('point', 'meter', 'register')`
		if err := db.QueryRowContext(ctx, there).Scan(&tables); err != nil || tables == 0 {
			return err // killed before its schema was there
		}
		registers, err := names(ctx, db)
		if err != nil {
			return err
		}
		found, err := db.QueryContext(ctx, `SELECT m.name, p.day * 86400000 + p.ms, p.data FROM point p LEFT JOIN meter m ON m.id = p.meter`)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			var meter sql.NullString
			var at int64
			var data []byte
			if err := found.Scan(&meter, &at, &data); err != nil {
				return err
			}
			if rows, err = unpack(rows, Row{Meter: meter.String, At: at}, data, registers); err != nil {
				return err
			}
		}
		return found.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read what is stored: %w", err)
	}
	return rows, nil
}

func names(ctx context.Context, db *sql.DB) (map[uint64]string, error) {
	found, err := db.QueryContext(ctx, `SELECT id, name FROM register`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	all := map[uint64]string{}
	for found.Next() {
		var id uint64
		var name string
		if err := found.Scan(&id, &name); err != nil {
			return nil, err
		}
		all[id] = name
	}
	return all, found.Err()
}

// unpack reads what one point holds: for each register a uvarint of twice its
// number, plus one for an arrival, and a zigzag varint of its value.
func unpack(rows []Row, r Row, data []byte, registers map[uint64]string) ([]Row, error) {
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return rows, fmt.Errorf("the point of %s at %d is damaged", r.Meter, r.At)
		}
		v, k := binary.Varint(data[n:])
		if k <= 0 {
			return rows, fmt.Errorf("the point of %s at %d is damaged", r.Meter, r.At)
		}
		data = data[n+k:]
		r.Register, r.Arrival, r.Value = registers[tag>>1], tag&1 == 1, v
		rows = append(rows, r)
	}
	return rows, nil
}
