package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/journal"
)

// oldProofs are the proofs that are too old, once the journal tells of them: $1 is the
// first instant that is kept. An agreement counts from its end, what ended one from when
// it was said, so that neither outlives the other.
var oldProofs = []struct {
	of    source
	where string
}{
	{reads, `x.entry IS NOT NULL AND x.at < $1`},
	{consents, `x.entry IS NOT NULL AND x.at < $1
		AND (x.state <> 'given' OR COALESCE((SELECT g.valid_to FROM "grant" g WHERE g.consent = x.id), x.expires_at) < $1)`},
}

// DecayProofs removes who read what before an instant, and what was agreed to and ended
// before it. The digests stay, and the journal tells that the rows are gone. It returns
// how many went.
func (d *DB) DecayProofs(ctx context.Context, before time.Time) (rows int64, err error) {
	for _, old := range oldProofs {
		for more := true; more; {
			n := 0
			err := d.tx(ctx, func(tx *sql.Tx) (err error) {
				n, err = d.removeProofs(ctx, tx, old.of, old.where, before)
				return err
			})
			if err != nil {
				return rows, fmt.Errorf("remove proofs that are too old: %w", err)
			}
			rows, more = rows+int64(n), n == pageOfJournal
		}
	}
	return rows, nil
}

func (d *DB) removeProofs(ctx context.Context, tx *sql.Tx, of source, where string, before time.Time) (int, error) {
	if err := d.journalTurn(ctx, tx); err != nil {
		return 0, err
	}
	old, err := of.some(ctx, tx, pageOfJournal, where, millis(before))
	if err != nil || len(old) == 0 {
		return 0, err
	}
	gone := make([]removed, len(old))
	for i, x := range old {
		gone[i] = removed{kind: of.kind, id: x.id, entry: x.entry.Int64, digest: x.digest}
		if of.kind == journal.Consent {
			if _, err := tx.ExecContext(ctx, `DELETE FROM "grant" WHERE consent = $1`, x.id); err != nil {
				return 0, err
			}
		}
		//nolint:gosec // only constants are joined
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of.table+` WHERE id = $1`, x.id); err != nil {
			return 0, err
		}
	}
	_, err = d.tellRemoval(ctx, tx, "retention", gone)
	return len(gone), err
}

// ExpiredProofs counts what [DB.DecayProofs] would remove.
func (d *DB) ExpiredProofs(ctx context.Context, before time.Time) (rows int64, err error) {
	for _, old := range oldProofs {
		var n int64
		if err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+old.of.from+` WHERE `+old.where, millis(before)).Scan(&n); err != nil {
			return 0, fmt.Errorf("count proofs that are too old: %w", err)
		}
		rows += n
	}
	return rows, nil
}
