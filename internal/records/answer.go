package records

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// AddAnswers keeps what families answered, all or none, and has everything computed
// again that reads the days it holds from.
func (d *DB) AddAnswers(ctx context.Context, answers []household.Answer) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		for _, a := range answers {
			if err := d.addAnswer(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep %d answers: %w", len(answers), err)
	}
	return nil
}

func (d *DB) addAnswer(ctx context.Context, tx *sql.Tx, a household.Answer) error {
	zone, err := zoneOf(ctx, tx, a.Family)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `INSERT INTO answer (family, question, answer, day, start_at, said_at) VALUES ($1, $2, '', $3, $4, $5) RETURNING id`,
		a.Family, a.Question, a.Day.String(), millis(a.Day.Start(zone)), millis(a.Said)).Scan(&id)
	if err != nil {
		return err
	}
	answer, err := d.seal(ctx, a.Family, answerOf(id, "answer"), a.Answer)
	if err != nil {
		return err
	}
	by, err := d.seal(ctx, a.Family, answerOf(id, "said_by"), a.By)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE answer SET answer = $1, said_by = $2 WHERE id = $3`, answer, by, id); err != nil {
		return err
	}
	// The day itself too: of a home that nothing was metered of yet, the answer is all there is.
	_, err = tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day)
		SELECT family, day FROM usage_day WHERE family = $1 AND day >= $2
		UNION SELECT id, $2 FROM family WHERE id = $1
		ON CONFLICT DO NOTHING`, a.Family, a.Day.String())
	return err
}

const selectAnswers = `SELECT id, family, question, answer, day, said_by, said_at FROM answer WHERE family BETWEEN $1 AND $2 ORDER BY family, id`

func (d *DB) scanAnswer(ctx context.Context, row rowScanner) (household.Answer, error) {
	var a household.Answer
	var day string
	var id, said int64
	if err := row.Scan(&id, &a.Family, &a.Question, &a.Answer, &day, &a.By, &said); err != nil {
		return a, err
	}
	if err := d.unseal(ctx, a.Family, answerOf(id, "answer"), &a.Answer); err != nil {
		return a, err
	}
	if err := d.unseal(ctx, a.Family, answerOf(id, "said_by"), &a.By); err != nil {
		return a, err
	}
	a.Said = instant(said)
	var err error
	a.Day, err = energy.ParseDay(day)
	return a, err
}

// Answers returns everything a family answered in the order in which it was said. It
// is for the registry, never for an answer to somebody.
func (d *DB) Answers(ctx context.Context, family household.FamilyID) ([]household.Answer, error) {
	rows, err := d.read.QueryContext(ctx, selectAnswers, family, family)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	defer rows.Close()
	var all []household.Answer
	for rows.Next() {
		a, err := d.scanAnswer(ctx, rows)
		if err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	return all, nil
}
