package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/journal"
)

// oldAlerts are the alerts that were resolved before an instant, $1, once the journal
// tells of all that was decided on them: those of families, and incidents of gateways.
var oldAlerts = `alert WHERE state = 'resolved' AND changed_at < $1
	AND NOT EXISTS (SELECT 1 FROM alert_event x WHERE x.alert = alert.id AND ` + decisions.untold + `)`

// fewAlerts is how many alerts are removed in one transaction, so that what was decided
// on them fits into one entry of the journal.
const fewAlerts = 200

// DecayAlerts removes the alerts that were resolved before an instant, with their steps,
// notes and messages. The digests of what people decided stay, and the journal tells that
// the rows are gone. It returns how many rows went.
func (d *DB) DecayAlerts(ctx context.Context, before time.Time) (rows int64, err error) {
	for more := true; more; {
		var e eraser
		err := d.tx(ctx, func(tx *sql.Tx) (err error) {
			e = eraser{tx: tx}
			more, err = d.removeAlerts(ctx, &e, before)
			return err
		})
		if err != nil {
			return rows, fmt.Errorf("remove alerts that are too old: %w", err)
		}
		rows += e.rows
	}
	return rows, nil
}

// removeAlerts removes some alerts, and reports whether there may be more.
func (d *DB) removeAlerts(ctx context.Context, e *eraser, before time.Time) (more bool, err error) {
	if err := d.journalTurn(ctx, e.tx); err != nil {
		return false, err
	}
	some := fmt.Sprintf(`(SELECT id FROM %s ORDER BY id LIMIT %d)`, oldAlerts, fewAlerts)
	decided, err := decisions.some(ctx, e.tx, pageOfJournal, `x.entry IS NOT NULL AND x.alert IN `+some, millis(before))
	if err != nil {
		return false, err
	}
	if len(decided) > 0 {
		gone := make([]removed, len(decided))
		for i, x := range decided {
			gone[i] = removed{kind: journal.Decision, id: x.id, entry: x.entry.Int64, digest: x.digest}
			if err := e.delete(ctx, `alert_event WHERE id = $1`, x.id); err != nil {
				return false, err
			}
		}
		if _, err := d.tellRemoval(ctx, e.tx, "retention", gone); err != nil || len(decided) == pageOfJournal {
			return true, err // the alerts go once all of what was decided did
		}
	}
	told := e.rows
	for _, rows := range []string{`outbox WHERE alert IN ` + some, `alert_event WHERE alert IN ` + some, `alert WHERE id IN ` + some} {
		if err := e.delete(ctx, rows, millis(before)); err != nil {
			return false, err
		}
	}
	return e.rows > told, nil
}

// ExpiredAlerts counts the rows that [DB.DecayAlerts] would remove.
func (d *DB) ExpiredAlerts(ctx context.Context, before time.Time) (rows int64, err error) {
	some := `(SELECT id FROM ` + oldAlerts + `)`
	for _, of := range []string{`outbox WHERE alert IN ` + some, `alert_event WHERE alert IN ` + some, `alert WHERE id IN ` + some} {
		var n int64
		if err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+of, millis(before)).Scan(&n); err != nil {
			return 0, fmt.Errorf("count alerts that are too old: %w", err)
		}
		rows += n
	}
	return rows, nil
}
