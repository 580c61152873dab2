package disclosure

import (
	"context"
	"errors"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// ErrRange refuses a [UsageQuery] whose period is empty, too long or of an
// unknown kind.
var ErrRange = errors.New("period is empty or too long")

// The longest periods one query may ask for, in days.
const (
	MaxSlotDays  = 62
	MaxDayDays   = 1100
	MaxMonthDays = 3700
	MaxYearDays  = 18500
)

// A UsageQuery asks for a period by "year", "month", "day" or "slot" (half-hours).
// To is the first day not wanted. Years and months count when their first day is in
// the period.
type UsageQuery struct {
	By       string
	From, To energy.Day
}

// limit returns the longest period and the view of a query; 0 when By is unknown.
func (q UsageQuery) limit() (days int, view string) {
	switch q.By {
	case "slot":
		return MaxSlotDays, viewUsageSlot
	case "day":
		return MaxDayDays, viewUsageDay
	case "month":
		return MaxMonthDays, viewUsageMonth
	case "year":
		return MaxYearDays, viewUsageYear
	}
	return 0, ""
}

// A Usage is what a family used over a period.
type Usage struct {
	Family  household.FamilyID
	By      string
	Periods []Period // in order; a period nothing is known of is absent
}

// A Period is one year, month, day or half-hour of usage.
type Period struct {
	Start     time.Time                   // UTC
	Name      string                      // "2026", "2026-11", "2026-11-25" or the start in RFC 3339
	Energy    MilliWh                     // electricity, all registers
	Registers map[energy.Register]MilliWh // "energy_import/hp", …
	Cost      *Cents                      // years, months and days; nil when not agreed to or not known
	Seen      time.Duration
	Of        time.Duration
	Estimated bool
	Provision bool // a drop of a counter is not yet explained
}

// Usage returns what a family used, at most as fine as it agreed to. A family
// asks for its own; staff and machines read for [consent.CooperativeSummary], and
// see the running month or year only where days were agreed to. It returns [ErrWithheld]
// and [ErrRange].
func (g *Gate) Usage(ctx context.Context, aud Audience, id household.FamilyID, q UsageQuery) (Usage, error) {
	most, view := q.limit()
	if n := q.To.Sub(q.From); n < 1 || n > most {
		return Usage{}, ErrRange
	}
	u, err := g.usage(ctx, aud, id, q, view)
	return u, g.metrics.count(view, err)
}

func (g *Gate) usage(ctx context.Context, aud Audience, id household.FamilyID, q UsageQuery, view string) (Usage, error) {
	a := consent.Access{Reader: aud.reader, Purpose: consent.CooperativeSummary, View: view}
	if aud.Kind() == consent.Family && id == aud.Family() {
		a.Purpose = consent.FamilyView
	} else if !aud.cooperative() {
		return Usage{}, ErrWithheld
	}
	today, zone, err := g.today(aud)
	if err != nil {
		return Usage{}, err
	}
	s, err := g.store.Usage(ctx, a, named(id), household.UsageAsk{
		By: q.By, From: q.From, To: q.To, Start: q.From.Start(zone), End: q.To.Start(zone),
	})
	if err != nil {
		return Usage{}, err
	}
	if !s.Agreed {
		return Usage{}, ErrWithheld
	}
	u := Usage{Family: id, By: q.By}
	running := today.String()
	for _, p := range periodsOf(s.Rows) {
		// A period that runs, read every day, would tell the days.
		runs := (q.By == "month" || q.By == "year") && p.Name >= running[:len(p.Name)]
		if runs && s.Finest[string(consent.Consumption)] < int(consent.Daily) {
			continue
		}
		p.Cost = costOf(s, p.Name)
		if runs && s.Finest[string(consent.Cost)] < int(consent.Daily) {
			p.Cost = nil
		}
		u.Periods = append(u.Periods, p)
	}
	return u, nil
}

// periodsOf puts the registers of each period together. Rows come in order.
func periodsOf(rows []household.Usage) []Period {
	var all []Period
	for i := 0; i < len(rows); {
		end := i
		for end < len(rows) && rows[end].Start.Equal(rows[i].Start) && rows[end].Period == rows[i].Period {
			end++
		}
		p := Period{Start: rows[i].Start, Name: rows[i].Period, Registers: map[energy.Register]MilliWh{}}
		if p.Name == "" {
			p.Name = p.Start.Format(time.RFC3339)
		}
		e, c, known := electricity(rows[i:end], rows[i].Period)
		p.Energy, p.Seen, p.Of, p.Estimated, p.Provision = e, c.Seen, c.Of, c.Estimated, c.Provision
		for _, u := range rows[i:end] {
			if u.Register.Quantity() == energy.EnergyImport {
				p.Registers[u.Register] = MilliWh(u.Energy)
			}
		}
		if known {
			all = append(all, p)
		}
		i = end
	}
	return all
}

// costOf returns what a period cost; nil when it is not known.
func costOf(s household.UsageSheet, period string) *Cents {
	if c, ok := s.Costs[period]; ok {
		cost := Cents(c)
		return &cost
	}
	for _, r := range s.Days {
		if r.From.String() == period {
			return valueOf(r)
		}
	}
	return nil
}
