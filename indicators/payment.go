package indicators

import "github.com/shopspring/decimal"

type tierInputs struct {
	Result *number `json:"result"`
	FSU    *number `json:"fsu"`
	Mode   string  `json:"mode"`
	Tiers  []tier  `json:"tiers"`
	Cap    *number `json:"cap_eur"`
	MaxFSU *number `json:"max_fsu"`
}

// A tier is paid from a result on.
type tier struct {
	Min *number `json:"min"`
	Pay *number `json:"pay"`
}

type tierResult struct {
	Status  string  `json:"status"`
	Used    *number `json:"result_used"`
	Payment *number `json:"payment_eur"`
}

type cardInputs struct {
	Cohort *number `json:"cohort"`
	Exits  *number `json:"verified_exits"`
	Rate   *number `json:"counterfactual_rate"`
	Price  *number `json:"price_per_outcome_eur"`
	Cap    *number `json:"cap_eur"`
}

type cardResult struct {
	Net     *number `json:"net_outcomes"`
	Payment *number `json:"payment_eur"`
}

type differenceInputs struct {
	TreatedBefore *number `json:"treated_before"`
	TreatedAfter  *number `json:"treated_after"`
	ControlBefore *number `json:"control_before"`
	ControlAfter  *number `json:"control_after"`
}

type differenceResult struct {
	Effect *number `json:"effect"`
}

func init() {
	calculate("outcome_tier_payment",
		"Contrat à impact: the highest tier that the verified result reaches, up to a cap; mode gate withholds what is too uncertain, lower_bound pays on result × (1 - fsu)",
		tierPayment)
	calculate("rate_card_payment", "GO Lab, pricing outcomes: outcomes above those that happen anyway, times a price, up to a cap", cardPayment)
	calculate("difference_in_differences", "The change of those who took part, less that of those who did not", func(in differenceInputs) differenceResult {
		if in.TreatedBefore == nil || in.TreatedAfter == nil || in.ControlBefore == nil || in.ControlAfter == nil {
			return differenceResult{}
		}
		treated, control := in.TreatedAfter.Sub(in.TreatedBefore.Decimal), in.ControlAfter.Sub(in.ControlBefore.Decimal)
		return differenceResult{num(treated.Sub(control))}
	})
}

func tierPayment(in tierInputs) tierResult {
	nothing := func(status string) tierResult { return tierResult{Status: status, Payment: num(decimal.Zero)} }
	if in.Result == nil || in.FSU == nil {
		return nothing("indeterminate")
	}
	used := in.Result.Decimal
	switch in.Mode {
	case "gate":
		switch {
		case in.MaxFSU == nil:
			return nothing("indeterminate")
		case in.FSU.GreaterThan(in.MaxFSU.Decimal):
			return nothing("withheld_uncertainty")
		}
	case "lower_bound":
		used = used.Mul(decimal.NewFromInt(1).Sub(in.FSU.Decimal))
	default:
		return nothing("invalid_input")
	}
	var best *tier
	for i, t := range in.Tiers {
		if unknown(t.Min, t.Pay) {
			return nothing("invalid_input")
		}
		if used.GreaterThanOrEqual(t.Min.Decimal) && (best == nil || t.Min.GreaterThan(best.Min.Decimal)) {
			best = &in.Tiers[i]
		}
	}
	payment := decimal.Zero
	if best != nil && used.IsPositive() { // no gain, no pay, whatever the tiers say
		payment = best.Pay.Decimal
	}
	return tierResult{"ok", num(used), num(payable(payment, in.Cap))}
}

func cardPayment(in cardInputs) cardResult {
	if in.Cohort == nil || in.Exits == nil || in.Rate == nil || in.Price == nil {
		return cardResult{}
	}
	net := decimal.Max(decimal.Zero, in.Exits.Sub(in.Rate.Mul(in.Cohort.Decimal)))
	return cardResult{num(net), num(payable(net.Mul(in.Price.Decimal), in.Cap))}
}

// payable returns euros, at least 0 and at most a cap, to the cent, half up.
func payable(euros decimal.Decimal, most *number) decimal.Decimal {
	if most != nil {
		euros = decimal.Min(euros, most.Decimal)
	}
	return decimal.Max(decimal.Zero, euros).Round(2)
}
