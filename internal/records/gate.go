package records

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// disclose runs fn in one transaction that may read the views and write the
// access log. On PostgreSQL it works under the role that can do nothing else, and
// on one snapshot, so that what is logged is what is read. On SQLite others may share
// the transaction. The context of fn is that of the transaction.
func (d *DB) disclose(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	if !d.postgres {
		return d.share(ctx, fn)
	}
	tx, err := d.write.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	if err := d.asGate(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := fn(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return d.commit(ctx, tx)
}

// asGate takes away every right but the Gate's until the end of tx, or until
// [DB.asOwner].
func (d *DB) asGate(ctx context.Context, tx *sql.Tx) error {
	if !d.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SET LOCAL ROLE foyer_gate`)
	return err
}

func (d *DB) asOwner(ctx context.Context, tx *sql.Tx) error {
	if !d.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SET LOCAL ROLE NONE`)
	return err
}

// Every query of the Gate begins with these three, and then the family.
const ofReader = ` WHERE purpose = $1 AND recipient = $2 AND pilot = $3`

// A person of the cooperative sees no more than its case-load: the second is then
// who it is.
const ofCaseworker = ` WHERE purpose = $1 AND recipient = 'cooperative' AND pilot = $3
	AND (family IS NULL OR family IN (SELECT c.family FROM v_case_load c WHERE c.staff = $2))`

// A glance is one read: the reader's three and a family, "" for all it may see.
type glance struct {
	db     *DB
	tx     *sql.Tx
	access consent.Access
	family household.FamilyID
}

// where returns the condition for the rows of this read; further parameters
// begin at $5.
func (r glance) where() string {
	of := ofReader
	if r.caseworker() {
		of = ofCaseworker
	}
	if r.family == "" {
		return of + ` AND $4 = ''`
	}
	return of + ` AND family = $4`
}

// caseworker reports whether who reads is bound to a case-load.
func (r glance) caseworker() bool {
	return r.access.Reader.Kind == consent.Staff && r.access.Reader.Recipient == consent.ToCooperative
}

func (r glance) args(more ...any) []any {
	a := r.access
	as := string(a.Reader.Recipient)
	if r.caseworker() {
		as = a.Reader.Subject
	}
	return append([]any{string(a.Purpose), as, a.Reader.Pilot, string(r.family)}, more...)
}

// each runs a query and calls scan for every row.
func (r glance) each(ctx context.Context, query string, scan func(*sql.Rows) error, more ...any) error {
	rows, err := r.db.query(ctx, r.tx, query, r.args(more...))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// log writes the read down: for one family, even when nothing is given, and else
// for every family of which something is. from is a table and condition that
// holds what is given; more are its parameters, from $5 on.
func (r glance) log(ctx context.Context, from string, more ...any) error {
	a, n := r.access, 4+len(more)
	args := append(r.args(more...), string(a.Reader.Kind), a.Reader.Subject, a.View)
	who := fmt.Sprintf("(SELECT now FROM wall), $%d, $%d", n+1, n+2)
	query := fmt.Sprintf(`INSERT INTO access (at, audience, subject, family, purpose, view)
		SELECT %s, family, $1, $%d FROM (SELECT DISTINCT family FROM %s) given WHERE family IS NOT NULL`, who, n+3, from)
	if r.family != "" {
		query = fmt.Sprintf(`INSERT INTO access (at, audience, subject, family, purpose, view)
			VALUES (%s, $4, $1, CASE WHEN EXISTS (SELECT 1 FROM %s) THEN $%d ELSE '%s' END)`, who, from, n+3, consent.Withheld)
	}
	return r.db.exec(ctx, r.tx, query, args)
}

// Sheets returns what a reader may see of one family, or with "" of every family
// of its pilot, by label; nothing when that is nothing.
func (d *DB) Sheets(ctx context.Context, a consent.Access, family household.FamilyID, ask household.Ask) ([]household.Sheet, error) {
	var sheets []household.Sheet
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		sheets, err = glance{d, tx, a, family}.sheets(ctx, ask)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return sheets, nil
}

// Own returns a family's own sheet, nil when it does not agree to see one, and
// what it may see whatever it agrees to.
func (d *DB) Own(ctx context.Context, a consent.Access, family household.FamilyID, ask household.Ask) (*household.Sheet, consent.Own, error) {
	var sheet *household.Sheet
	var own consent.Own
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		sheets, err := glance{d, tx, a, family}.sheets(ctx, ask)
		if err != nil {
			return err
		}
		if len(sheets) > 0 {
			sheet = &sheets[0]
		}
		own, err = d.ownOf(ctx, tx, family)
		return err
	})
	if err != nil {
		return nil, consent.Own{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return sheet, own, nil
}

func (r glance) sheets(ctx context.Context, ask household.Ask) ([]household.Sheet, error) {
	if err := r.log(ctx, `v_family`+r.where()); err != nil {
		return nil, err
	}
	var sheets []household.Sheet
	at := map[household.FamilyID]*household.Sheet{}
	err := r.families(ctx, func(f household.Family) {
		sheets = append(sheets, household.Sheet{Family: f, Finest: map[string]int{}})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sheets, func(a, b household.Sheet) int {
		return cmp.Or(cmp.Compare(a.Family.Label, b.Family.Label), cmp.Compare(a.Family.ID, b.Family.ID))
	})
	for i := range sheets {
		at[sheets[i].Family.ID] = &sheets[i]
	}
	fills := []func(context.Context, sheetsByFamily, household.Ask) error{
		r.finest, r.results, r.days, r.months, r.contracts, r.heard, r.running,
	}
	if !ask.AsOf.IsZero() { // of nothing else is kept what it was
		fills = fills[:2]
	}
	// Whatever was found, the same statements follow.
	for _, fill := range fills {
		if err := fill(ctx, at, ask); err != nil {
			return nil, err
		}
	}
	return sheets, nil
}

// families reads the families that a reader may see anything of.
func (r glance) families(ctx context.Context, put func(household.Family)) error {
	return r.each(ctx, `SELECT family, pilot, label, language FROM v_family`+r.where(), func(rows *sql.Rows) error {
		var f household.Family
		if err := rows.Scan(&f.ID, &f.Pilot, &f.Label, &f.Language); err != nil {
			return err
		}
		err := r.db.unseal(ctx, f.ID, labelOf(f.ID), &f.Label)
		put(f)
		return err
	})
}

// Sheets being filled. A row of a family that is not among them is passed over.
type sheetsByFamily map[household.FamilyID]*household.Sheet

func (s sheetsByFamily) put(id household.FamilyID, set func(*household.Sheet)) {
	if sheet := s[id]; sheet != nil {
		set(sheet)
	}
}

func (r glance) finest(ctx context.Context, at sheetsByFamily, _ household.Ask) error {
	// Of what ends within consent.Notify the end is told, 0 of the rest.
	return r.each(ctx, `SELECT family, category, MAX(granularity),
			COALESCE(MIN(CASE WHEN valid_to - (SELECT now FROM wall) <= $5 THEN valid_to END), 0)
		FROM v_scope`+r.where()+` GROUP BY family, category`, func(rows *sql.Rows) error {
		var id household.FamilyID
		var category string
		var finest int
		var ends int64
		err := rows.Scan(&id, &category, &finest, &ends)
		at.put(id, func(s *household.Sheet) {
			s.Finest[category] = finest
			if e := instant(ends); ends > 0 && (s.Ends.IsZero() || e.Before(s.Ends)) {
				s.Ends = e
			}
		})
		return err
	}, consent.Notify.Milliseconds())
}

func (r glance) results(ctx context.Context, at sheetsByFamily, ask household.Ask) error {
	for _, w := range ask.Results {
		query, more := r.wanted(w, ask.AsOf)
		var before household.FamilyID
		err := r.each(ctx, query, func(rows *sql.Rows) error {
			x, category, err := scanSealed(rows)
			if err != nil || w.Newest && x.Family == before {
				return err
			}
			before = x.Family
			err = r.db.unsealResult(ctx, &x, category)
			at.put(x.Family, func(s *household.Sheet) { s.Results = append(s.Results, x) })
			return err
		}, more...)
		if err != nil {
			return err
		}
	}
	return nil
}

// wanted returns the query for what is wanted, in order of families, and its parameters;
// of the newest the first row of each family counts.
func (r glance) wanted(w household.Wanted, asOf time.Time) (query string, more []any) {
	more = []any{w.Indicator, w.From.String()}
	order := ` ORDER BY family, from_day, to_day`
	if w.Newest {
		order = ` ORDER BY family, from_day DESC, to_day DESC`
	}
	switch {
	case !asOf.IsZero():
		return selectResult + `v_result_past` + r.where() + ` AND indicator = $5 AND from_day >= $6 AND computed_at <= $7 AND until_at > $7` + order,
			append(more, millis(asOf))
	case w.Newest: // looked for from the last on, in each family
		return selectResult + `(SELECT purpose AS why, recipient AS who, family AS whose FROM v_family` + r.where() + `) agreed CROSS JOIN v_granted_result
			WHERE purpose = why AND recipient = who AND family = whose AND id = (SELECT n.id FROM v_granted_result n
				WHERE n.purpose = why AND n.recipient = who AND n.family = whose AND n.indicator = $5 AND n.from_day >= $6
				ORDER BY n.from_day DESC, n.to_day DESC LIMIT 1)` + order, more
	}
	return selectResult + `v_result` + r.where() + ` AND indicator = $5 AND from_day >= $6` + order, more
}

const selectResult = `SELECT id, family, indicator, from_day, to_day, version, status, value, unit, detail, computed_at, category FROM `

func (r glance) scanResult(ctx context.Context, row rowScanner) (household.Result, error) {
	x, category, err := scanSealed(row)
	if err == nil {
		err = r.db.unsealResult(ctx, &x, category)
	}
	return x, err
}

// scanSealed reads a result as it is kept, and its category.
func scanSealed(row rowScanner) (x household.Result, category string, err error) {
	var from, to, detail string
	var at int64
	if err := row.Scan(&x.ID, &x.Family, &x.Indicator, &from, &to, &x.Version, &x.Status, &x.Value, &x.Unit, &detail, &at, &category); err != nil {
		return x, "", err
	}
	x.Detail, x.At = []byte(detail), instant(at)
	if x.From, err = energy.ParseDay(from); err == nil {
		x.To, err = energy.ParseDay(to)
	}
	return x, category, err
}

func (r glance) contracts(ctx context.Context, at sheetsByFamily, ask household.Ask) error {
	if !ask.Terms {
		return nil
	}
	return r.each(ctx, `SELECT family, fuel, meter, from_day, to_day, tariff, power_kva, off_peak, instalment, settles FROM v_contract`+r.where()+
		` ORDER BY family, fuel, meter, from_day`, func(rows *sql.Rows) error {
		var x household.Contract
		var from, to string
		if err := rows.Scan(&x.Family, &x.Fuel, &x.Meter, &from, &to, &x.Tariff, &x.PowerKVA, &x.OffPeak, &x.Instalment, &x.Settles); err != nil {
			return err
		}
		var err error
		x.From, x.To, err = span(from, to)
		at.put(x.Family, func(s *household.Sheet) { s.Contracts = append(s.Contracts, x) })
		return err
	})
}

func (r glance) heard(ctx context.Context, at sheetsByFamily, _ household.Ask) error {
	return r.each(ctx, `SELECT family, role, last_at, interval_ms FROM v_seen`+r.where()+` ORDER BY family, role`, func(rows *sql.Rows) error {
		var id household.FamilyID
		var x household.Heard
		var last, interval int64
		err := rows.Scan(&id, &x.Role, &last, &interval)
		x.At, x.Interval = instant(last), time.Duration(interval)*time.Millisecond
		at.put(id, func(s *household.Sheet) { s.Heard = append(s.Heard, x) })
		return err
	})
}

// running reads the alerts that run: with the figures for a family itself, and
// for others only what they may know as alerts.
func (r glance) running(ctx context.Context, at sheetsByFamily, _ household.Ask) error {
	if r.access.Purpose != consent.FamilyView {
		r.access.Purpose = consent.Alert
	}
	err := r.each(ctx, `SELECT family FROM v_family`+r.where(), func(rows *sql.Rows) error {
		var id household.FamilyID
		err := rows.Scan(&id)
		at.put(id, func(s *household.Sheet) { s.Alerting = true })
		return err
	})
	if err != nil {
		return err
	}
	return r.each(ctx, selectCase+r.where()+` AND state IN ('open', 'acknowledged') ORDER BY opened_at, id`, func(rows *sql.Rows) error {
		c, err := r.scanCase(ctx, rows)
		at.put(c.Alert.Family, func(s *household.Sheet) { s.Alerts = append(s.Alerts, c.Alert) })
		return err
	})
}

// ownOf reads what a family may always see about itself.
func (d *DB) ownOf(ctx context.Context, tx *sql.Tx, family household.FamilyID) (consent.Own, error) {
	var own consent.Own
	var err error
	var now int64
	if err := tx.QueryRowContext(ctx, `SELECT now FROM wall`).Scan(&now); err != nil {
		return own, err
	}
	own.At = instant(now)
	if own.Grants, err = grants(ctx, tx, family); err != nil {
		return own, err
	}
	if own.Said, err = d.events(ctx, tx, `FROM v_consent WHERE family = $1 ORDER BY id`, family); err != nil {
		return own, err
	}
	err = tx.QueryRowContext(ctx, `SELECT phones FROM v_phone WHERE family = $1`, family).Scan(&own.Phones)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return own, err
	}
	own.Reads, err = readsOf(ctx, tx, ` WHERE family = $1 ORDER BY id DESC LIMIT 500`, string(family))
	return own, err
}
