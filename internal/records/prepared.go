package records

import (
	"context"
	"database/sql"
	"slices"
	"sync"
)

// mostPrepared bounds how many texts are kept prepared, of some 30 KiB each.
const mostPrepared = 128

// prepared keeps statements that SQLite would otherwise parse and plan at each use: of
// views in views, or of many rows, which takes longer than to run them. Its zero value
// keeps none. PostgreSQL's driver keeps statements by itself.
//
// A limit is written LIMIT CAST($8 AS BIGINT): SQLite plans for the value of one that is a
// parameter by itself, and parses the text again whenever it is bound.
type prepared struct {
	mu      sync.Mutex
	all     map[string]*sql.Stmt // by their texts; nil while it is missing
	missing []string
}

// of returns the statement of a text; nil when it has to be run as it is.
func (p *prepared) of(text string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	stmt, known := p.all[text]
	if !known && len(p.all) < mostPrepared {
		if p.all == nil {
			p.all = map[string]*sql.Stmt{}
		}
		p.all[text] = nil
		p.missing = append(p.missing, text)
	}
	return stmt
}

// fill prepares what was missing.
func (p *prepared) fill(ctx context.Context, db *sql.DB) {
	p.mu.Lock()
	texts := slices.Clone(p.missing)
	p.missing = p.missing[:0]
	p.mu.Unlock()
	for _, text := range texts {
		stmt, err := db.PrepareContext(ctx, text) //nolint:sqlclosecheck // kept as long as db
		p.mu.Lock()
		if err == nil {
			p.all[text] = stmt
		} else {
			delete(p.all, text) // missing again at its next use
		}
		p.mu.Unlock()
	}
}

// query runs a query that will be run again in other transactions.
func (d *DB) query(ctx context.Context, tx *sql.Tx, text string, args []any) (*sql.Rows, error) {
	if !d.postgres {
		if stmt := d.writes.of(text); stmt != nil {
			return tx.StmtContext(ctx, stmt).QueryContext(ctx, args...) //nolint:sqlclosecheck // ends with tx
		}
	}
	return tx.QueryContext(ctx, text, args...)
}

// exec runs a statement as query runs a query.
func (d *DB) exec(ctx context.Context, tx *sql.Tx, text string, args []any) error {
	if !d.postgres {
		if stmt := d.writes.of(text); stmt != nil {
			_, err := tx.StmtContext(ctx, stmt).ExecContext(ctx, args...) //nolint:sqlclosecheck // ends with tx
			return err
		}
	}
	_, err := tx.ExecContext(ctx, text, args...)
	return err
}

// commit ends a transaction. The writer is one connection, which a transaction has to
// itself: what it found missing is prepared only now.
func (d *DB) commit(ctx context.Context, tx *sql.Tx) error {
	if err := tx.Commit(); err != nil {
		return err
	}
	d.writes.fill(ctx, d.write)
	return nil
}

// again runs a query that will be run again, outside of a transaction.
//
//nolint:sqlclosecheck // statements are kept, and who asked closes the rows
func (d *DB) again(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if d.postgres {
		return d.read.QueryContext(ctx, text, args...)
	}
	stmt := d.reads.of(text)
	if stmt == nil {
		d.reads.fill(ctx, d.read) // before a connection is taken: of a few, none waits for another
		stmt = d.reads.of(text)
	}
	if stmt == nil {
		return d.read.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}
