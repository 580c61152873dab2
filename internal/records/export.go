package records

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// A lot says how a table of an export is read: by key, a number, and then by the rest
// of an order. columns follow household.Tables.
type lot struct {
	view, key, then string
	columns         string
	open            func(ctx context.Context, d *DB, family household.FamilyID, row []any) error
}

// lots reads every table but the receipts, which are made from the consents.
var lots = map[string]lot{
	"family":          {"v_own_family", "since", "family", "family, label, language, since", opened(1, func(f household.FamilyID, _ []any) keyring.Place { return labelOf(f) })},
	"meters":          {"v_own_meter", "from_at", "meter", "meter, role, from_at, to_at", nil},
	"devices":         {"v_own_device", "0", "gateway, scheme, device", "meter, gateway, scheme, name, device", openDevice},
	"meter_changes":   {"v_own_change", "id", "id", "meter, kind, at, register, why, said_at, id", opened(4, func(_ household.FamilyID, r []any) keyring.Place { return changeOf(number(r[6]), "why") })},
	"homes":           {"v_own_dwelling", "0", "from_day", "from_day, to_day, persons_14, persons_under_14, area_m2, heating, heated_in_rent, fragile", nil},
	"contracts":       {"v_own_contract", "0", "from_day, fuel, meter", "from_day, to_day, fuel, meter, tariff, power_kva, off_peak, instalment, settles", nil},
	"incomes":         {"v_own_income", "0", "from_day", "from_day, amounts, 0", openIncome},
	"answers":         {"v_own_answer", "id", "id", "day, question, answer, said_at, id", opened(2, func(_ household.FamilyID, r []any) keyring.Place { return answerOf(number(r[4]), "answer") })},
	"works":           {"v_own_works", "id", "id", "kind, from_day, to_day, cost, undone, why, said_at", openWorks},
	"aid":             {"v_money", "0", "day, id", "id, day, fuel, kind, cents, quantity, unit, source, said_at, taken_at, amount", openEntry},
	"usage_month":     {"v_usage_month", "start_at", "register", "month, " + meterings, nil},
	"usage_day":       {"v_usage_day", "start_at", "register", "day, " + meterings, nil},
	"usage_half_hour": {"v_usage_slot", "start_at", "register", meterings, nil},
	"closed_days":     {"v_closed_day", "start_at", "day", "day, kept", nil},
	"retention":       {"v_own_retention", "done_at", "family", "half_hours, days, alerts, proofs, done_at", nil},
	"bills":           {"v_cost", "start_at", "line", "month, fuel, line, label, '', quantity, unit, price, cents, estimated", nil},
	"indicators":      {"v_result", "start_at", "id", "indicator, '', from_day, to_day, status, value, unit, version, computed_at, detail, category", openResult},
	"alerts":          {"v_alert", "opened_at", "id", "id, rule, severity, state, reason, '', since, opened_at, changed_at", nil},
	"alert_steps":     {"v_alert_event", "id", "id", "alert, at, step, state, outcome, note, seq", opened(5, func(_ household.FamilyID, r []any) keyring.Place { return noteOf(r[0].(string), number(r[6])) })},
	"messages":        {"v_own_message", "at", "id", "alert, recipient, at, outcome", nil},
	"help":            {"v_own_help", "from_at", "id", "from_at, to_at", nil},
	"agreements":      {"v_scope", "consent", "consent", "purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to", nil},
	"consents": {
		"v_consent", "id", "id", "act, verb, at, state, purpose, recipient, category, granularity, data_from, data_to, expires_at, notice, hash, language, medium, paper",
		opened(15, func(f household.FamilyID, r []any) keyring.Place { return paperOf(f, r[0].(string)) }),
	},
	"access": {"v_own_access", "id", "id", "id, at, audience, purpose, view, entry", nil},
}

const meterings = "start_at, register, energy, seen, length, estimated, provision"

// where returns the condition for the rows of a family: what it agrees to see, or what
// it always may.
func (l lot) where(r glance, t household.Table) string {
	if t.Agreed {
		return r.where()
	}
	return ` WHERE pilot = $3 AND family = $4 AND $1 <> '' AND $2 <> ''`
}

// Export returns at most limit rows of a table about a family from a place on, as the
// family itself may see them, and writes the read down. Nothing but its standing is
// read while table is the zero one.
func (d *DB) Export(ctx context.Context, a consent.Access, family household.FamilyID, t household.Table, from household.Place, limit int) (household.Extract, error) {
	x := household.Extract{}
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, family}
		if err := logOwn(ctx, tx, a, family); err != nil {
			return err
		}
		if err := r.standing(ctx, &x); err != nil || t.Name == "" {
			return err
		}
		l, known := lots[t.Name]
		if !known {
			return fmt.Errorf("no table %q", t.Name)
		}
		return r.lot(ctx, &x, t, l, from, limit)
	})
	if err != nil {
		return household.Extract{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return x, nil
}

// standing reads whether the family is there, and what it agrees to see.
func (r glance) standing(ctx context.Context, x *household.Extract) error {
	err := r.each(ctx, `SELECT family, language FROM v_own_family WHERE pilot = $3 AND family = $4 AND $1 <> '' AND $2 <> ''`, func(rows *sql.Rows) error {
		return rows.Scan(&x.Family, &x.Language)
	})
	if err != nil {
		return err
	}
	return r.each(ctx, `SELECT consent FROM v_scope`+r.where()+` ORDER BY consent`, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		x.Standing = append(x.Standing, id)
		return err
	})
}

func (r glance) lot(ctx context.Context, x *household.Extract, t household.Table, l lot, from household.Place, limit int) error {
	query := `SELECT CAST(` + l.key + ` AS BIGINT), ` + l.columns + ` FROM ` + l.view + l.where(r, t) +
		` AND ` + l.key + ` >= CAST($5 AS BIGINT) ORDER BY 1, ` + l.then + ` LIMIT CAST($6 AS BIGINT) OFFSET CAST($7 AS BIGINT)`
	at := from
	return r.each(ctx, query, func(rows *sql.Rows) error {
		if len(x.Rows) == limit {
			x.More = true
			return nil
		}
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		cells, into := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if key := number(cells[0]); key == at.Key {
			at.Skip++
		} else {
			at = household.Place{Key: key, Skip: 1}
		}
		row := cells[1:]
		if l.open != nil {
			if err := l.open(ctx, r.db, r.family, row); err != nil {
				return err
			}
		}
		x.Rows, x.Places = append(x.Rows, row[:len(t.Columns)]), append(x.Places, at)
		return nil
	}, from.Key, limit+1, from.Skip)
}

// number reads a cell that counts; 0 for none.
func number(cell any) int64 {
	n, _ := cell.(int64)
	return n
}

// opened decrypts one cell.
func opened(column int, at func(household.FamilyID, []any) keyring.Place) func(context.Context, *DB, household.FamilyID, []any) error {
	return func(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
		text, _ := row[column].(string)
		err := d.unseal(ctx, family, at(family, row), &text)
		row[column] = text
		return err
	}
}

func openDevice(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
	name := row[3].(string)
	err := d.unseal(ctx, family, deviceOf(row[1].(string), row[2].(string), row[4].(string)), &name)
	row[3] = name
	return err
}

func openIncome(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
	amounts, _ := row[1].(string)
	if err := d.unseal(ctx, family, amountsOf(family, row[0].(string)), &amounts); err != nil {
		return err
	}
	row[1], row[2] = nil, nil
	disposable, aid, known := strings.Cut(amounts, " ")
	for i, s := range []string{disposable, aid} {
		if !known {
			break
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		row[1+i] = n
	}
	return nil
}

func openWorks(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
	w := household.Works{Family: family, Kind: household.WorkKind(row[0].(string)), Said: instant(number(row[6]))}
	var err error
	if w.From, err = energy.ParseDay(row[1].(string)); err != nil {
		return err
	}
	at, why := worksOf(w), row[5].(string)
	at.Column = "why"
	err = d.unseal(ctx, family, at, &why)
	row[5] = why
	return err
}

func openEntry(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
	e := household.Entry{ID: row[0].(string), Family: family, Cents: number(row[4]), Source: row[7].(string)}
	amount, _ := row[10].(string)
	err := d.unsealEntry(ctx, &e, amount)
	row[4], row[7] = e.Cents, e.Source
	return err
}

func openResult(ctx context.Context, d *DB, family household.FamilyID, row []any) error {
	x := household.Result{Family: family, Indicator: row[0].(string), Value: row[5].(string), Detail: []byte(row[9].(string)), At: instant(number(row[8]))}
	var err error
	if x.From, x.To, err = span(row[2].(string), row[3].(string)); err != nil {
		return err
	}
	err = d.unsealResult(ctx, &x, row[10].(string))
	row[5], row[9] = x.Value, string(x.Detail)
	return err
}
