package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/journal"
)

// An inscription is what an entry is going to say.
type inscription struct {
	kind journal.Kind
	body any
}

// The key of the advisory lock under which entries are numbered: "journal" in ASCII.
const journalLock = 0x6a6f75726e616c

// journalTurn has the writers of the journal take turns until the end of tx. Take it
// as the last lock of a transaction. On SQLite writers take turns anyway.
func (d *DB) journalTurn(ctx context.Context, tx *sql.Tx) error {
	if !d.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(journalLock))
	return err
}

// Append adds an entry and returns its index. The body becomes a JSON object of at most
// [journal.MaxLeaf] bytes; it must name nobody, not by an opaque id either.
func (d *DB) Append(ctx context.Context, kind journal.Kind, body any) (index int64, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		index, err = d.inscribe(ctx, tx, inscription{kind, body})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("write the journal: %w", err)
	}
	return index, nil
}

// inscribe adds entries in the transaction of what they tell of, and returns the index
// of the first. They have one time, that of the database's clock.
func (d *DB) inscribe(ctx context.Context, tx *sql.Tx, inscriptions ...inscription) (first int64, err error) {
	if err := d.journalTurn(ctx, tx); err != nil {
		return 0, err
	}
	tree, err := treeOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	var now int64
	if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
		return 0, err
	}
	first = tree.Size()
	var entries, hashes []any
	at := tlog.StoredHashCount(first)
	for _, t := range inscriptions {
		body, err := json.Marshal(t.body)
		if err != nil {
			return 0, err
		}
		e := journal.Entry{Index: tree.Size(), At: instant(now), Kind: t.kind, Before: tree.Root(), Body: body}
		leaf, err := e.Leaf()
		if err != nil {
			return 0, err
		}
		entries = append(entries, e.Index, string(e.Kind), string(leaf))
		for _, h := range tree.Add(tlog.RecordHash(leaf)) {
			hashes = append(hashes, at, h[:])
			at++
		}
	}
	if err := d.insertMany(ctx, tx, `INSERT INTO journal (id, kind, leaf) VALUES `, 3, entries); err != nil {
		return 0, err
	}
	return first, d.insertMany(ctx, tx, `INSERT INTO journal_hash (id, hash) VALUES `, 2, hashes)
}

// insertMany inserts rows of a width, whose values stand one after the other.
func (d *DB) insertMany(ctx context.Context, tx *sql.Tx, into string, width int, values []any) error {
	for len(values) > 0 {
		rows := min(rowsAtOnce, 1<<(bits.Len(uint(len(values)/width))-1)) // few different statements, as powers has it
		if _, err := tx.ExecContext(ctx, into+d.values(rows, width), values[:rows*width]...); err != nil {
			return err
		}
		values = values[rows*width:]
	}
	return nil
}

// A rowQuerier reads one row or many.
type rowQuerier interface {
	querier
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// treeOf returns the tree as it stands.
func treeOf(ctx context.Context, q rowQuerier) (journal.Tree, error) {
	size, err := journalSize(ctx, q)
	if err != nil {
		return journal.Tree{}, err
	}
	tops, err := storedHashes(ctx, q)(journal.Tops(size))
	if err != nil {
		return journal.Tree{}, err
	}
	return journal.Resume(size, tops), nil
}

func journalSize(ctx context.Context, q rowQuerier) (size int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(MAX(id) + 1, 0) FROM journal`).Scan(&size)
	return size, err
}

// storedHashes reads hashes of the tree by their places.
func storedHashes(ctx context.Context, q querier) tlog.HashReaderFunc {
	return func(at []int64) ([]tlog.Hash, error) {
		if len(at) == 0 {
			return nil, nil
		}
		args := make([]any, len(at))
		for i, id := range at {
			args[i] = id
		}
		found := make(map[int64]tlog.Hash, len(at))
		err := eachHash(ctx, q, `id IN (`+placeholders(1, len(at))+`)`, func(id int64, h []byte) error {
			if len(h) != tlog.HashSize {
				return fmt.Errorf("hash %d of the journal has %d bytes", id, len(h))
			}
			found[id] = tlog.Hash(h)
			return nil
		}, args...)
		all := make([]tlog.Hash, len(at))
		for i, id := range at {
			h, ok := found[id]
			if !ok && err == nil {
				err = fmt.Errorf("hash %d of the journal is missing; `foyer audit verify` says more", id)
			}
			all[i] = h
		}
		return all, err
	}
}

func eachHash(ctx context.Context, q querier, where string, take func(id int64, hash []byte) error, args ...any) error {
	rows, err := q.QueryContext(ctx, `SELECT id, hash FROM journal_hash WHERE `+where+` ORDER BY id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return err
		}
		if err := take(id, hash); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Size returns how many entries the journal has.
func (d *DB) Size(ctx context.Context) (int64, error) {
	size, err := journalSize(ctx, d.read)
	if err != nil {
		return 0, fmt.Errorf("read the journal: %w", err)
	}
	return size, nil
}

// Root returns the root of the first entries of the journal.
func (d *DB) Root(ctx context.Context, size int64) (tlog.Hash, error) {
	root, err := tlog.TreeHash(size, storedHashes(ctx, d.read))
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("read the journal: %w", err)
	}
	return root, nil
}

// Last returns the last entry of a kind; false without one.
func (d *DB) Last(ctx context.Context, kind journal.Kind) (journal.Entry, bool, error) {
	var leaf string
	err := d.read.QueryRowContext(ctx, `SELECT leaf FROM journal WHERE kind = $1 ORDER BY id DESC LIMIT 1`, string(kind)).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return journal.Entry{}, false, nil
	}
	var e journal.Entry
	if err == nil {
		e, err = journal.ParseEntry([]byte(leaf))
	}
	if err != nil {
		return journal.Entry{}, false, fmt.Errorf("read the journal: %w", err)
	}
	return e, true, nil
}

// Leaves calls take with every entry of [from, to) in order, as it is hashed.
func (d *DB) Leaves(ctx context.Context, from, to int64, take func(leaf []byte) error) error {
	for at := from; at < to; at += pageOfJournal {
		entries, err := readEntries(ctx, d.read, at, min(to, at+pageOfJournal))
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		for _, e := range entries {
			if err := take(e.leaf); err != nil {
				return err
			}
		}
	}
	return nil
}

// KeepCheckpoint keeps a signed checkpoint of a size. The first one of a size stands.
func (d *DB) KeepCheckpoint(ctx context.Context, size int64, signed string) error {
	_, err := d.write.ExecContext(ctx, `INSERT INTO journal_checkpoint (size, signed) VALUES ($1, $2) ON CONFLICT DO NOTHING`, size, signed)
	if err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	return nil
}

// Checkpoint returns the checkpoint of the most entries; "" without one.
func (d *DB) Checkpoint(ctx context.Context) (string, error) {
	var signed string
	err := d.read.QueryRowContext(ctx, `SELECT signed FROM journal_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&signed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read a checkpoint: %w", err)
	}
	return signed, nil
}

// beginJournal writes the first entry, once, and takes over what was said, decided and
// priced before there was a journal.
func (d *DB) beginJournal(ctx context.Context) error {
	if err := d.sealSalts(ctx); err != nil {
		return err
	}
	size, err := journalSize(ctx, d.read)
	if err != nil || size > 0 {
		return err
	}
	return d.tx(ctx, func(tx *sql.Tx) error {
		if err := d.journalTurn(ctx, tx); err != nil {
			return err
		}
		if size, err := journalSize(ctx, tx); err != nil || size > 0 {
			return err
		}
		if err := d.makeSalt(ctx, tx, ""); err != nil {
			return err
		}
		if _, err := d.inscribe(ctx, tx, inscription{journal.Start, map[string]string{"format": journal.Format}}); err != nil {
			return err
		}
		for _, s := range []source{consents, decisions, amendments} {
			if err := d.tellOf(ctx, tx, s, ``); err != nil {
				return err
			}
		}
		return d.tellPrices(ctx, tx, nil)
	})
}
