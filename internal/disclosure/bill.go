package disclosure

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

// A Bill is the bill of a month that is over, as it was issued last.
type Bill struct {
	household.Issue
	Total     Cents
	Estimated bool
	Before    *Cents // what the issue before this one came to; nil for the first
	Status    household.Status
	Seen, Of  time.Duration // of the month
	Partial   []string      // fuels that are not in it: it is a lower bound
}

// bill sets the bills of months that are over, each with how much of its month was seen.
func (m *Money) bill(s household.MoneySheet) {
	for i, x := range s.Issues {
		if i+1 < len(s.Issues) && s.Issues[i+1].Month == x.Month {
			continue // another took its place
		}
		b := Bill{Issue: x, Total: Cents(x.Cents())}
		if !x.Daily {
			b.Lines = wholeMonth(x.Lines)
		}
		if i > 0 && s.Issues[i-1].Month == x.Month {
			before := Cents(s.Issues[i-1].Cents())
			b.Before = &before
		}
		for _, l := range x.Lines {
			b.Estimated = b.Estimated || l.Estimated
		}
		for _, r := range s.Results {
			var d household.CostMonth
			if r.Indicator == "cost_month" && monthOf(r.From) == x.Month && json.Unmarshal(r.Detail, &d) == nil {
				b.Status, b.Seen, b.Of, b.Partial = r.Status, millis(d.Seen), millis(d.Of), d.Partial
			}
		}
		if b.Of > 0 { // no figure without coverage
			m.Bills = append(m.Bills, b)
		}
	}
	slices.Reverse(m.Bills)
}

// wholeMonth puts together the lines that changes of price or contract split inside a
// month, which would tell what parts of it came to. A line whose price changed has none.
func wholeMonth(lines []household.BillLine) []household.BillLine {
	type kind struct {
		fuel        household.Fuel
		label, unit string
		nth         int // of several such lines in one part: value-added tax has two
	}
	type part struct {
		kind
		start int64
	}
	nth, at := map[part]int{}, map[kind]int{}
	var all []household.BillLine
	for _, l := range lines {
		k := kind{fuel: l.Fuel, label: l.Label, unit: l.Unit}
		p := part{k, l.Start.UnixMilli()}
		k.nth = nth[p]
		nth[p]++
		i, known := at[k]
		if !known {
			at[k] = len(all)
			all = append(all, l)
			continue
		}
		sum := &all[i]
		sum.Quantity = addedUp(sum.Quantity, l.Quantity)
		sum.Cents += l.Cents
		sum.Estimated = sum.Estimated || l.Estimated
		if sum.Price != l.Price {
			sum.Price = ""
		}
	}
	for i := range all {
		all[i].Start = all[0].Start
	}
	return all
}

// addedUp adds two quantities; "" where one does not read.
func addedUp(a, b string) string {
	x, err1 := decimal.NewFromString(a)
	y, err2 := decimal.NewFromString(b)
	if err1 != nil || err2 != nil {
		return ""
	}
	return x.Add(y).String()
}
