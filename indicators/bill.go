package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

type baseInputs struct {
	Start  string  `json:"start"`
	End    string  `json:"end_exclusive"`
	Daily  *number `json:"kwh_per_day"`
	Tariff []struct {
		From     string  `json:"valid_from"`
		Standing *number `json:"sub"`
		Price    *number `json:"kwh"`
	} `json:"tariff"`
	ProRata string `json:"proration"`
}

type baseResult struct {
	Status   string  `json:"status"`
	Standing *number `json:"subscription_eur"`
	Energy   *number `json:"energy_eur"`
	Total    *number `json:"total_eur"`
}

type priceInputs struct {
	Price  *number `json:"price_ht"`
	Excise *number `json:"accise_eur_per_mwh"`
	VAT    *number `json:"vat"`
}

type priceResult struct {
	Rounded *number `json:"price_ttc_4dec"`
	Exact   *number `json:"price_ttc_exact"`
}

func init() {
	const source = "Commission de régulation de l'énergie, open data series; see the tariff files"
	calculate("bill_base_6kva", source, baseBill)
	calculate("kwh_price_ttc", source, func(in priceInputs) priceResult {
		if unknown(in.Price, in.Excise, in.VAT) {
			return priceResult{}
		}
		exact := tariff.WithTax(in.Price.Decimal, in.Excise.Decimal, in.VAT.Decimal)
		return priceResult{num(exact.Round(4)), num(exact)}
	})
}

// baseBill prices the same energy on every day of a period, each day at the price
// in force, a day's standing charge being 1/365 of the year's.
func baseBill(in baseInputs) baseResult {
	start, err1 := energy.ParseDay(in.Start)
	end, err2 := energy.ParseDay(in.End)
	if err1 != nil || err2 != nil || end.Before(start) || in.ProRata != "" && in.ProRata != "annual_subscription/365 per day" {
		return baseResult{Status: "invalid_input"}
	}
	if in.Daily == nil {
		return baseResult{Status: "indeterminate"}
	}
	t := tariff.Tariff{ID: "bill_base_6kva", ProRata: tariff.ByYear, Periods: []string{"base"}}
	for _, row := range in.Tariff {
		from, err := energy.ParseDay(row.From)
		if err != nil || unknown(row.Standing, row.Price) {
			return baseResult{Status: "invalid_input"}
		}
		t.Versions = append(t.Versions, tariff.Version{
			From: from, Standing: map[int]decimal.Decimal{6: row.Standing.Decimal},
			Energy: []tariff.Price{{Period: "base", PerKWh: row.Price.Decimal}}, Taxes: tariff.Taxes{Included: true},
		})
	}
	slices.SortFunc(t.Versions, func(a, b tariff.Version) int { return a.From.Sub(b.From) })
	book := tariff.NewBook(&t)
	var sum tariff.Sum
	var used decimal.Decimal
	for d := start; d.Before(end); d = d.Add(1) {
		cost, err := book.Cost(household.Contract{Tariff: t.ID, PowerKVA: 6}, d, nil)
		if err != nil {
			return baseResult{Status: "no_tariff"}
		}
		sum.Add(cost, d)
		v, err := t.At(d)
		if err != nil {
			return baseResult{Status: "no_tariff"}
		}
		used = used.Add(in.Daily.Mul(v.Energy[0].PerKWh))
	}
	standing := sum.Standing()
	return baseResult{"ok", num(standing.Round(2)), num(used.Round(2)), num(standing.Add(used).Round(2))}
}
