package series

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

// Read returns the readings of a meter in [from, to), sorted by register and
// then by instant.
func (s *SQLite) Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error) {
	const query = `SELECT r.register, r.day * 86400000 + r.ms, r.value, r.arrival
		FROM meter_day d CROSS JOIN reading r ON r.day = d.day AND r.meter = d.meter
		WHERE d.meter = (SELECT id FROM meter WHERE name = $1) AND d.day BETWEEN $2 / 86400000 AND ($3 - 1) / 86400000
			AND r.day * 86400000 + r.ms >= $2 AND r.day * 86400000 + r.ms < $3
		ORDER BY d.day, r.register, r.ms`
	first, end := span(from, to)
	if first >= end {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, query, string(meter), first, end)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[int64][]energy.Reading{}
	for rows.Next() {
		var register, at, value, arrival int64
		if err := rows.Scan(&register, &at, &value, &arrival); err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		found[register] = append(found[register], reading(meter, "", at, value, arrival != 0))
	}
	if err := rows.Err(); err != nil {
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
		named[register] = rs
	}
	return sorted(named), nil
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

const (
	before = `SELECT r.day * 86400000 + r.ms, r.value, r.arrival
		FROM meter_day d CROSS JOIN reading r ON r.day = d.day AND r.meter = d.meter
		WHERE d.meter = (SELECT id FROM meter WHERE name = $1) AND d.day <= $3 / 86400000
			AND r.register = (SELECT id FROM register WHERE name = $2) AND r.day * 86400000 + r.ms < $3
		ORDER BY d.day DESC, r.ms DESC LIMIT $4`
	after = `SELECT r.day * 86400000 + r.ms, r.value, r.arrival
		FROM meter_day d CROSS JOIN reading r ON r.day = d.day AND r.meter = d.meter
		WHERE d.meter = (SELECT id FROM meter WHERE name = $1) AND d.day >= $3 / 86400000
			AND r.register = (SELECT id FROM register WHERE name = $2) AND r.day * 86400000 + r.ms >= $3
		ORDER BY d.day, r.ms LIMIT $4`
)

// Before returns the last n readings of a register strictly before an instant,
// oldest first; fewer when there are fewer.
func (s *SQLite) Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	rs, err := s.neighbours(ctx, before, meter, register, at, n)
	slices.Reverse(rs)
	return rs, err
}

// After returns the first n readings of a register at or after an instant,
// oldest first; fewer when there are fewer.
func (s *SQLite) After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	return s.neighbours(ctx, after, meter, register, at, n)
}

func (s *SQLite) neighbours(ctx context.Context, query string, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	if n <= 0 {
		return nil, nil
	}
	ms, _ := span(at, at)
	rows, err := s.read.QueryContext(ctx, query, string(meter), string(register), ms, n)
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var rs []energy.Reading
	for rows.Next() {
		var at, value, arrival int64
		if err := rows.Scan(&at, &value, &arrival); err != nil {
			return nil, fmt.Errorf("read neighbours: %w", err)
		}
		rs = append(rs, reading(meter, register, at, value, arrival != 0))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	return rs, nil
}
