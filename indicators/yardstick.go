package indicators

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// The categories of data that a home agrees to be counted in.
const (
	costs = "cost"
	uses  = "consumption"
)

// A yardstick is what homes are compared by.
type yardstick struct {
	id       string
	category string                        // in which a home agrees to be counted
	of       func(Compared) *big.Rat       // nil when it is not known
	class    func(Compared) (string, bool) // of homes that are alike, false when it is not known; nil: all are
	country  string                        // whose file has the national median, in the section of the same name; "" for none
}

// medianValues is a section with the median of a country.
type medianValues struct {
	Median decimal.Decimal `yaml:"median"`
}

// The yardsticks of a cohort.
var (
	byShare = yardstick{id: "median_share", category: ratios, country: France, of: func(c Compared) *big.Rat {
		return over(c.expense, c.income)
	}}
	byUnits = yardstick{id: "median_expense_uc", category: costs, of: func(c Compared) *big.Rat {
		if c.Year.InRent {
			return nil
		}
		return over(c.expense, c.units)
	}}
	byArea = yardstick{id: "median_expense_m2", category: costs, of: func(c Compared) *big.Rat {
		return over(c.expense, c.area)
	}}
	byLeft = yardstick{id: "median_left_uc", category: ratios, of: func(c Compared) *big.Rat {
		return over(c.left(), c.units)
	}}
	byLeftShare = yardstick{id: "median_share_after_housing", category: ratios, country: "be", of: func(c Compared) *big.Rat {
		return over(c.expense, c.left())
	}}
	byIncomeAHC = yardstick{id: "median_income_ahc", category: ratios, of: func(c Compared) *big.Rat {
		return over(c.left(), c.scale())
	}}
	byFuel = yardstick{id: "median_fuel", category: costs, of: func(c Compared) *big.Rat {
		return over(c.expense, c.fuelFactor())
	}}
	byUse = yardstick{id: "median_use_uc", category: uses, class: alikeHeated, of: func(c Compared) *big.Rat {
		return over(c.use, c.units)
	}}
	bySize = yardstick{id: "median_expense_alike", category: costs, class: alike, of: func(c Compared) *big.Rat {
		return rat(c.expense)
	}}
)

// yardsticks are all of them.
var yardsticks = []yardstick{byShare, byUnits, byArea, byLeft, byLeftShare, byIncomeAHC, byFuel, byUse, bySize}

// alikeValues is the section "alike" of a country file: which homes are comparable.
type alikeValues struct {
	Persons int   `yaml:"most_persons"` // so many and more are alike
	Areas   []int `yaml:"areas_m2"`     // each begins a band
}

// alike returns the class of homes of the same size in comparable dwellings; false when
// it is not known.
func alike(c Compared) (string, bool) {
	if c.persons == nil || c.area == nil {
		return "", false
	}
	v := inForce[alikeValues](anywhere, "alike", c.Last).Values
	band := 0
	for _, m2 := range v.Areas {
		if c.Year.Area >= m2 {
			band = m2
		}
	}
	return fmt.Sprintf("%d persons, from %d m2", min(c.Year.Persons14+c.Year.PersonsUnder14, v.Persons), band), true
}

// alikeHeated does so for those that are heated alike too.
func alikeHeated(c Compared) (string, bool) {
	class, ok := alike(c)
	return class + ", " + c.Year.Heating, ok && c.Year.Heating != ""
}

// key is under which a cohort has the median of homes like one; false where that is not
// known.
func (y yardstick) key(c Compared) (string, bool) {
	if y.class == nil {
		return y.id, true
	}
	class, ok := y.class(c)
	return y.id + ": " + class, ok
}

// national returns the national median in force on a day, and the file it is from; nil
// where there is none.
func (y yardstick) national(day energy.Day) (*big.Rat, string) {
	if y.country == "" {
		return nil, ""
	}
	v := inForce[medianValues](y.country, y.id, day)
	return v.Values.Median.Rat(), v.File
}

// counts reports whether a home is among those that a median is of.
func (y yardstick) counts(of Member) bool {
	if of.Status != household.OK || of.Year.Partial {
		return false
	}
	return slices.Contains(of.Covers, y.category)
}
