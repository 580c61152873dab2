package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// asked is where it stands that a family agreed that a reader sees its answers.
func (r glance) asked() string { return `v_scope` + r.where() + ` AND category = 'survey'` }

// Spoken returns what a reader may see of what a family said.
func (d *DB) Spoken(ctx context.Context, a consent.Access, family household.FamilyID) (household.Spoken, error) {
	t := household.Spoken{}
	if family == "" {
		return t, fmt.Errorf("disclose %s of nobody", a.View)
	}
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, family}
		if err := r.log(ctx, r.asked()); err != nil {
			return err
		}
		err := r.each(ctx, `SELECT 1 FROM `+r.asked(), func(rows *sql.Rows) error {
			var one int
			t.Agreed = true
			return rows.Scan(&one)
		})
		if err != nil {
			return err
		}
		if err := r.families(ctx, func(f household.Family) { t.Family = f }); err != nil {
			return err
		}
		err = r.each(ctx, `SELECT id, family, question, answer, day, said_by, said_at FROM v_answer`+r.where()+` ORDER BY id`, func(rows *sql.Rows) error {
			x, err := d.scanAnswer(ctx, rows)
			t.Answers = append(t.Answers, x)
			return err
		})
		t.Answers = household.Holding(t.Answers)
		if !t.Agreed {
			t.Family = household.Family{}
		}
		return err
	})
	if err != nil {
		return household.Spoken{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return t, nil
}

// KeepAnswers keeps answers of one family, all or none: none where it did not agree that the
// reader sees answers of those days. On the way to a write the consent is read again.
func (d *DB) KeepAnswers(ctx context.Context, a consent.Access, family household.FamilyID, answers []household.Answer) (bool, error) {
	if family == "" {
		return false, fmt.Errorf("disclose %s of nobody", a.View)
	}
	agreed := false
	err := d.tx(ctx, func(tx *sql.Tx) error {
		r := glance{d, tx, a, family}
		if err := d.asGate(ctx, tx); err != nil {
			return err
		}
		if err := r.log(ctx, r.asked()); err != nil {
			return err
		}
		var err error
		if agreed, err = r.askedOn(ctx, answers); err != nil || !agreed {
			return err
		}
		if err := d.asOwner(ctx, tx); err != nil {
			return err
		}
		for _, x := range answers {
			if err := d.addAnswer(ctx, tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("keep %d answers: %w", len(answers), err)
	}
	return agreed, nil
}

// askedOn reports whether what a family agreed to covers the day of every answer.
func (r glance) askedOn(ctx context.Context, answers []household.Answer) (bool, error) {
	zone, err := time.LoadLocation(r.access.Reader.Zone)
	if err != nil {
		return false, err
	}
	for _, x := range answers {
		covered := false
		err := r.each(ctx, `SELECT 1 FROM `+r.asked()+` AND data_from <= $5 AND data_to > $5`, func(rows *sql.Rows) error {
			var one int
			covered = true
			return rows.Scan(&one)
		}, millis(x.Day.Start(zone)))
		if err != nil || !covered {
			return false, err
		}
	}
	return len(answers) > 0, nil
}
