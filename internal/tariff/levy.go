package tariff

import (
	"fmt"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// Levies are the taxes of a fuel over time: excise, CTA and VAT change on days of
// their own, and a tariff that gives its prices without them refers to this table.
type Levies struct {
	ID       string
	Name     string
	Versions []Levy // oldest first
}

// A Levy is what taxes were from one day on, until the next.
type Levy struct {
	From         energy.Day
	Until        energy.Day // first day it no longer holds; zero: until the next
	Source, Mark string
	Taxes        Taxes
}

// At returns the taxes in force on a day, or [ErrNoTax].
func (l *Levies) At(day energy.Day) (*Taxes, error) {
	for i := len(l.Versions) - 1; i >= 0; i-- {
		v := &l.Versions[i]
		if day.Before(v.From) {
			continue
		}
		if v.Until != (energy.Day{}) && !day.Before(v.Until) {
			break
		}
		return &v.Taxes, nil
	}
	return nil, fmt.Errorf("%s on %s: %w", l.ID, day, ErrNoTax)
}

// A Calorific is how many kWh a cubic metre of a place's gas holds, over time: the
// coefficient that bills there print.
type Calorific struct {
	ID       string
	Name     string
	Versions []Heating // oldest first
}

// A Heating is the coefficient from one day on, until the next.
type Heating struct {
	From         energy.Day
	Source, Mark string
	PerM3        decimal.Decimal // kWh
}

// At returns the kWh of a cubic metre on a day, or [ErrNoCalorific].
func (c *Calorific) At(day energy.Day) (decimal.Decimal, error) {
	for i := len(c.Versions) - 1; i >= 0; i-- {
		if !day.Before(c.Versions[i].From) {
			return c.Versions[i].PerM3, nil
		}
	}
	return decimal.Decimal{}, fmt.Errorf("%s on %s: %w: read the coefficient off a bill of the place and give it in a file of kind calorific",
		c.ID, day, ErrNoCalorific)
}
