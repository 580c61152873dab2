package records

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/household"
)

// Tell sets who is told of the steps of alerts from now on. Call it before the
// store is used. Each channel may stand in one route only.
func (d *DB) Tell(routes []household.Route) { d.routes = slices.Clone(routes) }

// Transit writes one step of an alert, its history and what is to be sent.
// It returns [household.ErrAlertMoved] when the alert is not at the version the
// step starts from, or when another one runs for the same cause.
func (d *DB) Transit(ctx context.Context, t household.Transition) error {
	err := d.tx(ctx, func(tx *sql.Tx) error { return d.transition(ctx, tx, t) })
	if err != nil {
		return fmt.Errorf("write step of alert: %w", err)
	}
	return nil
}

const (
	insertAlert = `INSERT INTO alert (id, pilot, family, gateway, rule, category, severity, state, reason,
			since, opened_at, changed_at, by_staff, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) ON CONFLICT DO NOTHING`
	updateAlert = `UPDATE alert SET severity = $3, state = $4, reason = $5, opened_at = $6, changed_at = $7,
			by_staff = $8, version = version + 1
		WHERE id = $1 AND version = $2 AND state <> 'resolved'`
	insertEvent = `INSERT INTO alert_event (alert, seq, step, at, wall_at, state, severity, reason, by_staff, outcome, note)
		VALUES ($1, $2, $3, $4, (SELECT now FROM wall), $5, $6, $7, $8, $9, $10)`
	insertDelivery = `INSERT INTO outbox (id, alert, seq, channel, recipient, due_at)
		VALUES ($1, $2, $3, $4, $5, (SELECT now FROM wall))`
)

// transition writes one step of an alert inside tx: the alert, its event, and a
// row for each route that tells this step. Every change of an alert goes through
// here, so that no step is untold and none is told under two ids.
//
// t.Alert stands as after the step, but with the version from before it.
func (d *DB) transition(ctx context.Context, tx *sql.Tx, t household.Transition) error {
	a := t.Alert
	var res sql.Result
	var err error
	if a.Version == 0 {
		res, err = tx.ExecContext(ctx, insertAlert, a.ID, a.Pilot, nullable(string(a.Family)), a.Gateway, a.Rule, a.Category,
			string(a.Severity), string(a.State), string(a.Reason), millis(a.Since), millis(a.OpenedAt), millis(a.Changed), a.By)
	} else {
		res, err = tx.ExecContext(ctx, updateAlert, a.ID, a.Version, string(a.Severity), string(a.State), string(a.Reason),
			millis(a.OpenedAt), millis(a.Changed), a.By)
	}
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, household.ErrAlertMoved)
	}
	if err := d.inTurn(ctx, tx); err != nil {
		return err
	}
	seq, by := a.Version+1, ""
	if t.Step == household.StepAcknowledged || t.Step == household.StepResolved {
		by = a.By // of the others nobody is the author, whoever has the alert
	}
	note, err := d.seal(ctx, a.Family, noteOf(a.ID, seq), t.Note)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertEvent, a.ID, seq, string(t.Step), millis(t.At), string(a.State),
		string(a.Severity), string(a.Reason), by, t.Outcome, note); err != nil {
		return err
	}
	for _, r := range d.routes {
		if !slices.Contains(r.Steps, t.Step) {
			continue
		}
		if _, err := tx.ExecContext(ctx, insertDelivery, "msg_"+strings.ToLower(rand.Text()), a.ID, seq, r.Channel, r.Recipient); err != nil {
			return err
		}
	}
	if by == "" {
		return nil
	}
	return d.tellDecision(ctx, tx, a.ID, seq)
}

// The key of the advisory lock under which steps are numbered: "steps" in ASCII.
const stepLock = 0x7374657073

// inTurn makes steps readable in the order of their numbers, so that who asks for
// what came after the last one misses none. On SQLite writers take turns anyway.
func (d *DB) inTurn(ctx context.Context, tx *sql.Tx) error {
	if !d.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(stepLock))
	return err
}

func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

const selectAlert = `SELECT id, pilot, COALESCE(family, ''), gateway, rule, category, severity, state, reason,
	since, opened_at, changed_at, by_staff, version FROM alert `

func scanAlert(row interface{ Scan(...any) error }) (household.Alert, error) {
	var a household.Alert
	var reason string
	var since, opened, changed int64
	err := row.Scan(&a.ID, &a.Pilot, &a.Family, &a.Gateway, &a.Rule, &a.Category, &a.Severity, &a.State, &reason,
		&since, &opened, &changed, &a.By, &a.Version)
	a.Reason = []byte(reason)
	a.Since, a.OpenedAt, a.Changed = instant(since), instant(opened), instant(changed)
	return a, err
}

// alertByID returns an alert inside tx; sql.ErrNoRows when there is none.
func alertByID(ctx context.Context, tx *sql.Tx, id string) (household.Alert, error) {
	return scanAlert(tx.QueryRowContext(ctx, selectAlert+"WHERE id = $1", id))
}
