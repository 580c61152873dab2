package series

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/energy"
)

const dayLength = 24 * 60 * 60 * 1000 // ms

// insertRows is how many rows one statement carries.
const insertRows = 128

const insertReadings = "INSERT INTO reading (day, meter, register, ms, value, arrival) VALUES "

// A row is a reading as the file keeps it.
type row struct{ day, meter, register, ms, value, arrival int64 }

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
	rows := make([]row, len(rs))
	for i, r := range rs {
		ms := r.At.UnixMilli()
		rows[i] = row{day: ms / dayLength, ms: ms % dayLength, value: r.Value}
		if r.Source == energy.ArrivalTime {
			rows[i].arrival = 1
		}
		rows[i].meter, rows[i].register, err = s.known.key(ctx, tx, r, rows[i].day)
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.meter, b.meter),
			cmp.Compare(a.register, b.register), cmp.Compare(a.ms, b.ms))
	})
	if err := insert(ctx, tx, rows); err != nil {
		return err
	}
	return tx.Commit()
}

// insert adds rows, many to a statement. A row whose key is taken is dropped.
func insert(ctx context.Context, tx *sql.Tx, rows []row) error {
	args := make([]any, 0, 6*min(len(rows), insertRows))
	var many *sql.Stmt
	for part := range slices.Chunk(rows, insertRows) {
		args = args[:0]
		for _, r := range part {
			args = append(args, r.day, r.meter, r.register, r.ms, r.value, r.arrival)
		}
		if len(part) < insertRows {
			_, err := tx.ExecContext(ctx, statement(len(part)), args...)
			return err
		}
		if many == nil {
			var err error
			if many, err = tx.PrepareContext(ctx, statement(insertRows)); err != nil {
				return err
			}
			defer func() { _ = many.Close() }()
		}
		if _, err := many.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// statement returns the insertion of n rows.
func statement(n int) string {
	return insertReadings + strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?),", n), ",") + " ON CONFLICT DO NOTHING"
}
