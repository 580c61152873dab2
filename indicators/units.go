package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
)

type agesInputs struct {
	Ages []*int `json:"ages"`
}

type unitsResult struct {
	Status    string  `json:"status"`
	Units     *number `json:"uc"`
	Estimated bool    `json:"estimated,omitempty"` // an age is not known
}

type personsInputs struct {
	Persons *number `json:"persons"`
}

type chequeUnitsResult struct {
	Status string  `json:"status"`
	Units  *number `json:"uc"`
	File   string  `json:"country_file"`
}

type chequeUnits struct {
	First  decimal.Decimal `yaml:"first"`
	Second decimal.Decimal `yaml:"second"`
	Other  decimal.Decimal `yaml:"other"`
}

func init() {
	calculate("uc_insee", "INSEE, unité de consommation (OECD-modified scale)", inseeUnits)
	national(formula.About{
		ID: "uc_cheque_energie", Unit: "consumption units", Version: "1",
		Question:   "How many consumption units does the energy voucher count?",
		QuestionFR: "Combien d'unités de consommation compte le chèque énergie ?",
		Method:     "One for the first person, a half for the second, 0.3 for each further one; age does not matter.",
	}, France, "cheque_units", func(in personsInputs, v vintage[chequeUnits]) chequeUnitsResult {
		r := chequeUnitsResult{Status: "invalid_input", File: v.File}
		one := decimal.NewFromInt(1)
		switch {
		case in.Persons == nil:
			r.Status = "indeterminate"
		case !in.Persons.IsInteger() || in.Persons.LessThan(one):
		case in.Persons.Equal(one):
			r.Status, r.Units = "ok", num(v.Values.First)
		default:
			further := in.Persons.Sub(decimal.NewFromInt(2)).Mul(v.Values.Other)
			r.Status, r.Units = "ok", num(v.Values.First.Add(v.Values.Second).Add(further))
		}
		return r
	})
}

func inseeUnits(in agesInputs) unitsResult {
	var d household.Dwelling
	r := unitsResult{Status: "invalid_input"}
	for _, age := range in.Ages {
		switch {
		case age != nil && *age < 0:
			return unitsResult{Status: "invalid_input"}
		case age != nil && *age < 14:
			d.PersonsUnder14++
		default: // an age not known counts as 14 or more
			d.Persons14++
			r.Estimated = r.Estimated || age == nil
		}
	}
	if d.Units() == 0 {
		return r
	}
	r.Status, r.Units = "ok", num(decimal.New(int64(d.Units()), -1))
	return r
}
