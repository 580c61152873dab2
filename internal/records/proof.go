package records

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/canonical"
	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/journal"
)

// Reads returns who read a family's data, the newest first, of rows below an id, 0 for
// all; and writes this read down.
func (d *DB) Reads(ctx context.Context, a consent.Access, family household.FamilyID, below int64, limit int) ([]consent.Read, error) {
	if below <= 0 {
		below = math.MaxInt64
	}
	var all []consent.Read
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := logOwn(ctx, tx, a, family); err != nil {
			return err
		}
		all, err = readsOf(ctx, tx, ` WHERE family = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, string(family), below, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return all, nil
}

// logOwn writes down that a family read what it may always see.
func logOwn(ctx context.Context, tx *sql.Tx, a consent.Access, family household.FamilyID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access (at, audience, subject, family, purpose, view)
		VALUES ((SELECT now FROM wall), $1, $2, $3, $4, $5)`, string(a.Reader.Kind), a.Reader.Subject, string(family), string(a.Purpose), a.View)
	return err
}

// readsOf reads the access log as its family sees it.
func readsOf(ctx context.Context, q querier, where string, args ...any) ([]consent.Read, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, at, audience, purpose, view, COALESCE(entry, -1) FROM v_access`+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []consent.Read
	for rows.Next() {
		var x consent.Read
		var at int64
		if err := rows.Scan(&x.ID, &at, &x.Kind, &x.Purpose, &x.View, &x.Entry); err != nil {
			return nil, err
		}
		x.At = instant(at)
		all = append(all, x)
	}
	return all, rows.Err()
}

// ReadProof returns the proof that the journal tells of one read that a family may see,
// without what is not there yet: an entry before the minute of the read is over and told,
// a checkpoint before one is signed over that entry. It is nil for a read that the
// family may not see. The read of it is written down.
func (d *DB) ReadProof(ctx context.Context, a consent.Access, family household.FamilyID, id int64) (*journal.Proof, error) {
	var p *journal.Proof
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := logOwn(ctx, tx, a, family); err != nil {
			return err
		}
		seen, err := readsOf(ctx, tx, ` WHERE family = $1 AND id = $2`, string(family), id)
		if err != nil || len(seen) == 0 {
			return err
		}
		if err := d.asOwner(ctx, tx); err != nil {
			return err
		}
		p, err = d.prove(ctx, tx, reads, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return p, nil
}

// prove returns the proof of one row of a source, as far as there is one.
func (d *DB) prove(ctx context.Context, tx *sql.Tx, s source, id int64) (*journal.Proof, error) {
	rows, err := s.traces(ctx, tx, `x.id = $1`, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	x, p := rows[0], &journal.Proof{}
	if p.Row, err = canonical.Marshal(x.row); err != nil || !x.entry.Valid {
		return p, err
	}
	all := salts{}
	if err := d.saltsFor(ctx, tx, all, rows, false); err != nil {
		return nil, err
	}
	p.Key, _ = all.key(x, s.table)
	if err := s.proveRow(ctx, tx, x, p); err != nil {
		return nil, err
	}
	return p, d.proveEntry(ctx, tx, x.entry.Int64, p)
}

// proveRow sets the path from a row to the root in its entry.
func (s source) proveRow(ctx context.Context, tx *sql.Tx, x trace, p *journal.Proof) error {
	told, err := s.traces(ctx, tx, `x.entry = $1`, x.entry.Int64)
	if err != nil {
		return err
	}
	gone, err := removedRows(ctx, tx, `kind = $1 AND entry = $2`, string(s.kind), x.entry.Int64)
	if err != nil {
		return err
	}
	for _, t := range told {
		gone = append(gone, removed{kind: s.kind, id: t.id, digest: t.digest})
	}
	inOrder(gone)
	digests := make([][]byte, len(gone))
	for i, t := range gone {
		digests[i] = t.digest
	}
	p.Place = int64(slices.IndexFunc(gone, func(t removed) bool { return t.id == x.id }))
	if p.Path, err = journal.PathOf(digests, p.Place); err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `SELECT leaf FROM journal WHERE id = $1`, x.entry.Int64).Scan(&p.Entry)
}

// proveEntry sets the path from an entry to the root of the newest checkpoint, when that
// is signed over the entry.
func (d *DB) proveEntry(ctx context.Context, tx *sql.Tx, entry int64, p *journal.Proof) error {
	var size int64
	err := tx.QueryRowContext(ctx, `SELECT size, signed FROM journal_checkpoint WHERE size > $1 ORDER BY size DESC LIMIT 1`, entry).Scan(&size, &p.Checkpoint)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		p.EntryPath, err = tlog.ProveRecord(size, entry, storedHashes(ctx, tx))
	}
	return err
}

// JournalEntries returns entries from an index on, as they are hashed; at most limit.
func (d *DB) JournalEntries(ctx context.Context, from int64, limit int) ([]journal.Entry, error) {
	stored, err := readEntries(ctx, d.read, from, from+int64(limit))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	all := make([]journal.Entry, len(stored))
	for i, s := range stored {
		if all[i], err = journal.ParseEntry(bytes.Clone(s.leaf)); err != nil {
			return nil, fmt.Errorf("read entry %d of the journal: %w; `foyer audit verify` says more", s.id, err)
		}
	}
	return all, nil
}
