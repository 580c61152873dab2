package series

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

// queries are kept prepared: each is run some times for a home and a night, and SQLite
// takes longer to parse one than to run it.
type queries struct{ between, before, after *sql.Stmt }

const (
	between = `SELECT p.day * 86400000 + p.ms, p.data
		FROM (SELECT DISTINCT meter, day FROM register_day
				WHERE meter = (SELECT id FROM meter WHERE name = $1)
					AND day BETWEEN $2 / 86400000 AND ($3 - 1) / 86400000
				ORDER BY day) d
			CROSS JOIN point p ON p.day = d.day AND p.meter = d.meter
		WHERE p.day * 86400000 + p.ms >= $2 AND p.day * 86400000 + p.ms < $3`
	before = `SELECT p.day * 86400000 + p.ms, p.data
		FROM register_day d CROSS JOIN point p ON p.day = d.day AND p.meter = d.meter
		WHERE d.meter = (SELECT id FROM meter WHERE name = $1) AND d.register = $2 AND d.day <= $3 / 86400000
			AND p.day * 86400000 + p.ms < $3
		ORDER BY d.day DESC, p.ms DESC`
	after = `SELECT p.day * 86400000 + p.ms, p.data
		FROM register_day d CROSS JOIN point p ON p.day = d.day AND p.meter = d.meter
		WHERE d.meter = (SELECT id FROM meter WHERE name = $1) AND d.register = $2 AND d.day >= $3 / 86400000
			AND p.day * 86400000 + p.ms >= $3
		ORDER BY d.day, p.ms`
)

func prepare(ctx context.Context, db *sql.DB) (q queries, err error) {
	for _, x := range []struct {
		text string
		into **sql.Stmt
	}{{between, &q.between}, {before, &q.before}, {after, &q.after}} {
		if *x.into, err = db.PrepareContext(ctx, x.text); err != nil { //nolint:sqlclosecheck // kept as long as db
			return q, err
		}
	}
	return q, nil
}

// Read returns the readings of a meter in [from, to), sorted by register and
// then by instant.
func (s *SQLite) Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error) {
	first, end := span(from, to)
	if first >= end {
		return nil, nil
	}
	found := map[int64][]energy.Reading{}
	err := s.points(ctx, func(at int64, e entry) bool {
		found[e.register] = append(found[e.register], reading(meter, "", at, e.value, e.arrival))
		return true
	}, s.queries.between, string(meter), first, end)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	named := make(map[energy.Register][]energy.Reading, len(found))
	for id, rs := range found {
		register, err := s.registerName(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		for i := range rs {
			rs[i].Register = register
		}
		// They come in this order as the query runs today. Asking SQLite for
		// it would have it sort all of them once more.
		slices.SortFunc(rs, func(a, b energy.Reading) int { return a.At.Compare(b.At) })
		named[register] = rs
	}
	return sorted(named), nil
}

// Before returns the last n readings of a register strictly before an instant,
// oldest first; fewer when there are fewer.
func (s *SQLite) Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	rs, err := s.neighbours(ctx, s.queries.before, meter, register, at, n)
	slices.Reverse(rs)
	return rs, err
}

// After returns the first n readings of a register at or after an instant,
// oldest first; fewer when there are fewer.
func (s *SQLite) After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	return s.neighbours(ctx, s.queries.after, meter, register, at, n)
}

func (s *SQLite) neighbours(ctx context.Context, query *sql.Stmt, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	if n <= 0 {
		return nil, nil
	}
	id, err := s.registerNumber(ctx, register)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	ms, _ := span(at, at)
	var rs []energy.Reading
	err = s.points(ctx, func(at int64, e entry) bool {
		if e.register == id {
			rs = append(rs, reading(meter, register, at, e.value, e.arrival))
		}
		return len(rs) < n
	}, query, string(meter), id, ms)
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	return rs, nil
}

// points calls f for each register of each point that a query finds, an instant
// in milliseconds and its packed registers in a row, until f returns false.
func (s *SQLite) points(ctx context.Context, f func(at int64, e entry) bool, query *sql.Stmt, args ...any) error {
	rows, err := query.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var at int64
	var data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&at, &data); err != nil {
			return err
		}
		for p := packed(data); len(p) > 0; {
			var e entry
			if e, p, err = p.next(); err != nil {
				return err
			}
			if !f(at, e) {
				return nil
			}
		}
	}
	return rows.Err()
}

// registerName returns the name of a register's number. Neither ever changes.
func (s *SQLite) registerName(ctx context.Context, id int64) (energy.Register, error) {
	if name, ok := s.registers.Load(id); ok {
		return name.(energy.Register), nil
	}
	var name energy.Register
	if err := s.read.QueryRowContext(ctx, "SELECT name FROM register WHERE id = $1", id).Scan(&name); err != nil {
		return "", err
	}
	s.registers.Store(id, name)
	return name, nil
}

// registerNumber returns the number of a register, [sql.ErrNoRows] when it has none yet.
func (s *SQLite) registerNumber(ctx context.Context, name energy.Register) (id int64, err error) {
	if known, ok := s.numbers.Load(name); ok {
		return known.(int64), nil
	}
	if err := s.read.QueryRowContext(ctx, "SELECT id FROM register WHERE name = $1", string(name)).Scan(&id); err != nil {
		return 0, err
	}
	s.numbers.Store(name, id)
	return id, nil
}
