package records

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// Money returns what a reader may see of a family's money: nothing unless cost by
// month was agreed to.
func (d *DB) Money(ctx context.Context, a consent.Access, family household.FamilyID, ask household.MoneyAsk) (household.MoneySheet, error) {
	if family == "" {
		return household.MoneySheet{}, fmt.Errorf("disclose %s of nobody", a.View)
	}
	s := household.MoneySheet{Finest: map[string]int{}}
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, family}
		if err := r.log(ctx, `v_scope`+r.where()+` AND category = 'cost' AND granularity >= $5`, int(consent.Monthly)); err != nil {
			return err
		}
		one := household.Sheet{Finest: s.Finest}
		at := sheetsByFamily{family: &one}
		if err := r.families(ctx, func(f household.Family) { one.Family = f }); err != nil {
			return err
		}
		wanted := household.Ask{AsOf: ask.AsOf, Results: []household.Wanted{
			{Indicator: "settlement", From: ask.From}, {Indicator: "cost_month", From: ask.From},
		}}
		for _, fill := range []func(context.Context, sheetsByFamily, household.Ask) error{r.finest, r.results} {
			if err := fill(ctx, at, wanted); err != nil {
				return err
			}
		}
		asOf := int64(math.MaxInt64 - 1)
		if !ask.AsOf.IsZero() {
			asOf = millis(ask.AsOf)
		}
		if err := r.entries(ctx, &s, asOf); err != nil {
			return err
		}
		if err := r.issues(ctx, &s, ask.From, asOf); err != nil {
			return err
		}
		err := r.each(ctx, `SELECT data_from, data_to FROM v_scope`+r.where()+` AND category = 'cost' AND granularity >= $5`, func(rows *sql.Rows) error {
			var from, to int64
			err := rows.Scan(&from, &to)
			s.Spans = append(s.Spans, household.Span{From: instant(from), To: instant(to)})
			return err
		}, int(consent.Monthly))
		if err != nil {
			return err
		}
		s.Agreed = s.Finest[string(consent.Cost)] >= int(consent.Monthly)
		if s.Agreed {
			s.Family, s.Results = one.Family, one.Results
		}
		return nil
	})
	if err != nil {
		return household.MoneySheet{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return s, nil
}

// entries reads the dated amounts that a reader may see and that held at an instant.
func (r glance) entries(ctx context.Context, s *household.MoneySheet, asOf int64) error {
	return r.each(ctx, `SELECT family, id, fuel, day, kind, cents, quantity, unit, source, said_at, amount FROM v_money`+r.where()+
		` AND said_at <= $5 AND taken_at > $5 ORDER BY day, said_at, id`, func(rows *sql.Rows) error {
		var e household.Told
		var day, amount string
		var said int64
		err := rows.Scan(&e.Family, &e.ID, &e.Fuel, &day, &e.Kind, &e.Cents, &e.Quantity, &e.Unit, &e.Source, &said, &amount)
		if err == nil {
			err = r.db.unsealEntry(ctx, &e.Entry, amount)
		}
		if err == nil {
			if e.Daily = len(day) > len("2006-01"); !e.Daily {
				day += "-01"
			}
			e.Day, err = energy.ParseDay(day)
		}
		e.Said = instant(said)
		s.Entries = append(s.Entries, e)
		return err
	}, asOf)
}

// issues reads the bills of months that are over, from that of a day on, which were
// issued by an instant.
func (r glance) issues(ctx context.Context, s *household.MoneySheet, from energy.Day, asOf int64) error {
	return r.each(ctx, `SELECT month, issue, issued_at, daily, start_at, fuel, label, quantity, unit, price, cents, estimated FROM v_bill_past`+r.where()+
		` AND month >= $5 AND issued_at <= $6 ORDER BY month, issue, line`, func(rows *sql.Rows) error {
		var x household.Issue
		var l household.BillLine
		var issued, start int64
		err := rows.Scan(&x.Month, &x.Number, &issued, &x.Daily, &start, &l.Fuel, &l.Label, &l.Quantity, &l.Unit, &l.Price, &l.Cents, &l.Estimated)
		x.At, l.Start = instant(issued), instant(start)
		if n := len(s.Issues); n == 0 || s.Issues[n-1].Month != x.Month || s.Issues[n-1].Number != x.Number {
			s.Issues = append(s.Issues, x)
		}
		last := &s.Issues[len(s.Issues)-1]
		last.Lines = append(last.Lines, l)
		return err
	}, from.String()[:len("2006-01")], asOf)
}
