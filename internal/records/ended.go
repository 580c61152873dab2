package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/keyring"
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
	return d.beside(ctx, tx, string(family), ended...)
}

// What is noted besides: that who came in with it does so no longer. Its id follows.
const (
	phoneEnded = "phone"
	staffEnded = "staff"
	tokenEnded = "token"
)

// toErase is noted of a family whose erasure was confirmed, with the hash of its code.
const toErase = "erasure"

// beside notes beside the keys what is no longer so of an owner.
func (d *DB) beside(ctx context.Context, tx *sql.Tx, owner string, words ...string) error {
	if len(words) == 0 {
		return nil
	}
	var now int64
	if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
		return err
	}
	last, err := d.keys.Note(ctx, owner, instant(now), words...)
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

// Since is what was so when records were copied, and was ended after that.
type Since struct {
	Scopes map[household.FamilyID][]consent.Scope // that families agreed to
	Shut   int                                    // phones, people and tokens that came in
	Due    int                                    // families whose erasure was confirmed, and not carried out

	shut []keyring.Note
	due  []keyring.Note
	last int64
}

// Ended returns what was ended after these records were copied: of notes beside the keys
// that the records do not have yet. Once the scopes are withdrawn again, hand it to
// [DB.EndedSettled].
func (d *DB) Ended(ctx context.Context) (since Since, err error) {
	var noted int64
	if err := d.read.QueryRowContext(ctx, `SELECT noted FROM keyring`).Scan(&noted); err != nil {
		return since, fmt.Errorf("read what was ended since: %w", err)
	}
	notes, err := d.keys.Notes(ctx, noted)
	if err != nil {
		return since, err
	}
	since.Scopes = map[household.FamilyID][]consent.Scope{}
	for _, n := range notes {
		since.last = n.ID
		switch kind, _, _ := strings.Cut(n.What, " "); {
		case shutting[kind] != nil:
			since.shut = append(since.shut, n)
			continue
		case kind == toErase:
			since.due = append(since.due, n)
			continue
		}
		scope, err := scopeOf(n.What)
		if err != nil {
			return since, fmt.Errorf("read what was ended since: note %d: %w", n.ID, err)
		}
		held, err := d.held(ctx, n, scope)
		if err != nil {
			return since, fmt.Errorf("read what was ended since: %w", err)
		}
		if family := household.FamilyID(n.Owner); held && !slices.Contains(since.Scopes[family], scope) {
			since.Scopes[family] = append(since.Scopes[family], scope)
		}
	}
	return since, nil
}

// held reports whether a scope of a note was agreed to when it was noted.
func (d *DB) held(ctx context.Context, n keyring.Note, s consent.Scope) (held bool, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM "grant"
		WHERE family = $1 AND purpose = $2 AND recipient = $3 AND category = $4 AND granularity = $5 AND valid_from <= $6 AND valid_to > $6)`,
		n.Owner, s.Purpose, s.Recipient, s.Category, int(s.Granularity), millis(n.At)).Scan(&held)
	return held, err
}

// shutting are what has who came in do so no longer, by the word of a note: statements of
// which $1 is an id. The first says whether there was anything to end.
var shutting = map[string][]string{
	phoneEnded: {`DELETE FROM session WHERE kind = 'family' AND id = $1`},
	tokenEnded: {`UPDATE token SET expires_at = (SELECT now FROM wall) WHERE id = $1 AND expires_at > (SELECT now FROM wall)`},
	staffEnded: append(slices.Clone(removal), sessionsOfStaff, giveBack),
}

// EndedSettled ends what else was ended, has erased who confirmed that, says how much in
// Shut and Due, and that all that was noted holds in the records.
func (d *DB) EndedSettled(ctx context.Context, since *Since) error {
	if since.last == 0 {
		return nil
	}
	err := d.tx(ctx, func(tx *sql.Tx) error {
		since.Shut = 0
		for _, n := range since.shut {
			kind, id, _ := strings.Cut(n.What, " ")
			for i, statement := range shutting[kind] {
				res, err := tx.ExecContext(ctx, statement, id)
				if err != nil {
					return err
				}
				if ended, err := res.RowsAffected(); err != nil {
					return err
				} else if i == 0 {
					since.Shut += int(ended)
				}
			}
		}
		since.Due = 0
		for _, n := range since.due {
			again, err := d.dueAgain(ctx, tx, n)
			if err != nil {
				return err
			}
			since.Due += again
		}
		_, err := tx.ExecContext(ctx, `UPDATE keyring SET noted = $1 WHERE noted < $1`, since.last)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle what was ended since: %w", err)
	}
	return nil
}

// dueAgain has a family erased that confirmed it, as the note says; 0 when it is not there.
func (d *DB) dueAgain(ctx context.Context, tx *sql.Tx, n keyring.Note) (int, error) {
	_, hash, _ := strings.Cut(n.What, " ")
	whose, err := d.seal(ctx, "", erasureOf(hash, "household"), n.Owner)
	if err != nil {
		return 0, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO erasure (code, pilot, household, ends_at, confirmed_at)
		SELECT CAST($1 AS TEXT), pilot, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM family WHERE id = $5
		ON CONFLICT (code) DO UPDATE SET ends_at = excluded.ends_at, confirmed_at = excluded.confirmed_at WHERE erasure.confirmed_at = 0`,
		hash, whose, int64(always), millis(n.At), n.Owner)
	if err != nil {
		return 0, err
	}
	again, err := res.RowsAffected()
	return int(again), err
}
