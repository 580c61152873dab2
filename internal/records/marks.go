package records

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"foyer/internal/energy"
)

// Rows in one statement, a power of two, see powers.
const marksAtOnce = 256

// A register of a meter, as the table latest keys it.
type markKey struct {
	meter    energy.MeterID
	register energy.Register
}

// Claim moves the high-water mark of each register to its newest reading and
// returns, in order, the readings that are late: not newer than the mark was
// before. What it does not return is new by construction.
//
// rs holds no meter, register and instant twice. Claiming the same readings
// again returns them all.
func (d *DB) Claim(ctx context.Context, rs []energy.Reading) ([]energy.Reading, error) {
	newest := newestOf(rs)
	before := make(map[markKey]int64, len(newest))
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, part := range powers(newest, marksAtOnce) {
			if err := d.claim(ctx, tx, part, before); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim %d readings: %w", len(rs), err)
	}
	var late []energy.Reading
	for _, r := range rs {
		if mark, moved := before[markKey{r.Meter, r.Register}]; !moved || r.At.UnixMilli() <= mark {
			late = append(late, r)
		}
	}
	return late, nil
}

// newestOf returns the newest reading of each register, in the order of their
// keys so that two ingesters never wait for each other in a circle.
func newestOf(rs []energy.Reading) []energy.Reading {
	newest := map[markKey]int{} // by their place in rs
	for i, r := range rs {
		k := markKey{r.Meter, r.Register}
		if n, ok := newest[k]; !ok || r.At.After(rs[n].At) {
			newest[k] = i
		}
	}
	all := make([]energy.Reading, 0, len(newest))
	for _, i := range newest {
		all = append(all, rs[i])
	}
	slices.SortFunc(all, func(a, b energy.Reading) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Register, b.Register))
	})
	return all
}

func (d *DB) claimSQL(rows int) string {
	return `INSERT INTO latest (meter, register, at, value) VALUES ` + d.values(rows, 4) + `
		ON CONFLICT (meter, register) DO UPDATE SET previous_at = latest.at, at = excluded.at, value = excluded.value
			WHERE excluded.at > latest.at
		RETURNING meter, register, previous_at`
}

// claim sets the marks that rise and adds to before where those stood.
func (d *DB) claim(ctx context.Context, tx *sql.Tx, newest []energy.Reading, before map[markKey]int64) error {
	args := make([]any, 0, 4*len(newest))
	for _, r := range newest {
		args = append(args, string(r.Meter), string(r.Register), r.At.UnixMilli(), r.Value)
	}
	rows, err := d.query(ctx, tx, d.claimSQL(len(newest)), args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k markKey
		var at int64
		if err := rows.Scan(&k.meter, &k.register, &at); err != nil {
			return err
		}
		before[k] = at
	}
	return rows.Err()
}

// Stale notes stretches of time whose usage has to be computed again.
// Noting one twice is harmless.
func (d *DB) Stale(ctx context.Context, spans []energy.Span) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, part := range powers(spans, marksAtOnce) {
			args := make([]any, 0, 3*len(part))
			for _, s := range part {
				args = append(args, string(s.Meter), millis(s.From), millis(s.To))
			}
			if err := d.exec(ctx, tx, `INSERT INTO stale (meter, from_at, to_at) VALUES `+d.values(len(part), 3), args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note %d stale spans: %w", len(spans), err)
	}
	return nil
}

// Conflict notes second values of registers, for a person to look at. The first
// stands; noting one twice changes nothing.
func (d *DB) Conflict(ctx context.Context, conflicts []energy.Conflict) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, c := range conflicts {
			_, err := tx.ExecContext(ctx, `INSERT INTO conflict (meter, register, at, first, second, seen_at)
				VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (meter, register, at, second) DO NOTHING`,
				string(c.First.Meter), string(c.First.Register), millis(c.First.At), c.First.Value, c.Second, millis(c.Seen))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note %d conflicts: %w", len(conflicts), err)
	}
	return nil
}

// powers cuts s into parts whose lengths are powers of two, most at first, so
// that statements of few different lengths have to be prepared.
func powers[T any](s []T, most int) [][]T {
	var parts [][]T
	for len(s) > 0 {
		n := min(most, 1<<(bits.Len(uint(len(s)))-1))
		parts = append(parts, s[:n])
		s = s[n:]
	}
	return parts
}

// values returns rows times width placeholders, for statements that have no others:
// "($1, $2), ($3, $4)". SQLite looks each "$1" up by its name among all the others, so
// that many would cost much: there they are "(?, ?), (?, ?)".
func (d *DB) values(rows, width int) string {
	all := make([]string, rows)
	for i := range all {
		if d.postgres {
			all[i] = "(" + placeholders(i*width+1, width) + ")"
		} else {
			all[i] = "(" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
		}
	}
	return strings.Join(all, ", ")
}
