package records

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/journal"
)

// pageOfJournal is how many entries are read at once.
const pageOfJournal = 4096

// Audit reads the whole journal and holds it against c, against the hashes and
// checkpoints that are stored, and against the rows that its entries tell of. Progress,
// which may be nil, hears of entries done and of all. What does not hold is a
// [*journal.Fault]. It also returns how many reads wait for their entry.
//
// It does not stand in the way of those who write: what is added meanwhile is read too.
func (d *DB) Audit(ctx context.Context, c *journal.Check, progress func(done, of int64)) (report journal.Report, waiting int, err error) {
	if err := d.promises(ctx, c); err != nil {
		return report, 0, err
	}
	a := audit{check: c, prices: map[string]pricedAt{}, salts: salts{}}
	for more := true; more; {
		if more, err = d.auditPage(ctx, &a); err != nil {
			return report, 0, err
		}
		if progress != nil {
			progress(c.Size(), max(a.size, c.Size()))
		}
	}
	report, err = c.End()
	report.Unproven = a.unproven
	if err != nil {
		return report, 0, err
	}
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		if waiting, err = a.rest(ctx, tx); err != nil {
			return err
		}
		return a.holdPrices(ctx, tx)
	})
	return report, waiting, err
}

// promises has the journal hold to every checkpoint that is stored.
func (d *DB) promises(ctx context.Context, c *journal.Check) error {
	rows, err := d.read.QueryContext(ctx, `SELECT size, signed FROM journal_checkpoint ORDER BY size`)
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		var signed string
		if err := rows.Scan(&size, &signed); err != nil {
			return fmt.Errorf("read checkpoints: %w", err)
		}
		name := fmt.Sprintf("checkpoint of %d entries", size)
		if cp, err := journal.ParseCheckpoint(signed); err == nil && cp.Size != size {
			return &journal.Fault{Index: -1, Kind: journal.Kind(name), Why: fmt.Sprintf("it is signed for %d", cp.Size)}
		}
		if err := c.Promise(name, signed, true); err != nil {
			return err
		}
	}
	return rows.Err()
}

// snapshot runs fn on one state of the store.
func (d *DB) snapshot(ctx context.Context, fn func(*sql.Tx) error) error {
	var opts *sql.TxOptions
	if d.postgres {
		opts = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(tx)
}

// An audit is one way through the journal.
type audit struct {
	check  *journal.Check
	size   int64 // of the journal when the last page was read
	prices map[string]pricedAt
	salts  salts

	unproven int64 // rows whose salt is lost
}

// A storedEntry is an entry as its row has it.
type storedEntry struct {
	id   int64
	kind journal.Kind
	leaf []byte
}

func readEntries(ctx context.Context, q querier, from, to int64) ([]storedEntry, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, kind, leaf FROM journal WHERE id >= $1 AND id < $2 ORDER BY id`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []storedEntry
	for rows.Next() {
		var e storedEntry
		if err := rows.Scan(&e.id, &e.kind, &e.leaf); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// auditPage follows the next entries; false when there are no more.
func (d *DB) auditPage(ctx context.Context, a *audit) (more bool, err error) {
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		from := a.check.Size()
		to := from + pageOfJournal
		entries, err := readEntries(ctx, tx, from, to)
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		if a.size, err = journalSize(ctx, tx); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		more = a.size > from
		if !more {
			return nil
		}
		ev, err := d.evidenceOf(ctx, tx, a, from, to)
		if err != nil {
			return fmt.Errorf("read what the journal tells of: %w", err)
		}
		for _, e := range entries {
			if err := a.entry(e, ev); err != nil {
				return err
			}
		}
		if at := a.check.Size(); at < min(to, a.size) {
			return &journal.Fault{Index: at, Kind: journal.Missing, Why: "its row is not there"}
		}
		return ev.spare(a.size)
	})
	return more, err
}

func (a *audit) entry(stored storedEntry, ev *evidence) error {
	at := a.check.Size()
	if stored.id != at {
		return &journal.Fault{Index: at, Kind: journal.Missing, Why: "its row is not there"}
	}
	hash, ok := ev.hashes[tlog.StoredHashIndex(0, at)]
	if !ok {
		return &journal.Fault{Index: at, Kind: stored.kind, Why: "its hash is not there"}
	}
	e, nodes, err := a.check.Entry(stored.leaf, hash)
	if err != nil {
		return err
	}
	if e.Kind != stored.kind {
		return &journal.Fault{Index: at, Kind: e.Kind, Why: fmt.Sprintf("its row says that it is of kind %q", stored.kind)}
	}
	for i, node := range nodes {
		place := tlog.StoredHashIndex(0, at) + int64(i)
		if ev.hashes[place] != node {
			return &journal.Fault{Index: at, Kind: e.Kind, Why: fmt.Sprintf("the hash stored %d above it is not that of its tree", i)}
		}
		delete(ev.hashes, place)
	}
	if err := ev.holds(e); err != nil {
		return err
	}
	return a.learnPrices(e)
}

// rest looks for what the entries do not tell of, and counts reads that wait.
func (a *audit) rest(ctx context.Context, tx *sql.Tx) (waiting int, err error) {
	count := func(query string, args ...any) (n int) {
		if err == nil {
			err = tx.QueryRowContext(ctx, query, args...).Scan(&n)
		}
		return n
	}
	size := a.check.Size()
	if now := count(`SELECT COALESCE(MAX(id) + 1, 0) FROM journal`); int64(now) > size { // what came meanwhile is looked at next time
		return 0, err
	}
	if n := count(`SELECT COUNT(*) FROM journal WHERE id < 0`); n > 0 {
		return 0, &journal.Fault{Index: -1, Kind: "journal", Why: fmt.Sprintf("%d entries stand before the first", n)}
	}
	if n := count(`SELECT COUNT(*) FROM journal_hash WHERE id < 0 OR id >= $1`, tlog.StoredHashCount(size)); n > 0 {
		return 0, &journal.Fault{Index: size, Kind: journal.Missing, Why: fmt.Sprintf("%d hashes are stored for it and others after it", n)}
	}
	if n := count(`SELECT COUNT(*) FROM journal_removed WHERE entry < 0 OR entry >= $1 OR removal < 0 OR removal >= $1`, size); n > 0 {
		return 0, &journal.Fault{Index: size, Kind: journal.Missing, Why: fmt.Sprintf("%d rows are said to be removed by it, or one after it", n)}
	}
	for _, s := range sources {
		if n := count(`SELECT COUNT(*) FROM `+s.from+` WHERE x.entry < 0 OR x.entry >= $1`, size); n > 0 {
			return 0, &journal.Fault{Index: size, Kind: journal.Missing, Why: fmt.Sprintf("%d rows of %s say that it, or one after it, tells of them", n, s.table)}
		}
		n := count(`SELECT COUNT(*) FROM ` + s.from + ` WHERE ` + s.untold)
		if s.kind == journal.Access {
			waiting = n
		} else if n > 0 {
			return 0, &journal.Fault{Index: -1, Kind: s.kind, Why: fmt.Sprintf("no entry tells of %d rows of %s", n, s.table)}
		}
	}
	return waiting, err
}
