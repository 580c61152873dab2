package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// noteEnded notes beside the keys what a family agrees to no longer, or to less of, so
// that a copy of the records from before does not bring it back. What is noted and never
// committed is what the family wanted all the same.
func (d *DB) noteEnded(ctx context.Context, tx *sql.Tx, family household.FamilyID, held []consent.Grant, events []consent.Event) error {
	var ended []string
	for _, s := range consent.Less(held, events) {
		ended = append(ended, wordOf(s))
	}
	if len(ended) == 0 {
		return nil
	}
	last, err := d.keys.Note(ctx, string(family), events[0].At, ended...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE keyring SET noted = $1 WHERE noted < $1`, last)
	return err
}

// wordOf writes a scope as a note has it.
func wordOf(s consent.Scope) string {
	return fmt.Sprintf("%s %s %s %d", s.Purpose, s.Recipient, s.Category, s.Granularity)
}

func scopeOf(word string) (s consent.Scope, err error) {
	_, err = fmt.Sscanf(word, "%s %s %s %d", &s.Purpose, &s.Recipient, &s.Category, &s.Granularity)
	return s, err
}

// Ended returns what families agreed to when these records were copied and no longer
// did after that, by family: of notes beside the keys that the records do not have yet.
// Once all of it is withdrawn again, tell [DB.EndedSettled] the number that comes with
// it; 0 when there is no such note.
func (d *DB) Ended(ctx context.Context) (ended map[household.FamilyID][]consent.Scope, last int64, err error) {
	var noted int64
	if err := d.read.QueryRowContext(ctx, `SELECT noted FROM keyring`).Scan(&noted); err != nil {
		return nil, 0, fmt.Errorf("read what was withdrawn since: %w", err)
	}
	notes, err := d.keys.Notes(ctx, noted)
	if err != nil {
		return nil, 0, err
	}
	ended = map[household.FamilyID][]consent.Scope{}
	for _, n := range notes {
		last = n.ID
		scope, err := scopeOf(n.What)
		if err != nil {
			return nil, 0, fmt.Errorf("read what was withdrawn since: note %d: %w", n.ID, err)
		}
		var held bool
		err = d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM "grant"
			WHERE family = $1 AND purpose = $2 AND recipient = $3 AND category = $4 AND granularity = $5 AND valid_from <= $6 AND valid_to > $6)`,
			n.Owner, scope.Purpose, scope.Recipient, scope.Category, int(scope.Granularity), millis(n.At)).Scan(&held)
		if err != nil {
			return nil, 0, fmt.Errorf("read what was withdrawn since: %w", err)
		}
		if family := household.FamilyID(n.Owner); held && !slices.Contains(ended[family], scope) {
			ended[family] = append(ended[family], scope)
		}
	}
	return ended, last, nil
}

// EndedSettled says that what was noted up to a number holds in the records.
func (d *DB) EndedSettled(ctx context.Context, last int64) error {
	if _, err := d.write.ExecContext(ctx, `UPDATE keyring SET noted = $1 WHERE noted < $1`, last); err != nil {
		return fmt.Errorf("settle what was withdrawn since: %w", err)
	}
	return nil
}
