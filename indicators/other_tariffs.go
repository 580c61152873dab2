package indicators

import (
	"cmp"
	"maps"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "other_tariffs", Unit: "EUR", Version: "1", Category: "cost", Granularity: 2, Span: WholeMonth, Needs: Offers,
		Question:   "What would the month have cost under the other tariffs that the home could have?",
		QuestionFR: "Combien le mois aurait-il coûté avec les autres tarifs possibles ?",
		Method: "Every tariff of the same fuel and currency, for each fuel that a meter counts, with the prices of each day, the subscribed power and the meter's own off-peak hours, those of the contract then in force. " +
			"Days of which half was seen are priced twice, as they were and under the other tariff, standing charge and taxes included, and both are added up over the same days: the difference is fair where days are missing. " +
			"A day is left out, with the reason, where its price under the other tariff would be a guess: half_hours that do not add up to the day, or are alike for more than six hours as readings far apart leave them, off_peak hours or the colour of the day not known, no price for the power, no price or tax at all, no calorific value. " +
			"It does not know what the family would do otherwise, nor what a change costs. The value is what the days of the tariff of which most is known cost as they were. " +
			"The tariff in force at the end of the month stands among them, as it does for a home that had another before. ok: at least 90 % of the days are priced under another tariff; provisional: at least half; insufficient_data: less; not_applicable: there is no other tariff.",
		Source:  "Foyer. Prices: see the tariffs' files.",
		Compute: otherTariffs,
	})
}

// An Offer is a tariff that a home could have, and what days would have cost under it.
type Offer struct {
	Fuel   tariff.Fuel
	Own    string // tariff in force at the end of the period
	Tariff string // the other one, or the same
	Costs  map[energy.Day]tariff.Cost
	Lacks  map[energy.Day]string // why a day has none: "half_hours", "off_peak", "colour", "power", "price", "calorific"
}

func otherTariffs(in Input) Answer {
	detail := household.OtherTariffs{Days: in.To.Sub(in.From)}
	var seen energy.Coverage
	best, most := int64(0), 0
	for _, o := range in.Offers {
		x, own := in.under(o)
		detail.Offers = append(detail.Offers, x)
		if o.Tariff != o.Own && x.Known > most {
			best, most = own, x.Known
		}
	}
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		c := energy.Coverage{Of: of}
		if slices.ContainsFunc(in.Offers, func(o Offer) bool { _, priced := in.pair(o, d); return priced && o.Tariff != o.Own }) {
			c.Seen = of
		}
		seen = seen.Add(c)
	}
	detail.Seen, detail.Of = seen.Seen.Milliseconds(), seen.Of.Milliseconds()
	if len(in.Offers) == 0 {
		return Answer{Status: household.NotApplicable, Detail: detail}
	}
	a := Answer{Status: status(seen, false), Detail: detail}
	if valued(a.Status) {
		a.Value = tariff.Euros(best)
	}
	return a
}

// under adds up a period as it was and under an offer, over the days that have both, and
// returns what they cost as they were in cents too.
func (in Input) under(o Offer) (household.OtherTariff, int64) {
	x := household.OtherTariff{Fuel: string(o.Fuel), Own: o.Own, Tariff: o.Tariff}
	var was, then tariff.Sum
	lacks := map[string]int{}
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		part, priced := in.pair(o, d)
		if !priced {
			lacks[cmp.Or(o.Lacks[d], "readings")]++
			continue
		}
		x.Known++
		was.Add(*part.cost, d)
		then.Add(o.Costs[d], d)
		x.Estimated = x.Estimated || part.Coverage.Estimated || part.Coverage.Provision
	}
	x.OwnCost, x.Cost = tariff.Euros(was.Cents()), tariff.Euros(then.Cents())
	if x.Known == 0 {
		x.OwnCost, x.Cost = "", ""
	}
	x.Lacks = slices.Sorted(maps.Keys(lacks))
	return x, was.Cents()
}

// pair returns what is known of a day; false where it has no price as it was or under an offer.
func (in Input) pair(o Offer, d energy.Day) (Part, bool) {
	day, _ := in.day(d)
	part, _ := day.part(o.Fuel)
	_, priced := o.Costs[d]
	return part, priced && part.known()
}
