package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

type agesInputs struct {
	Ages []*int `json:"ages"`
}

type unitsResult struct {
	Status string  `json:"status"`
	Units  *number `json:"uc"`
}

func init() {
	calculate("uc_insee", "INSEE, unité de consommation (OECD-modified scale)", func(in agesInputs) unitsResult {
		var d household.Dwelling
		for _, age := range in.Ages {
			switch {
			case age != nil && *age < 0:
				return unitsResult{Status: "invalid_input"}
			case age != nil && *age < 14:
				d.PersonsUnder14++
			default: // an age not known counts as 14 or more
				d.Persons14++
			}
		}
		if d.Units() == 0 {
			return unitsResult{Status: "invalid_input"}
		}
		return unitsResult{"ok", num(decimal.New(int64(d.Units()), -1))}
	})
}
