package tariff

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// An AidKind is who pays a part of a bill, and how.
type AidKind string

// The kinds of aid.
const (
	Voucher  AidKind = "voucher"  // chèque énergie
	Discount AidKind = "discount" // social discount of a supplier
	Grant    AidKind = "grant"    // social help, of an FSL for instance
)

// An Aid is a dated amount that pays a part of the bill of its day.
type Aid struct {
	Day    energy.Day
	Kind   AidKind
	Cents  int64  // above 0
	Source string // "chèque 2025, n° …"; not shown on a bill
}

// A Payment is an instalment that was paid.
type Payment struct {
	Day   energy.Day
	Cents int64
}

// A Statement is a bill with what aid and instalments leave to pay. Its lines add
// up to Net.
type Statement struct {
	Lines     []Line
	Billed    int64 // cents, before aid
	Aided     int64 // of Billed, paid by aid
	Net       int64 // Billed less Aided
	AidLeft   int64 // aid beyond the bill, kept for the next: a voucher gives no money back
	Paid      int64 // by instalments
	Due       int64 // Net less Paid; below 0 the supplier pays back
	Estimated bool  // some line rests on an estimate

	// Outside are the days of the bill on which something was used and no contract
	// was in force, in order: no line counts them. Of [Book.Price] alone.
	Outside []energy.Day
}

// Settle sets aids and instalments of the days from one to another, to not
// included, against the lines of a bill: the settlement of a year is that of its
// days. Aids count in the order of their days, and no further than the bill.
func Settle(lines []Line, aids []Aid, paid []Payment, from, to energy.Day) Statement {
	s := Statement{Lines: slices.Clone(lines), Billed: Total(lines)}
	within := func(d energy.Day) bool { return !d.Before(from) && d.Before(to) }
	aids = slices.Clone(aids)
	slices.SortStableFunc(aids, func(a, b Aid) int { return cmp.Or(a.Day.Sub(b.Day), cmp.Compare(a.Kind, b.Kind)) })
	for _, a := range aids {
		if !within(a.Day) {
			continue
		}
		used := max(min(a.Cents, s.Billed-s.Aided), 0)
		s.Aided, s.AidLeft = s.Aided+used, s.AidLeft+a.Cents-used
		s.Lines = append(s.Lines, Line{
			From: a.Day, To: a.Day.Add(1), Label: "bill.aid." + string(a.Kind), Unit: "EUR",
			Quantity: euros(used), Price: decimal.New(-1, 0), Cents: -used,
		})
	}
	for _, p := range paid {
		if within(p.Day) {
			s.Paid += p.Cents
		}
	}
	for _, l := range s.Lines {
		s.Estimated = s.Estimated || l.Estimated
	}
	s.Net = s.Billed - s.Aided
	s.Due = s.Net - s.Paid
	return s
}
