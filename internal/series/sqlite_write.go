package series

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/energy"
)

const dayLength = 24 * 60 * 60 * 1000 // ms

// insertRows is how many points one statement carries.
const insertRows = 128

// A row is a point as the file keeps it.
type row struct {
	day, meter, ms int64
	data           packed
}

// Write keeps readings and returns once they are on stable storage, in one
// transaction. The error is a [Rejected] when some are unfit and all others
// kept; any other error means nothing was kept.
func (s *SQLite) Write(ctx context.Context, rs []energy.Reading) error {
	var rejected Rejected
	fit := sift(rs, &rejected)
	if len(fit) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.append(ctx, fit); err != nil {
			s.known = newNames() // some of them were rolled back
			return fmt.Errorf("write %d readings: %w", len(fit), err)
		}
	}
	return rejected.err()
}

func (s *SQLite) append(ctx context.Context, rs []energy.Reading) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit this does nothing
	if err := s.refresh(ctx, tx); err != nil {
		return err
	}
	rows, err := s.pack(ctx, tx, rs)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, rows); err != nil {
		return err
	}
	return tx.Commit()
}

// pack turns readings into points in order of their key. Of a register that
// comes twice at one instant the first stands.
func (s *SQLite) pack(ctx context.Context, tx *sql.Tx, rs []energy.Reading) ([]row, error) {
	type numbered struct {
		day, meter, ms int64
		entry
	}
	all := make([]numbered, len(rs))
	for i, r := range rs {
		ms := r.At.UnixMilli()
		meter, register, err := s.known.key(ctx, tx, r, ms/dayLength)
		if err != nil {
			return nil, err
		}
		all[i] = numbered{ms / dayLength, meter, ms % dayLength, entry{register, r.Source == energy.ArrivalTime, r.Value}}
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.meter, b.meter),
			cmp.Compare(a.ms, b.ms), cmp.Compare(a.register, b.register))
	})
	rows := make([]row, 0, len(all))
	buffer := make(packed, 0, 12*len(all))
	for i, n := range all {
		start := i == 0 || n.day != all[i-1].day || n.meter != all[i-1].meter || n.ms != all[i-1].ms
		if !start && n.register == all[i-1].register {
			continue
		}
		from := len(buffer)
		if !start {
			from -= len(rows[len(rows)-1].data)
			rows = rows[:len(rows)-1]
		}
		buffer = buffer.with(n.entry)
		rows = append(rows, row{n.day, n.meter, n.ms, buffer[from:]})
	}
	return rows, nil
}

// insert adds points, many to a statement.
func insert(ctx context.Context, tx *sql.Tx, rows []row) error {
	args := make([]any, 0, 4*min(len(rows), insertRows))
	many, err := tx.PrepareContext(ctx, statement(min(len(rows), insertRows)))
	if err != nil {
		return err
	}
	defer func() { _ = many.Close() }()
	for part := range slices.Chunk(rows, insertRows) {
		args = args[:0]
		for _, r := range part {
			args = append(args, r.day, r.meter, r.ms, []byte(r.data))
		}
		var res sql.Result
		if len(part) == min(len(rows), insertRows) {
			res, err = many.ExecContext(ctx, args...)
		} else {
			res, err = tx.ExecContext(ctx, statement(len(part)), args...)
		}
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == int64(len(part)) {
			continue
		}
		for _, r := range part {
			if err := merge(ctx, tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// statement returns the insertion of n points. A point that exists stays as it is.
func statement(n int) string {
	return "INSERT INTO point (day, meter, ms, data) VALUES " +
		strings.TrimSuffix(strings.Repeat("(?,?,?,?),", n), ",") + " ON CONFLICT DO NOTHING"
}

// merge adds to a point that exists the registers it has not.
func merge(ctx context.Context, tx *sql.Tx, r row) error {
	const find = "SELECT data FROM point WHERE day = $1 AND meter = $2 AND ms = $3"
	var old []byte
	if err := tx.QueryRowContext(ctx, find, r.day, r.meter, r.ms).Scan(&old); err != nil {
		return err
	}
	both, err := packed(old).union(r.data)
	if err != nil || bytes.Equal(both, old) {
		return err
	}
	const replace = "UPDATE point SET data = $4 WHERE day = $1 AND meter = $2 AND ms = $3"
	_, err = tx.ExecContext(ctx, replace, r.day, r.meter, r.ms, []byte(both))
	return err
}
