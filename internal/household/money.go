package household

import (
	"slices"
	"time"

	"foyer/internal/energy"
)

// An EntryKind says what a dated amount of money is.
type EntryKind string

// The kinds of entries.
const (
	Voucher    EntryKind = "voucher"    // help with the bill: chèque énergie
	Discount   EntryKind = "discount"   // help: a social discount of the supplier
	Grant      EntryKind = "grant"      // help: social help, of an FSL for instance
	Instalment EntryKind = "instalment" // the family paid towards a bill to come
	Prepayment EntryKind = "prepayment" // the family bought credit
	Refund     EntryKind = "refund"     // the supplier gave back
	Brought    EntryKind = "delivery"   // what a delivery of fuel cost
	RentHeat   EntryKind = "rent_heat"  // heating in the rent: what twelve months from the day cost
)

// EntryKinds lists every kind.
var EntryKinds = []EntryKind{Voucher, Discount, Grant, Instalment, Prepayment, Refund, Brought, RentHeat}

// Helps reports whether an entry is help that pays a part of a bill.
func (k EntryKind) Helps() bool { return k == Voucher || k == Discount || k == Grant || k == Aided }

// Aided is what a reader sees of help of which it may not know what it was.
const Aided EntryKind = "aid"

// Category returns the category of consent that k falls under: a voucher or a grant
// tells what a family lives on.
func (k EntryKind) Category() string {
	if k == Voucher || k == Grant {
		return "income"
	}
	return "cost"
}

// An Entry is a dated amount of money for one fuel of a family. Entries are only ever
// added; one that was wrong is taken back.
type Entry struct {
	ID       string // random: "e" and 16 characters of [a-z2-7]
	Family   FamilyID
	Fuel     Fuel
	Day      energy.Day
	Kind     EntryKind
	Cents    int64  // above 0
	Quantity int64  // of a delivery, thousandths of Unit; 0 when not known
	Unit     string // of a delivery: "l", "kg", "stere"
	Source   string // "chèque 2025"
	By       string // who said so
	Said     time.Time
	Taken    time.Time // when it was taken back; zero while it holds
}

// Between returns the entries of a fuel and of some kinds on the days of [from, to).
func Between(all []Entry, fuel Fuel, from, to energy.Day, kinds ...EntryKind) (of []Entry) {
	for _, e := range all {
		if e.Fuel == fuel && !e.Day.Before(from) && e.Day.Before(to) && slices.Contains(kinds, e.Kind) {
			of = append(of, e)
		}
	}
	return of
}

// CentsOf adds up entries.
func CentsOf(all []Entry) (cents int64) {
	for _, e := range all {
		cents += e.Cents
	}
	return cents
}

// SettlementYear returns the year of a contract that a day lies in: from the day after
// the last settlement, or the first day of the contract, to the next; to not included.
func (c Contract) SettlementYear(day energy.Day) (from, to energy.Day) {
	settles := c.Settles
	if settles == "" {
		settles = c.From.Add(-1).String()[len("2026-"):]
	}
	if settles == "02-29" {
		settles = "02-28"
	}
	after := func(year int) energy.Day {
		d, err := energy.ParseDay(energy.Day{Year: year, Month: 1, Date: 1}.String()[:len("2026-")] + settles)
		if err != nil {
			d = energy.Day{Year: year, Month: 12, Date: 31}
		}
		return d.Add(1)
	}
	to = after(day.Year)
	if !day.Before(to) {
		to = after(day.Year + 1)
	}
	from = after(to.Add(-1).Year - 1)
	if from.Before(c.From) {
		from = c.From
	}
	if c.To != (energy.Day{}) && c.To.Before(to) {
		to = c.To
	}
	return from, to
}

// A MoneyAsk is a question for what a family paid and owes.
type MoneyAsk struct {
	From energy.Day // bills of months from that of this day on, results from it on
	AsOf time.Time  // amounts, bills and results as they stood then; zero: now
}

// A Told is an amount as a reader may know it: of help only that it was, where no more
// was agreed to.
type Told struct {
	Entry
	Daily bool // the day was agreed to; else Day is the first of its month
}

// A Span is the instants from one to another, which is not included.
type Span struct{ From, To time.Time }

// A MoneySheet is what a reader may see of a family's money.
type MoneySheet struct {
	Family  Family
	Agreed  bool           // cost, by month at least, was agreed to
	Finest  map[string]int // as in [Sheet]
	Spans   []Span         // of cost by month that were agreed to
	Results []Result       // "settlement" and "cost_month", in order of their days
	Entries []Told         // that held, in order of their days
	Issues  []Issue        // of months that are over, in order, each with those it took the place of before it
}
