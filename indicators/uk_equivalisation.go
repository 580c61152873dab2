package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type ukHomeInputs struct {
	Adults   *int `json:"adults"`
	Older    *int `json:"children_14_plus"`
	Children *int `json:"children_under_14"`
}

type factorResult struct {
	Status string  `json:"status"`
	Factor *number `json:"factor"`
	File   string  `json:"country_file"`
}

type incomeScale struct {
	First decimal.Decimal `yaml:"first_adult"`
	Adult decimal.Decimal `yaml:"adult"`
	Older decimal.Decimal `yaml:"child_14"`
	Child decimal.Decimal `yaml:"child"`
}

type fuelScale struct {
	Factors []decimal.Decimal `yaml:"factors"`
}

func init() {
	national(formula.About{
		ID: "uk_equivalisation_ahc", Unit: "factor", Version: "1",
		Question:   "By what is the income of a home divided to compare it, after housing?",
		QuestionFR: "Par combien divise-t-on le revenu d'un foyer pour le comparer, après logement ?",
		Method:     "The first adult, each other one, each child of 14 or more, each younger one. Without an adult the oldest child is the first.",
	}, "gb", "income_ahc", ukIncomeFactor)
	national(formula.About{
		ID: "uk_fuel_equivalisation", Unit: "factor", Version: "1",
		Question:   "By what is the fuel cost of a home divided to compare it?",
		QuestionFR: "Par combien divise-t-on le coût d'énergie d'un foyer pour le comparer ?",
		Method:     "A factor by number of persons; the last of the country file for more.",
	}, "gb", "fuel", func(in personsInputs, v vintage[fuelScale]) factorResult {
		return scaled(in.Persons, v)
	})
}

func ukIncomeFactor(in ukHomeInputs, v vintage[incomeScale]) factorResult {
	r := factorResult{Status: "indeterminate", File: v.File}
	if in.Adults == nil || in.Older == nil || in.Children == nil {
		return r
	}
	adults, older, children := int64(*in.Adults), int64(*in.Older), int64(*in.Children)
	if adults < 0 || older < 0 || children < 0 || adults+older+children == 0 {
		r.Status = "invalid_input"
		return r
	}
	switch { // the first person
	case adults > 0:
		adults--
	case older > 0:
		older--
	default:
		children--
	}
	factor := v.Values.First
	factor = factor.Add(v.Values.Adult.Mul(decimal.NewFromInt(adults)))
	factor = factor.Add(v.Values.Older.Mul(decimal.NewFromInt(older)))
	factor = factor.Add(v.Values.Child.Mul(decimal.NewFromInt(children)))
	r.Status, r.Factor = "ok", num(factor)
	return r
}

// scaled returns the factor of fuel costs for a number of persons.
func scaled(persons *number, v vintage[fuelScale]) factorResult {
	r := factorResult{Status: "indeterminate", File: v.File}
	if persons == nil {
		return r
	}
	if !persons.IsInteger() || !persons.IsPositive() {
		r.Status = "invalid_input"
		return r
	}
	last := decimal.NewFromInt(int64(len(v.Values.Factors)))
	r.Status, r.Factor = "ok", num(v.Values.Factors[decimal.Min(persons.Decimal, last).IntPart()-1])
	return r
}
