package indicators

import (
	"slices"

	"foyer/internal/household"
	"foyer/internal/tariff"
)

// usualDays is how far back a usual day is looked for.
const usualDays = 28

func init() {
	register(Indicator{
		ID: "cost_day", Unit: "EUR", Version: "2", Category: "cost", Granularity: 3, Span: Daily, Back: usualDays,
		Question:   "What did energy cost on this day?",
		QuestionFR: "Combien a coûté l'énergie ce jour-là ?",
		Method: "Energy of the day, of every fuel, at the prices in force, taxes and the day's share of the standing charge included, rounded once to the cent. " +
			"Usual is the median of the days of the same weekday class (Monday to Friday, or the weekend) among the 28 days before of which half was seen; " +
			"at least half of them must be known. The running day is counted up to its last reading, with the whole standing charge of the day, and compared " +
			"with the same days up to the same time by the clock. ok: at least 90 % of the day was seen; provisional: at least half, the running day, " +
			"or a drop of the counter not yet explained; insufficient_data: less; indeterminate: no contract or no price in force. A fuel the home uses that has no contract, " +
			"no price, or of which less than half was seen, is named in \"partial\": the total is a lower bound, and provisional. Each fuel is a part; parts are rounded apart.",
		Source:  "Foyer. Prices: see the tariff's file.",
		Compute: costDay,
	})
}

func costDay(in Input) Answer {
	day, _ := in.day(in.From)
	running := in.Running()
	all := in.tallies()
	coverage, s, missing := together(all, running)
	detail := household.CostDay{
		Seen: coverage.Seen.Milliseconds(), Of: coverage.Of.Milliseconds(), Estimated: coverage.Estimated,
		Parts: partsOf(all, func(t tally) int64 { return t.sum.Cents() }),
	}
	if running && !in.Until.IsZero() {
		detail.Until = ptr(in.Until.UnixMilli())
	}
	if all[0].used {
		detail.Energy = tariff.KWh(all[0].energy).String()
	}
	usual, byNow := in.usual()
	detail.Usual = usual
	if running && detail.Until != nil {
		detail.UsualByNow = byNow
	}
	a := Answer{Status: s}
	if day.priced() {
		var sum tariff.Sum
		day.addTo(&sum)
		detail.Standing = sum.Standing().Round(6).String()
		for _, t := range all {
			detail.Estimated = detail.Estimated || t.guess
		}
	}
	if valued(s) {
		a.Value, detail.Partial = tariff.Euros(day.cents), names(missing)
	}
	a.Detail = detail
	return a
}

// usual returns the median cost of the days like in.From before it, of the whole
// day and until the running day's last instant; nil where too few are known.
func (in Input) usual() (whole, byNow *string) {
	possible := 0
	var all, parts []int64
	for n := 1; n <= usualDays; n++ {
		d := in.From.Add(-n)
		if weekend(d) != weekend(in.From) {
			continue
		}
		possible++
		day, ok := in.day(d)
		if !ok || !day.valid() {
			continue
		}
		all = append(all, day.cents)
		if day.SoFar != nil {
			parts = append(parts, *day.SoFar)
		}
	}
	middle := func(ns []int64) *string {
		if len(ns) == 0 || 2*len(ns) < possible {
			return nil
		}
		slices.Sort(ns)
		return ptr(tariff.Euros(half(median2(ns))))
	}
	return middle(all), middle(parts)
}
