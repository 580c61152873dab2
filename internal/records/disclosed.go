package records

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func (r glance) days(ctx context.Context, at sheetsByFamily, ask household.Ask) error {
	if ask.Days == (energy.Day{}) {
		return nil
	}
	return r.usage(ctx, "v_usage_day", "day", ` AND day >= $5`, func(u household.Usage) {
		at.put(u.Family, func(s *household.Sheet) { s.Days = append(s.Days, u) })
	}, ask.Days.String())
}

func (r glance) months(ctx context.Context, at sheetsByFamily, ask household.Ask) error {
	if ask.Months == "" {
		return nil
	}
	return r.usage(ctx, "v_usage_month", "month", ` AND month >= $5`, func(u household.Usage) {
		at.put(u.Family, func(s *household.Sheet) { s.Months = append(s.Months, u) })
	}, ask.Months)
}

// usage reads rows of one of the usage views; name is the column of the period.
func (r glance) usage(ctx context.Context, view, name, and string, take func(household.Usage), more ...any) error {
	return r.each(ctx, `SELECT family, `+name+`, start_at, register, energy, seen, length, estimated, provision FROM `+view+r.where()+and+
		` ORDER BY family, start_at, register`, func(rows *sql.Rows) error {
		var u household.Usage
		var start, seen, of int64
		err := rows.Scan(&u.Family, &u.Period, &start, &u.Register, &u.Energy, &seen, &of, &u.Coverage.Estimated, &u.Coverage.Provision)
		u.Start = instant(start)
		u.Coverage.Seen, u.Coverage.Of = time.Duration(seen)*time.Millisecond, time.Duration(of)*time.Millisecond
		take(u)
		return err
	}, more...)
}

// An asked says where usage of a granularity is and which consent it needs.
type asked struct {
	view, name, and string
	needs           consent.Granularity
}

var usageBy = map[string]asked{
	"year":  {"v_usage_year", "year", ` AND year >= $5 AND year < $6`, consent.Annual},
	"month": {"v_usage_month", "month", ` AND month >= $5 AND month < $6`, consent.Monthly},
	"day":   {"v_usage_day", "day", ` AND day >= $5 AND day < $6`, consent.Daily},
	"slot":  {"v_usage_slot", "''", ` AND start_at >= $5 AND start_at < $6`, consent.HalfHourly},
}

// Usage returns what a reader may see of a family's usage, by "year", "month",
// "day" or "slot". Years and months are those whose first day is in the period.
func (d *DB) Usage(ctx context.Context, a consent.Access, family household.FamilyID, ask household.UsageAsk) (household.UsageSheet, error) {
	by, ok := usageBy[ask.By]
	if !ok || family == "" {
		return household.UsageSheet{}, fmt.Errorf("disclose usage by %q", ask.By)
	}
	s := household.UsageSheet{Finest: map[string]int{}, Costs: map[string]int64{}}
	err := d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r := glance{d, tx, a, family}
		if err := r.log(ctx, `v_scope`+r.where()+` AND category = 'consumption' AND granularity >= $5`, int(by.needs)); err != nil {
			return err
		}
		one := household.Sheet{Finest: s.Finest}
		if err := r.finest(ctx, sheetsByFamily{family: &one}, household.Ask{}); err != nil {
			return err
		}
		s.Agreed = s.Finest[string(consent.Consumption)] >= int(by.needs)
		from, to := bounds(ask)
		if err := r.usage(ctx, by.view, by.name, by.and, func(u household.Usage) { s.Rows = append(s.Rows, u) }, from, to); err != nil {
			return err
		}
		return r.spending(ctx, ask, &s)
	})
	if err != nil {
		return household.UsageSheet{}, fmt.Errorf("disclose %s: %w", a.View, err)
	}
	return s, nil
}

// bounds returns the first period asked for and the first one not.
func bounds(ask household.UsageAsk) (from, to any) {
	switch ask.By {
	case "slot":
		return millis(ask.Start), millis(ask.End)
	case "month":
		return monthFrom(ask.From), monthFrom(ask.To)
	case "year":
		return yearFrom(ask.From), yearFrom(ask.To)
	}
	return ask.From.String(), ask.To.String()
}

// monthFrom returns the first month that begins on d or later.
func monthFrom(d energy.Day) string {
	if d.Date > 1 {
		d = energy.DayOf(time.Date(d.Year, d.Month+1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	}
	return d.String()[:len("2006-01")]
}

// yearFrom returns the first year that begins on d or later.
func yearFrom(d energy.Day) string {
	if d.Date > 1 || d.Month > time.January {
		d.Year++
	}
	return d.String()[:len("2006")]
}

// spending reads what years, months or days cost.
func (r glance) spending(ctx context.Context, ask household.UsageAsk, s *household.UsageSheet) error {
	from, to := bounds(ask)
	add := func(rows *sql.Rows) error {
		var period string
		var cents int64
		err := rows.Scan(&period, &cents)
		s.Costs[period] = cents
		return err
	}
	switch ask.By {
	case "year":
		return r.each(ctx, `SELECT year, cents FROM v_cost_year`+r.where()+` AND year >= $5 AND year < $6`, add, from, to)
	case "month":
		return r.each(ctx, `SELECT month, SUM(cents) FROM v_cost`+r.where()+` AND month >= $5 AND month < $6 GROUP BY month`, add, from, to)
	case "day":
		return r.each(ctx, selectResult+`v_result`+r.where()+` AND indicator = 'cost_day' AND from_day >= $5 AND from_day < $6 ORDER BY from_day`, func(rows *sql.Rows) error {
			x, err := r.scanResult(ctx, rows)
			s.Days = append(s.Days, x)
			return err
		}, ask.From.String(), ask.To.String())
	}
	return nil
}
