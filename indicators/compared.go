package indicators

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Member is what is known of a home of a pilot over a year.
type Member struct {
	Family household.FamilyID
	Status household.Status // of its [EnergyYear]
	Year   household.Year
	Covers []string // categories of data in which it agreed to be counted with others
}

// MemberOf returns what an [EnergyYear] says of a home.
func MemberOf(r household.Result, covers []string) (Member, error) {
	m := Member{Family: r.Family, Status: r.Status, Covers: covers}
	if err := json.Unmarshal(r.Detail, &m.Year); err != nil {
		return Member{}, fmt.Errorf("read a year of energy: %w", err)
	}
	return m, nil
}

// A Compared is a home among others.
type Compared struct {
	Member
	Last   energy.Day // of the year
	Cohort Cohort

	sums
}

// Among returns the result of an indicator that compares a home with a cohort, for a
// period.
func (i Indicator) Among(c Cohort, m Member, from, to energy.Day) (household.Result, error) {
	r, err := i.result(i.Compare(Compared{m, to.Add(-1), c, sumsOf(m.Year)}), from, to)
	r.Family = m.Family
	return r, err
}

// Comparing returns those of some indicators that compare a home with others, and those
// that do not.
func Comparing(all []Indicator) (comparing, computing []Indicator) {
	for _, i := range all {
		if i.Compare != nil {
			comparing = append(comparing, i)
		} else {
			computing = append(computing, i)
		}
	}
	return comparing, computing
}

// sums are the numbers of a year; nil for one that is not known.
type sums struct{ expense, use, income, housing, units, area, persons *number }

func sumsOf(y household.Year) sums {
	return sums{
		expense: parsed(y.Expense), use: parsed(y.Use), income: parsed(y.Income), housing: parsed(y.Housing),
		units: natural(y.Units, -1), area: natural(y.Area, 0), persons: natural(y.Persons14+y.PersonsUnder14, 0),
	}
}

// left returns what is left of the income after housing; nil when that is not known.
func (s sums) left() *number {
	if s.income == nil || s.housing == nil {
		return nil
	}
	return num(s.income.Sub(s.housing.Decimal))
}

// parsed reads a decimal; nil for "".
func parsed(text string) *number {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return nil
	}
	return num(d)
}

// natural returns n times 10^exponent; nil for 0, which is not known.
func natural(n int, exponent int32) *number {
	if n <= 0 {
		return nil
	}
	return num(decimal.New(int64(n), exponent))
}

// comparing has an indicator on request say nightly how a home stands among others, as f
// does with the parameters of the newest file in force. From says where its inputs come
// from. The file calls it after the indicator on request is there.
func comparing[Values any](id, country, section, from string, f func(Compared, vintage[Values]) said) {
	add(func() {
		about := requested(id)
		enter(Indicator{
			ID: id, Unit: about.Unit, Version: about.Version, Category: ratios, Granularity: 1, Span: MonthsYear,
			Question: about.Question, QuestionFR: about.QuestionFR, Method: about.Method + " For a home: " + from + comparisons, Source: about.Source,
			Compare: func(c Compared) Answer { return f(c, inForce[Values](country, section, c.Last)).among(c) },
		})
	})
}

// enough says whose median counts.
const enough = "that agreed to be counted, where they are at least as many as the charter asks for"

// comparisons ends the method of what compares.
const comparisons = " The expense and what it lives on are those of `energy_year`, whose coverage it has. A flag is a reason to call, never a decision."

// among grades what is said of a home by how much of its year was seen.
func (s said) among(c Compared) Answer {
	s.detail.Seen, s.detail.Of = 0, 0
	a := s.answer(seenDays(c.Year.Days))
	if a.Status == household.OK && (c.Status != household.OK || c.Year.Partial) {
		a.Status = household.Provisional
	}
	return a
}

// flagged is what is said where a formula gives a flag: with the table that the home was
// compared with, and a reason where there is none.
func (c Compared) flagged(status string, flag *bool, file, reference, reason string) said {
	s := said{status: status, flag: flag, detail: household.Finding{File: file, Reference: reference, Inputs: c.basis()}}
	switch {
	case flag != nil:
	case c.Status == household.InsufficientData:
		s.status, s.detail.Reason = "insufficient_data", "little_seen"
	case status == "not_applicable":
		s.detail.Reason = "heated_in_rent"
	case reason != "":
		s.detail.Reason = reason
	default:
		s.detail.Reason = c.lacks()
	}
	return s
}

// basis says what stands for the expense that some definitions ask for.
func (c Compared) basis() map[string]string {
	if c.expense == nil {
		return nil
	}
	return map[string]string{"basis": "actual"}
}

// lacks names the first of what comparisons read that is not known.
func (c Compared) lacks() string {
	switch {
	case c.expense == nil:
		return "unknown_expense"
	case c.units == nil:
		return "unknown_units"
	case c.income == nil:
		return "unknown_income"
	case c.housing == nil:
		return "unknown_housing_cost"
	case c.Year.Decile == nil:
		return "non_positive_income"
	}
	return "no_reference"
}

// rat returns a number exactly; nil for nil.
func rat(n *number) *big.Rat {
	if n == nil {
		return nil
	}
	return n.Rat()
}

// times returns the product of what is known; nil where one is not.
func times(factors ...*big.Rat) *big.Rat {
	product := big.NewRat(1, 1)
	for _, f := range factors {
		if f == nil {
			return nil
		}
		product.Mul(product, f)
	}
	return product
}

// over returns a/b; nil where one is not known, or b is not above 0.
func over(a, b *number) *big.Rat {
	if a == nil || !positive(b) {
		return nil
	}
	return ratio(a.Decimal, b.Decimal)
}
