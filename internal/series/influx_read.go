package series

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

// pagePoints is how many points one answer carries: a long range comes in
// pages, each with its own time limit.
const pagePoints = 20_000

// Read returns the readings of a meter in [from, to), sorted by register and
// then by instant.
func (s *Influx) Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error) {
	first, end := span(from, to)
	found := map[energy.Register][]energy.Reading{}
	for validMeter(meter) && first < end {
		t, err := s.query(ctx, "GET", fmt.Sprintf(`SELECT *::field FROM "%s" WHERE "meter" = '%s' AND time >= %dms AND time < %dms LIMIT %d`,
			measurement, meter, first, end, pagePoints))
		if err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		if err := t.each(func(register energy.Register, at, value int64, arrival bool) {
			found[register] = append(found[register], reading(meter, register, at, value, arrival))
		}); err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		if len(t.rows) < pagePoints {
			break
		}
		if first, err = t.last(); err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		first++
	}
	return sorted(found), nil
}

// nearby is how far before an instant readings are looked for first. InfluxDB keeps a
// week in a shard and opens all shards that a query may need: over a year of them the last
// sixteen readings take ten times as long.
const nearby = 7 * 24 * time.Hour

// Before returns the last n readings of a register strictly before an instant,
// oldest first; fewer when there are fewer.
func (s *Influx) Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	week := at.Add(-nearby)
	rs, err := s.first(ctx, meter, register, week, at, "DESC", n)
	if err == nil && len(rs) < n {
		var more []energy.Reading
		more, err = s.first(ctx, meter, register, time.Time{}, week, "DESC", n-len(rs))
		rs = append(rs, more...)
	}
	slices.Reverse(rs)
	return rs, err
}

// After returns the first n readings of a register at or after an instant,
// oldest first; fewer when there are fewer.
func (s *Influx) After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error) {
	return s.first(ctx, meter, register, at, instant(maxInstant+1), "ASC", n)
}

// first returns the first n readings of a register in [from, to) in an order of time.
func (s *Influx) first(ctx context.Context, meter energy.MeterID, register energy.Register, from, to time.Time, order string, n int) ([]energy.Reading, error) {
	first, end := span(from, to)
	if n <= 0 || first >= end || !validMeter(meter) || !validRegister(register) {
		return nil, nil
	}
	field := `"` + strings.ReplaceAll(string(register), `"`, `\"`) + `"`
	// The two comparisons hold for any number and leave out the points that
	// have the field "arrival" alone.
	t, err := s.query(ctx, "GET", fmt.Sprintf(`SELECT %[1]s, "%[2]s" FROM "%[3]s" WHERE "meter" = '%[4]s' AND time >= %[5]dms AND time < %[6]dms AND (%[1]s >= 0 OR %[1]s < 0) ORDER BY time %[7]s LIMIT %[8]d`,
		field, arrivalField, measurement, meter, first, end, order, n))
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	var rs []energy.Reading
	if err := t.each(func(register energy.Register, at, value int64, arrival bool) {
		rs = append(rs, reading(meter, register, at, value, arrival))
	}); err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	return rs, nil
}
