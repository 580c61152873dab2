package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"foyer/internal/charter"
	"foyer/internal/journal"
)

// Charter returns every change of the charter, in the order it was said.
func (d *DB) Charter(ctx context.Context) (charter.Book, error) {
	book, err := bookOf(ctx, d.read)
	if err != nil {
		return nil, fmt.Errorf("read the charter: %w", err)
	}
	return book, nil
}

func bookOf(ctx context.Context, q querier) (charter.Book, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, name, value, from_at, said_at, decided_by, why FROM charter ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var book charter.Book
	for rows.Next() {
		var x charter.Change
		var from, at int64
		if err := rows.Scan(&x.ID, &x.Name, &x.Value, &from, &at, &x.By, &x.Why); err != nil {
			return nil, err
		}
		x.From, x.At = instant(from), instant(at)
		book = append(book, x)
	}
	return book, rows.Err()
}

// Amend writes changes of the charter, and the journal's entries that tell of them, at
// one instant of the database's clock. A change without a beginning begins then. What
// would leave everything as it is is left out; the changes written are returned. An
// earlier beginning is [charter.ErrPast].
func (d *DB) Amend(ctx context.Context, changes ...charter.Change) ([]charter.Change, error) {
	var written []charter.Change
	err := d.tx(ctx, func(tx *sql.Tx) error {
		if err := d.journalTurn(ctx, tx); err != nil { // who else changes it waits
			return err
		}
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
			return err
		}
		book, err := bookOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range changes {
			x.At = instant(now)
			if x.From.IsZero() {
				x.From = x.At
			}
			if x.From.Before(x.At) {
				return fmt.Errorf("%s from %s: %w", x.Name, x.From.UTC().Format(time.RFC3339), charter.ErrPast)
			}
			if idle(book, x) {
				continue
			}
			err := tx.QueryRowContext(ctx, `INSERT INTO charter (name, value, from_at, said_at, decided_by, why) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
				x.Name, x.Value, millis(x.From), now, x.By, x.Why).Scan(&x.ID)
			if err != nil {
				return err
			}
			book, written = append(book, x), append(written, x)
		}
		return d.tellOf(ctx, tx, amendments, ``)
	})
	if err != nil {
		return nil, fmt.Errorf("change the charter: %w", err)
	}
	return written, nil
}

// idle reports whether a change says what holds at its beginning, and nothing begins
// after it that it would come before.
func idle(book charter.Book, x charter.Change) bool {
	later := slices.ContainsFunc(book, func(b charter.Change) bool { return b.Name == x.Name && b.From.After(x.From) })
	return !later && book.At(x.From).Get(x.Name).Value == x.Value
}

// What an entry says of a change of the charter, and the row that it digests.
type (
	amendedBody struct {
		Name  string `json:"name"`
		Value string `json:"value"`
		From  string `json:"from"` // RFC 3339, UTC
		proof
	}
	amendedRow struct {
		commitment
		Row   string `json:"row"`
		ID    int64  `json:"id"`
		Name  string `json:"name"`
		Value string `json:"value"`
		From  int64  `json:"from_at"`
		At    int64  `json:"said_at"`
		By    string `json:"decided_by"`
		Why   string `json:"why"`
	}
)

var amendments = source{
	kind: journal.Parameter, table: "charter", family: "''", from: "charter x", untold: "x.entry IS NULL",
	columns: `x.name, x.value, x.from_at, x.said_at, x.decided_by, x.why`,
	scan: func(row rowScanner) (trace, error) {
		r := amendedRow{Row: "charter"}
		x := trace{}
		err := row.Scan(&x.id, &x.entry, &x.digest, &r.Name, &r.Value, &r.From, &r.At, &r.By, &r.Why)
		r.ID = x.id
		x.at, x.row = r.At, &r
		x.body = func(p proof) any {
			return amendedBody{Name: r.Name, Value: r.Value, From: instant(r.From).Format(time.RFC3339), proof: p}
		}
		return x, err
	},
}
