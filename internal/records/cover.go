package records

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"foyer/internal/household"
	"foyer/internal/journal"
)

const minute = int64(time.Minute / time.Millisecond)

// CoverAccess writes the entry of one minute that is over, by the database's clock,
// and whose reads no entry covers yet, the earliest first. It returns false without
// one. A read that is committed only after the entry of its minute gets another entry
// of that minute: none is left out, and none is told twice, whoever calls this and
// when.
func (d *DB) CoverAccess(ctx context.Context) (bool, error) {
	oldest, err := uncovered(ctx, d.read)
	if err != nil || !oldest.Valid {
		return false, wrapCover(err)
	}
	err = d.tx(ctx, func(tx *sql.Tx) error {
		if err := d.journalTurn(ctx, tx); err != nil {
			return err
		}
		oldest, err := uncovered(ctx, tx)
		if err != nil || !oldest.Valid {
			return err
		}
		return d.cover(ctx, tx, oldest.Int64/minute*minute, ``)
	})
	return err == nil, wrapCover(err)
}

func wrapCover(err error) error {
	if err != nil {
		err = fmt.Errorf("tell the journal what was read: %w", err)
	}
	return err
}

// uncovered returns the earliest read of a minute that is over and that no entry covers.
func uncovered(ctx context.Context, q rowQuerier) (at sql.NullInt64, err error) {
	err = q.QueryRowContext(ctx, `SELECT MIN(at) FROM access WHERE entry IS NULL AND at < (SELECT now / 60000 * 60000 FROM wall)`).Scan(&at)
	return at, err
}

// cover writes the entry of the reads of a minute that meet a condition and have none.
func (d *DB) cover(ctx context.Context, tx *sql.Tx, start int64, and string, args ...any) error {
	rows, err := reads.traces(ctx, tx, reads.untold+` AND x.at >= $1 AND x.at < $2`+and, append([]any{start, start + minute}, args...)...)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := d.digestRows(ctx, tx, reads, rows); err != nil {
		return err
	}
	entry, err := d.inscribe(ctx, tx, inscription{journal.Access, readBody{Minute: instant(start).Format(time.RFC3339), proof: proofOf(rows)}})
	if err != nil {
		return err
	}
	return reads.mark(ctx, tx, rows, func(int) int64 { return entry })
}

// removeTraces deletes the rows of a family that entries tell of, and its salt: from
// then on their digests stand for them, and nobody can find out what was digested. It
// belongs into the transaction that erases the family, before the family goes and after
// every other lock. Why is "erasure". It returns the index of the entry that tells it.
func (d *DB) removeTraces(ctx context.Context, tx *sql.Tx, family household.FamilyID, why string) (entry int64, err error) {
	if err := d.journalTurn(ctx, tx); err != nil {
		return 0, err
	}
	if err := d.coverFamily(ctx, tx, family); err != nil {
		return 0, err
	}
	var gone []removed
	for _, from := range sources {
		rows, err := from.traces(ctx, tx, `x.entry IS NOT NULL AND `+from.family+` = $1`, string(family))
		if err != nil {
			return 0, err
		}
		for _, x := range rows {
			gone = append(gone, removed{kind: from.kind, id: x.id, entry: x.entry.Int64, digest: x.digest})
			//nolint:gosec // only constants are joined
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+from.table+` WHERE id = $1`, x.id); err != nil {
				return 0, err
			}
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM journal_salt WHERE family = $1`, string(family)); err != nil {
		return 0, err
	}
	return d.tellRemoval(ctx, tx, why, gone)
}

// coverFamily covers the reads of a family that no entry covers yet, those of the
// present minute too.
func (d *DB) coverFamily(ctx context.Context, tx *sql.Tx, family household.FamilyID) error {
	open, err := reads.traces(ctx, tx, reads.untold+` AND x.family = $1`, string(family))
	if err != nil {
		return err
	}
	var minutes []int64
	for _, x := range open {
		minutes = append(minutes, x.at/minute*minute)
	}
	slices.Sort(minutes)
	for _, start := range slices.Compact(minutes) {
		if err := d.cover(ctx, tx, start, ` AND x.family = $3`, string(family)); err != nil {
			return err
		}
	}
	return nil
}

// A removed row is one that an entry told of.
type removed struct {
	kind    journal.Kind
	id      int64
	entry   int64
	digest  []byte
	removal int64
}

func (d *DB) tellRemoval(ctx context.Context, tx *sql.Tx, why string, gone []removed) (entry int64, err error) {
	entry, err = d.inscribe(ctx, tx, inscription{journal.Removal, removedBody{Why: why, proof: proofOfRemoval(gone)}})
	if err != nil {
		return 0, err
	}
	var values []any
	for _, x := range gone {
		values = append(values, string(x.kind), x.id, x.entry, x.digest, entry)
	}
	return entry, d.insertMany(ctx, tx, `INSERT INTO journal_removed (kind, id, entry, digest, removal) VALUES `, 5, values)
}

// proofOfRows is [proofOf] from digests.
func proofOfRows(rows []removed) proof {
	return proofOver(rows, func(x removed) []byte { return x.digest })
}

// proofOfRemoval is what an entry holds of rows that were removed: in order of kind and
// id, "KIND ID ENTRY DIGEST", the digest in hexadecimal digits.
func proofOfRemoval(rows []removed) proof {
	return proofOver(rows, func(x removed) []byte { return fmt.Appendf(nil, "%s %d %d %x", x.kind, x.id, x.entry, x.digest) })
}

func proofOver(rows []removed, record func(removed) []byte) proof {
	inOrder(rows)
	records := make([][]byte, len(rows))
	for i, x := range rows {
		records[i] = record(x)
	}
	return proof{Rows: len(rows), Root: journal.RootOf(records)}
}

// inOrder sorts rows as trees have them.
func inOrder(rows []removed) {
	slices.SortFunc(rows, func(a, b removed) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
}

// removedRows reads removed rows that meet a condition.
func removedRows(ctx context.Context, q querier, where string, args ...any) ([]removed, error) {
	rows, err := q.QueryContext(ctx, `SELECT kind, id, entry, digest, removal FROM journal_removed WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []removed
	for rows.Next() {
		var x removed
		if err := rows.Scan(&x.kind, &x.id, &x.entry, &x.digest, &x.removal); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}
