package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// rank puts cold homes first, then goes by severity.
const rank = `CASE rule WHEN 'cold_home' THEN 0 ELSE 10 END + CASE severity WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END`

const caseColumns = `id, pilot, COALESCE(family, ''), gateway, rule, category, severity, state, reason,
	since, opened_at, changed_at, by_staff, version, label, language, by_name, ` + rank

const selectCase = `SELECT ` + caseColumns + ` FROM v_alert`

func (r glance) scanCase(ctx context.Context, row rowScanner) (household.Case, error) {
	var c household.Case
	var reason string
	var since, opened, changed int64
	a := &c.Alert
	err := row.Scan(&a.ID, &a.Pilot, &a.Family, &a.Gateway, &a.Rule, &a.Category, &a.Severity, &a.State, &reason,
		&since, &opened, &changed, &a.By, &a.Version, &c.Label, &c.Language, &c.ByName, &c.Key.Rank)
	if err == nil {
		err = r.db.unseal(ctx, a.Family, labelOf(a.Family), &c.Label)
	}
	if err == nil {
		err = r.db.unseal(ctx, "", nameOf(a.By), &c.ByName)
	}
	a.Reason = []byte(reason)
	a.Since, a.OpenedAt, a.Changed = instant(since), instant(opened), instant(changed)
	c.Key.Opened, c.Key.ID = opened, a.ID
	return c, err
}

// Cases returns a page of the alerts a reader may see.
func (d *DB) Cases(ctx context.Context, a consent.Access, q household.CaseQuery) ([]household.Case, error) {
	args := []any{q.After.Rank, q.After.Opened, q.After.ID, q.Limit}
	for _, s := range q.States {
		args = append(args, string(s))
	}
	var cases []household.Case
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, ""}
		page := `(SELECT * FROM v_alert` + r.where() + ` AND state IN (` + placeholders(9, len(q.States)) + `)
			AND (` + rank + ` > $5 OR ` + rank + ` = $5 AND (opened_at > $6 OR opened_at = $6 AND id > $7))
			ORDER BY ` + rank + `, opened_at, id LIMIT CAST($8 AS BIGINT)) page`
		if err := r.log(ctx, page, args...); err != nil {
			return err
		}
		return r.each(ctx, `SELECT `+caseColumns+` FROM `+page+` ORDER BY `+rank+`, opened_at, id`, func(rows *sql.Rows) error {
			c, err := r.scanCase(ctx, rows)
			cases = append(cases, c)
			return err
		}, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return cases, nil
}

// Case returns one alert with its steps; nil when the reader may not see it.
func (d *DB) Case(ctx context.Context, a consent.Access, id string) (*household.Case, error) {
	var c *household.Case
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		r := glance{d, tx, a, ""}
		if err = r.logCase(ctx, id); err == nil {
			c, err = r.oneCase(ctx, id)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return c, nil
}

// CaseFor returns one alert as a channel may tell it to a recipient now; nil when
// it may not.
func (d *DB) CaseFor(ctx context.Context, to consent.Recipient, view, id string) (*household.Case, error) {
	var pilot string
	err := d.read.QueryRowContext(ctx, `SELECT pilot FROM alert WHERE id = $1`, id).Scan(&pilot)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("disclose %s: %w", view, err)
	}
	reader := consent.Reader{Kind: consent.Channel, Subject: string(to), Pilot: pilot, Recipient: to}
	return d.Case(ctx, consent.Access{Reader: reader, Purpose: consent.Alert, View: view}, id)
}

// logCase writes down that one alert was asked for, and of which family it is
// when it was given.
func (r glance) logCase(ctx context.Context, id string) error {
	a := r.access
	return r.db.exec(ctx, r.tx, `INSERT INTO access (at, audience, subject, family, purpose, view)
		SELECT (SELECT now FROM wall), $6, $7, COALESCE(MAX(family), ''), $1, CASE WHEN COUNT(*) > 0 THEN $8 ELSE '`+consent.Withheld+`' END
		FROM v_alert`+r.where()+` AND id = $5`, r.args(id, string(a.Reader.Kind), a.Reader.Subject, a.View))
}

// oneCase reads an alert and its steps by the same statements whether it may be
// seen or not.
func (r glance) oneCase(ctx context.Context, id string) (*household.Case, error) {
	var found *household.Case
	err := r.each(ctx, selectCase+r.where()+` AND id = $5`, func(rows *sql.Rows) error {
		c, err := r.scanCase(ctx, rows)
		found = &c
		return err
	}, id)
	if err != nil {
		return nil, err
	}
	steps, err := r.steps(ctx, ` AND alert = $5 ORDER BY id`, id)
	if found != nil {
		found.Steps = steps
	}
	return found, err
}

func (r glance) steps(ctx context.Context, and string, more ...any) ([]household.CaseStep, error) {
	var all []household.CaseStep
	err := r.each(ctx, `SELECT id, alert, COALESCE(family, ''), seq, at, step, state, by_staff, by_name, outcome, note FROM v_alert_event`+r.where()+and, func(rows *sql.Rows) error {
		var s household.CaseStep
		var family household.FamilyID
		var by string
		var version, at int64
		err := rows.Scan(&s.Seq, &s.Alert, &family, &version, &at, &s.Step, &s.State, &by, &s.ByName, &s.Outcome, &s.Note)
		if err == nil {
			err = r.db.unseal(ctx, "", nameOf(by), &s.ByName)
		}
		if err == nil {
			err = r.db.unseal(ctx, family, noteOf(s.Alert, version), &s.Note)
		}
		s.At = instant(at)
		all = append(all, s)
		return err
	}, more...)
	return all, err
}

// CaseSteps returns at most limit steps after a sequence number, oldest first,
// each with the alert as the reader may see it now.
func (d *DB) CaseSteps(ctx context.Context, a consent.Access, after int64, limit int) ([]household.CaseStep, []household.Case, error) {
	var steps []household.CaseStep
	var cases []household.Case
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		r := glance{d, tx, a, ""}
		page := `(SELECT family, alert FROM v_alert_event` + r.where() + ` AND id > $5 ORDER BY id LIMIT CAST($6 AS BIGINT)) page`
		if err = r.log(ctx, page, after, limit); err != nil {
			return err
		}
		if steps, err = r.steps(ctx, ` AND id > $5 ORDER BY id LIMIT CAST($6 AS BIGINT)`, after, limit); err != nil {
			return err
		}
		return r.each(ctx, selectCase+r.where()+` AND id IN (SELECT alert FROM `+page+`)`, func(rows *sql.Rows) error {
			c, err := r.scanCase(ctx, rows)
			cases = append(cases, c)
			return err
		}, after, limit)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return steps, cases, nil
}

// LastStep returns the sequence number of the last step of any alert, 0 for none,
// and how often something ended that the reader's recipient could see.
func (d *DB) LastStep(ctx context.Context, a consent.Access) (step, ended int64, err error) {
	err = d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT id FROM v_position),
				COALESCE((SELECT ended FROM v_ended WHERE purpose = $1 AND recipient = $2 AND pilot = $3), 0)`,
			string(a.Purpose), string(a.Reader.Recipient), a.Reader.Pilot).Scan(&step, &ended)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("read last step: %w", err)
	}
	return step, ended, nil
}

// MoveCase has a reader take an alert it may see into a state, when it is still
// at the version the reader saw and in one of the states from. It returns the
// alert as it stands after, whether the move was made, and nil when the reader
// may not see it.
func (d *DB) MoveCase(ctx context.Context, a consent.Access, m household.Move, from []household.AlertState) (c *household.Case, moved bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		// Whoever comes second waits here and then sees what the first one did.
		if _, err := tx.ExecContext(ctx, `UPDATE alert SET version = version WHERE id = $1`, m.Alert); err != nil {
			return err
		}
		r := glance{d, tx, a, ""}
		if c, err = d.see(ctx, r, m.Alert, r.logCase); err != nil || c == nil {
			return err
		}
		if c.Alert.Version != m.Version || !slices.Contains(from, c.Alert.State) {
			return nil
		}
		moved = true
		if err := d.transition(ctx, tx, m.Transition(c.Alert, a.Reader.Subject)); err != nil {
			return err
		}
		c, err = d.see(ctx, r, m.Alert, nil)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("move alert: %w", err)
	}
	return c, moved, nil
}

// see reads an alert as the Gate may, and logs it when log is given.
func (d *DB) see(ctx context.Context, r glance, id string, log func(context.Context, string) error) (*household.Case, error) {
	if err := d.asGate(ctx, r.tx); err != nil {
		return nil, err
	}
	if log != nil {
		if err := log(ctx, id); err != nil {
			return nil, err
		}
	}
	c, err := r.oneCase(ctx, id)
	if err != nil {
		return nil, err
	}
	return c, d.asOwner(ctx, r.tx)
}
