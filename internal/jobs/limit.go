package jobs

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// limitOf returns what a register of a family's meter can do: for electricity what
// the contract of the time carries; where there is none, what the meter does.
func limitOf(home *household.Home, a household.Attachment, r energy.Register) energy.Limit {
	limit := energy.UsualLimit(r.Quantity())
	if a.Role == household.Electricity {
		if a.MaxPower > 0 {
			limit.Rate = a.MaxPower
		}
		limit.Changes = subscribed(home, a.Meter, limit.Rate)
	}
	limit.Used = home.UsedAt(a.Meter, r)
	return limit
}

// subscribed returns how the power a meter's contract carries changes, usual being
// that without a contract.
func subscribed(home *household.Home, meter energy.MeterID, usual int64) []energy.RateChange {
	var all []energy.RateChange
	put := func(from time.Time, rate int64) {
		if n := len(all); n > 0 && !all[n-1].From.Before(from) { // the next one begins where this one ends
			all = all[:n-1]
		}
		all = append(all, energy.RateChange{From: from, Rate: rate})
	}
	for _, c := range home.Contracts { // oldest first
		if (c.Meter != "" && c.Meter != meter) || c.PowerKVA <= 0 || (c.Fuel != "" && c.Fuel != household.FuelElectricity) {
			continue
		}
		put(c.From.Start(home.Zone), energy.PowerLimit(c.PowerKVA).Rate)
		if c.To != (energy.Day{}) {
			put(c.To.Start(home.Zone), usual)
		}
	}
	return all
}
