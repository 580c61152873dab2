package indicators

import (
	"slices"

	"github.com/shopspring/decimal"
)

type twoPriceInputs struct {
	Standing *number `json:"subscription_month"`
	Months   *number `json:"months"`
	PeakKWh  *number `json:"kwh_hp"`
	Peak     *number `json:"price_hp"`
	OffKWh   *number `json:"kwh_hc"`
	Off      *number `json:"price_hc"`
}

type tempoInputs struct {
	Standing *number            `json:"subscription_month"`
	Months   *number            `json:"months"`
	Prices   map[string]*number `json:"prices"`
	Energy   map[string]*number `json:"kwh"`
}

type gasInputs struct {
	Standing *number `json:"subscription_year"`
	Energy   *number `json:"kwh"`
	Price    *number `json:"price"`
}

type levyInputs struct {
	Net   *number `json:"subscription_ht"`
	Gross *number `json:"subscription_ttc"`
	VAT   *number `json:"vat"`
}

type totalResult struct {
	Status string  `json:"status"`
	Total  *number `json:"total_eur"`
}

type levyResult struct {
	Levy *number `json:"cta_eur"`
}

// tempoRegisters are those of a Tempo meter: off-peak and peak hours of blue, white
// and red days.
var tempoRegisters = []string{"HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"}

func init() {
	const source = "Prices: see the tariff files"
	calculate("bill_hphc", "Standing charge, peak and off-peak energy; rounded once to the cent. "+source, func(in twoPriceInputs) totalResult {
		return total(product{in.Standing, in.Months}, product{in.PeakKWh, in.Peak}, product{in.OffKWh, in.Off})
	})
	calculate("bill_tempo", "Standing charge and the six registers of Tempo; rounded once to the cent. "+source, func(in tempoInputs) totalResult {
		lines := []product{{in.Standing, in.Months}}
		for register := range in.Energy {
			if !slices.Contains(tempoRegisters, register) {
				return totalResult{Status: "invalid_input"}
			}
		}
		for _, register := range tempoRegisters {
			lines = append(lines, product{in.Energy[register], in.Prices[register]})
		}
		return total(lines...)
	})
	calculate("bill_gas", "Standing charge of a year and energy; rounded once to the cent. "+source, func(in gasInputs) totalResult {
		return total(product{in.Standing, num(decimal.NewFromInt(1))}, product{in.Energy, in.Price})
	})
	calculate("cta_implied_by_subscription", "Standing charge with tax = (without tax + CTA) × (1 + VAT)", func(in levyInputs) levyResult {
		if unknown(in.Net, in.Gross, in.VAT) || !in.VAT.GreaterThan(decimal.NewFromInt(-1)) {
			return levyResult{}
		}
		return levyResult{num(in.Gross.DivRound(in.VAT.Add(decimal.NewFromInt(1)), 16).Sub(in.Net.Decimal))}
	})
}

// A product is a quantity at a price.
type product struct{ quantity, price *number }

// total adds products up and rounds once to the cent, half away from zero.
func total(lines ...product) totalResult {
	var sum decimal.Decimal
	for _, l := range lines {
		if unknown(l.quantity, l.price) {
			return totalResult{Status: "indeterminate"}
		}
		sum = sum.Add(l.quantity.Mul(l.price.Decimal))
	}
	return totalResult{"ok", num(sum.Round(2))}
}

// unknown reports whether one of the numbers is not known.
func unknown(ns ...*number) bool { return slices.Contains(ns, nil) }
