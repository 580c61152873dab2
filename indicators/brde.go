package indicators

import (
	"math/big"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type brdeInputs struct {
	Income    *number `json:"disposable_income_eur"`
	Housing   *number `json:"housing_cost_excl_energy_eur"`
	Units     *number `json:"uc"`
	Expense   *number `json:"energy_expense_eur"`
	Area      *number `json:"floor_area_m2"`
	Reference struct {
		ID    string  `json:"id"`
		Left  *number `json:"median_rav_uc"`
		Area  *number `json:"median_exp_m2"`
		Units *number `json:"median_exp_uc"`
	} `json:"reference"`
}

type brdeResult struct {
	Status    string  `json:"status"`
	Left      *number `json:"rav_uc"` // reste à vivre: what is left to live on
	LowIncome *bool   `json:"low_income"`
	PerArea   *number `json:"exp_m2"`
	PerUnit   *number `json:"exp_uc"`
	ByArea    *bool   `json:"brde_m2"`
	ByUnits   *bool   `json:"brde_uc"`
	Reference string  `json:"reference,omitempty"`
	File      string  `json:"country_file"`
}

type brdeValues struct {
	LowIncome decimal.Decimal `yaml:"low_income"`
}

func init() {
	national(formula.About{
		ID: "brde", Unit: "yes or no", Version: "1",
		Question:   "Has the home a low income and high energy expenses?",
		QuestionFR: "Le foyer a-t-il de bas revenus et des dépenses d'énergie élevées ?",
		Method: "Income after housing for each consumption unit strictly below a share of its median, and energy expense for each m² (brde_m2) or unit (brde_uc) strictly above " +
			"its median. Zero or negative income counts. Without a floor area, brde_uc alone; without an expense, low_income alone; indeterminate: neither flag is known.",
	}, France, "brde", func(in brdeInputs, v vintage[brdeValues]) brdeResult {
		return brde(in, brdeMedians{rat(in.Reference.Left), rat(in.Reference.Area), rat(in.Reference.Units)}, v)
	})
	comparing("brde", France, "brde", "the medians of the homes of the pilot "+enough+": there is no national table. "+
		"The flag is brde_uc, the other one beside it.", brdeAmong)
}

// brdeMedians are what a home is compared with; nil where that is not known.
type brdeMedians struct{ left, area, units *big.Rat }

func brdeAmong(c Compared, v vintage[brdeValues]) said {
	var m brdeMedians
	var of string
	m.left, _ = c.median(byLeft)
	m.area, _ = c.median(byArea)
	m.units, of = c.median(byUnits)
	r := brde(brdeInputs{Income: c.income, Housing: c.housing, Units: c.units, Expense: c.expense, Area: c.area}, m, v)
	s := c.flagged(r.Status, r.ByUnits, v.File, of, "")
	s.detail.Figures = marked(map[string]*bool{"brde_m2": r.ByArea, "low_income": r.LowIncome})
	return s
}

// marked writes the conditions that are known.
func marked(conditions map[string]*bool) map[string]string {
	all := map[string]string{}
	for name, c := range conditions {
		if c != nil {
			all[name] = truth(*c)
		}
	}
	return all
}

func brde(in brdeInputs, of brdeMedians, v vintage[brdeValues]) brdeResult {
	r := brdeResult{Status: "indeterminate", Reference: in.Reference.ID, File: v.File}
	if in.Expense != nil && in.Expense.IsNegative() {
		r.Status = "invalid_input"
		return r
	}
	if in.Income == nil || in.Housing == nil || !positive(in.Units) {
		return r
	}
	left := in.Income.Sub(in.Housing.Decimal)
	r.Left = num(left.DivRound(in.Units.Decimal, 16))
	if line := times(v.Values.LowIncome.Rat(), of.left, rat(in.Units)); line != nil {
		r.LowIncome = ptr(left.Rat().Cmp(line) < 0)
	}
	if in.Expense == nil {
		return r
	}
	r.PerUnit, r.ByUnits = high(in.Expense.Decimal, in.Units, of.units)
	if positive(in.Area) {
		r.PerArea, r.ByArea = high(in.Expense.Decimal, in.Area, of.area)
	}
	r.ByUnits, r.ByArea = both(r.LowIncome, r.ByUnits), both(r.LowIncome, r.ByArea)
	if r.ByUnits != nil || r.ByArea != nil {
		r.Status = "ok"
	}
	return r
}

// high returns the expense for each of a number, and whether it is strictly above a
// median; nil without one.
func high(expense decimal.Decimal, each *number, median *big.Rat) (*number, *bool) {
	rate := num(expense.DivRound(each.Decimal, 16))
	if median == nil {
		return rate, nil
	}
	return rate, ptr(expense.Rat().Cmp(times(median, each.Rat())) > 0)
}

// both returns whether two conditions hold; nil when one is not known.
func both(a, b *bool) *bool {
	if a == nil || b == nil {
		return nil
	}
	return ptr(*a && *b)
}

// positive reports whether a number is known and above 0.
func positive(n *number) bool { return n != nil && n.IsPositive() }
