package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type leftInputs struct {
	Income  *number `json:"monthly_income_eur"`
	Housing *number `json:"monthly_housing_cost_eur"`
	Energy  *number `json:"monthly_energy_expense_eur"`
	Other   *number `json:"monthly_other_charges_eur"`
	Persons *number `json:"persons"`
}

type leftResult struct {
	Status string  `json:"status"`
	Left   *number `json:"left_eur_per_person_day"`
	File   string  `json:"country_file"`
}

type leftValues struct {
	Days decimal.Decimal `yaml:"days"`
}

func init() {
	national(formula.About{
		ID: "left_to_live", Unit: "EUR for each person and day", Version: "1",
		Question:   "What is left to live on once housing, energy and fixed charges are paid?",
		QuestionFR: "Que reste-t-il pour vivre une fois payés le logement, l'énergie et les charges fixes ?",
		Method:     "(income - housing - energy - other fixed charges) of a month, over the persons and 30.4 days; it can be below 0. What it entitles to is the rule of each department.",
	}, anywhere, "left_to_live", func(in leftInputs, v vintage[leftValues]) leftResult {
		r := leftResult{Status: "indeterminate", File: v.File}
		switch {
		case unknown(in.Income, in.Housing, in.Energy, in.Other, in.Persons):
			return r
		case !in.Persons.IsPositive():
			r.Status = "invalid_input"
			return r
		}
		left := in.Income.Sub(in.Housing.Decimal).Sub(in.Energy.Decimal).Sub(in.Other.Decimal)
		r.Status, r.Left = "ok", num(left.DivRound(in.Persons.Mul(v.Values.Days), 16))
		return r
	})
}
