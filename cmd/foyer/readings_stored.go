package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// A pastKey is what an interval is known by.
type pastKey struct {
	meter    energy.MeterID
	register energy.Register
	from, to int64
}

func keyOf(iv energy.Interval) pastKey {
	return pastKey{iv.Meter, iv.Register, iv.From.UnixMilli(), iv.To.UnixMilli()}
}

// stored returns what is stored of the meter of rows for their time.
func (j *pastJudge) stored(ctx context.Context, rows []pastRow) (map[pastKey]energy.Interval, error) {
	from, to := rows[0].From, rows[0].To
	for _, r := range rows {
		if r.From.Before(from) {
			from = r.From
		}
		if r.To.After(to) {
			to = r.To
		}
	}
	ivs, err := j.office.Records.Intervals(ctx, rows[0].Meter, from, to)
	all := make(map[pastKey]energy.Interval, len(ivs))
	for _, iv := range ivs {
		all[keyOf(iv)] = iv
	}
	return all, err
}

// compare returns the rows that say something new, and notes those that say what is
// known, or something else about the same time.
func (v *pastVerdict) compare(rows []pastRow, stored map[pastKey]energy.Interval, replace bool) []pastRow {
	var fresh []pastRow
	first := map[pastKey]pastRow{}
	for _, row := range rows {
		k := keyOf(row.Interval)
		old, isStored := stored[k]
		before, isTwice := first[k]
		same := func(iv energy.Interval) bool { return iv.Energy == row.Energy && iv.Estimated == row.Estimated }
		conflict := func(reason, detail string) {
			v.faults = append(v.faults, pastFault{row.line, row.amount, row.written, reason, detail})
		}
		switch {
		case isTwice && same(before.Interval), isStored && same(old):
			v.known++
		case isTwice:
			conflict("a line before says another amount for the same time; keep one of them",
				fmt.Sprintf("line %d: %s", before.line, amountOf(before.Interval)))
		case isStored && !replace:
			conflict("another amount is stored for that time and stands; --replace has the file stand", amountOf(old))
		default:
			fresh = append(fresh, row)
		}
		if !isTwice {
			first[k] = row
		}
	}
	return fresh
}

// amountOf prints an energy: "12.5 kWh, estimated".
func amountOf(iv energy.Interval) string {
	s := decimal.New(iv.Energy, -6).String() + " kWh"
	if iv.Estimated {
		s += ", estimated"
	}
	return s
}

// A pastItem is an interval of a line, or a stored one of line 0.
type pastItem struct {
	line int
	energy.Interval
}

// crossing returns the lines whose time crosses that of another interval of the same
// register: each holds a part of the other and more. Usage takes one of the two, so
// what is stored stands, or else the earlier line. An interval inside another one,
// as a day is in a month, crosses nothing.
func crossing(rows []pastRow, stored map[pastKey]energy.Interval) map[int]energy.Interval {
	items := make([]pastItem, 0, len(rows)+len(stored))
	for _, r := range rows {
		if _, again := stored[keyOf(r.Interval)]; !again {
			items = append(items, pastItem{r.line, r.Interval})
		}
	}
	for _, iv := range stored {
		items = append(items, pastItem{0, iv})
	}
	slices.SortFunc(items, func(a, b pastItem) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Register, b.Register), a.From.Compare(b.From), b.To.Compare(a.To))
	})
	crossed := map[int]energy.Interval{}
	var open []pastItem // each inside the one before it
	for _, item := range items {
		stands := true
		for n := len(open); n > 0; n = len(open) {
			top := open[n-1]
			if top.Meter == item.Meter && top.Register == item.Register && top.To.After(item.From) {
				if !item.To.After(top.To) {
					break
				}
				if item.line != 0 && (top.line == 0 || top.line < item.line) {
					crossed[item.line], stands = top.Interval, false
					break
				}
				if top.line != 0 {
					crossed[top.line] = item.Interval
				}
			}
			open = open[:n-1]
		}
		if stands {
			open = append(open, item)
		}
	}
	return crossed
}

// crossFault says which other time a row crosses.
func (j *pastJudge) crossFault(row pastRow, other energy.Interval) pastFault {
	return pastFault{
		row.line, row.begin(), row.since, "crosses a time of which the energy is known; is the zone right? Else divide it there",
		j.between(other.From, other.To),
	}
}
