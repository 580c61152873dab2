package spool

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"

	"foyer/ingest"
	"foyer/internal/energy"
)

// A body of counts is sealed like one of readings, then count after count:
//
//	meter    0 for that of the count before, else its length and 1; its bytes
//	gateway  its length; its bytes
//	quarter  as in energy.Quarter
//	fate     as in energy.Fate
//	n
//
// Lengths and fates are unsigned varints, the others signed ones. Before the first
// count the meter is "".
func encodeCounts(counts []ingest.Count) []byte {
	var b []byte
	var meter energy.MeterID
	for _, c := range counts {
		if c.Meter == meter {
			b = append(b, 0)
		} else {
			meter = c.Meter
			b = binary.AppendUvarint(b, uint64(len(meter))+1)
			b = append(b, meter...)
		}
		b = binary.AppendUvarint(b, uint64(len(c.Gateway)))
		b = append(b, c.Gateway...)
		b = binary.AppendVarint(b, int64(c.Quarter))
		b = binary.AppendUvarint(b, uint64(c.Fate)) //nolint:gosec // a fate is a small number
		b = binary.AppendVarint(b, c.N)
	}
	return seal(b)
}

// decodeCounts appends the counts of a body to counts.
func decodeCounts(counts []ingest.Count, body []byte) ([]ingest.Count, error) {
	b, err := unseal(body)
	if err != nil {
		return counts, err
	}
	var meter energy.MeterID
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)) { // one more than its length
			return counts, errBody
		}
		rest := b[n:]
		if size > 0 {
			if int(size)-1 > len(rest) { //nolint:gosec // at most the length of b
				return counts, errBody
			}
			meter, rest = energy.MeterID(rest[:size-1]), rest[size-1:]
		}
		gateway, rest, err := cut(rest)
		if err != nil {
			return counts, err
		}
		quarter, q := binary.Varint(rest)
		fate, f := binary.Uvarint(rest[max(q, 0):])
		count, c := binary.Varint(rest[max(q, 0)+max(f, 0):])
		if q <= 0 || f <= 0 || c <= 0 || fate >= energy.NumFates {
			return counts, errBody
		}
		counts = append(counts, ingest.Count{
			Meter: meter, Gateway: string(gateway), Quarter: energy.Quarter(quarter), Fate: energy.Fate(fate), N: count,
		})
		b = rest[q+f+c:]
	}
	return counts, nil
}

// keepCounts writes counts down with what they count.
func keepCounts(ctx context.Context, tx *sql.Tx, counts []ingest.Count) error {
	if len(counts) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO tally (body) VALUES (?)`, encodeCounts(counts))
	return err
}

// Tally keeps readings, as Append does, and counts, in one commit.
func (s *Spool) Tally(ctx context.Context, rs []energy.Reading, counts []ingest.Count) error {
	o, err := s.appending(rs)
	if err != nil {
		return err
	}
	o.counts = counts
	return s.submit(ctx, o)
}

// ID returns the name of the file's counts, of 20 random characters.
func (s *Spool) ID() string { return s.id }

// Tallied returns the oldest counts that the ledger may not have, at least limit
// where so many are there, and through which one they go: 0 for none. Damaged
// ones are counted and left out.
func (s *Spool) Tallied(ctx context.Context, limit int) (through int64, counts []ingest.Count, damaged int, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, body FROM tally ORDER BY id`)
	if err != nil {
		return 0, nil, 0, fmt.Errorf("read counts: %w", err)
	}
	defer rows.Close()
	for len(counts) < limit && rows.Next() {
		var body sql.RawBytes
		if err := rows.Scan(&through, &body); err != nil {
			return 0, nil, 0, fmt.Errorf("read counts: %w", err)
		}
		whole := len(counts)
		if counts, err = decodeCounts(counts, body); err != nil {
			counts, damaged = counts[:whole], damaged+1
		}
	}
	return through, counts, damaged, rows.Err()
}

// Forget lets go of counts that the ledger has.
func (s *Spool) Forget(ctx context.Context, through int64) error {
	var some bool // an idle spool writes nothing
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM tally WHERE id <= ?)`, through).Scan(&some)
	if err != nil || !some {
		return err
	}
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM tally WHERE id <= ?`, through)
		return err
	})
}

// CountFrom numbers the counts to come above one that the ledger has. A spool that a
// copy from before was put in place of would use numbers again, and what they count would
// be taken for entered.
func (s *Spool) CountFrom(ctx context.Context, entered int64) error {
	var last int64
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'tally'`).Scan(&last)
	if err == nil && last < entered {
		err = s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
			if _, err := tx.ExecContext(ctx, `DELETE FROM sqlite_sequence WHERE name = 'tally'`); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES ('tally', ?)`, entered)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("number counts from %d on: %w", entered, err)
	}
	return nil
}

// Plan keeps what a batch was found to be, until it is settled. What is known
// already stays.
func (s *Spool) Plan(ctx context.Context, through int64, p ingest.Plan) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO plan (through, readings, fresh, late) VALUES (?, ?, ?, ?)
			ON CONFLICT (through) DO UPDATE SET fresh = excluded.fresh WHERE plan.fresh IS NULL`,
			through, p.Readings, p.Fresh, p.Late)
		return err
	})
}

// planned returns the plan of a batch that was begun, nil when there is none.
func (s *Spool) planned(ctx context.Context) (through int64, p *ingest.Plan, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT through, readings, fresh, late FROM plan`)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p = new(ingest.Plan)
		if err := rows.Scan(&through, &p.Readings, &p.Fresh, &p.Late); err != nil {
			return 0, nil, err
		}
	}
	return through, p, rows.Err()
}
